import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { appConfigMapName, codeFiles, createAppConfigMap } from "../apps/app-config-map";
import { type Bundle, bundleApp } from "../apps/bundle";
import { NodeJob } from "../apps/node-job";
import { configFolder } from "../apps/pod";
import type { Resources } from "../pod";
import { exitCodes, initConfigFile, type VaultInitConfig } from "./init-config";
import { initNames, provisionerLogin } from "./init-names";
import { platformAdminPolicy } from "./init-policy";
import { createInitNetworkPolicy, createInitRights, createProvisioner } from "./init-rights";

export interface VaultInitArgs {
  /** Name of the StatefulSet of servers. **A change initialises other servers.** */
  readonly serverName: string;
  /** Namespace of the servers, and of everything here. */
  readonly namespace: string;
  readonly distribution: VaultInitConfig["distribution"];
  /** Servers by name of their pod, with their addresses; the first is the one that is initialised. */
  readonly peers: VaultInitConfig["peers"];
  /** Secret with `ca.crt`. */
  readonly tlsSecretName: string;
  /** `auto`: servers unseal themselves. `shamir`: somebody has to, with shares. */
  readonly seal: "auto" | "shamir";
  /** Key of the seal `static` that is made if it is not there: development only. @default somebody else has made it */
  readonly generateSealKey?: { readonly name: string; readonly key: string };
  readonly shares: number;
  readonly threshold: number;
  /** Public PGP keys in base64, one for each share. @default shares lie in a Secret as they are: development only */
  readonly pgpKeys?: readonly string[];
  /** Audit devices that are made by the API; for Vault alone. @default they stand in the servers' configuration */
  readonly audit?: { readonly stdout: boolean; readonly file?: string };
  /** Path of the key-value engine, whose content Pulumi's login must not see. */
  readonly secretMount: string;
  /** Whether the login may not unmount engines, and the ServiceAccounts of production stay. */
  readonly production: boolean;
  /** Ports of the Kubernetes API. */
  readonly apiServerPorts: readonly number[];
  /** Address ranges that stay closed. */
  readonly blockedCidrs: readonly string[];
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly nodeImage: string;
  readonly imagePullPolicy: string;
  /** Secret with registry credentials in the namespace. @default none */
  readonly pullSecret?: string;
  /** @default what Node.js needs */
  readonly resources?: Resources;
  /** How long everything may take, in seconds: images, servers, people with their shares. @default 1800, or 7200 where people unseal */
  readonly deadlineSeconds?: number;
}

/**
 * Initialises Vault and makes Pulumi's login; see apps/vault-init and docs/vault-bootstrap.md. Depends on the servers and waits for them,
 * because they are not ready before.
 *
 * ```ts
 * const init = new VaultInit("vault-init", { serverName: "vault", namespace: "vault", ... }, { dependsOn: [cluster] });
 * init.ready.apply(() => ...);
 * ```
 *
 * **Secrets are none of Pulumi's.** The Job makes those of shares and root token itself: what Pulumi made, it would read back into its state
 * at the next refresh. So `destroy` leaves them, unless it deletes the namespace.
 */
export class VaultInit extends pulumi.ComponentResource {
  /** Known once Vault can be logged in at: not in the preview of the first `up`, nor in that of one which runs the Job again. */
  public readonly ready: pulumi.Output<true>;
  public readonly provisionerName: string;
  public readonly nodes: {
    readonly rights: ReturnType<typeof createInitRights>;
    readonly provisioner: k8s.core.v1.ServiceAccount;
    readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
    readonly job: NodeJob;
  };

  public constructor(name: string, args: VaultInitArgs, opts?: pulumi.ComponentResourceOptions) {
    const { serverName, namespace } = args;
    super("runner-platform:index:VaultInit", name, { serverName, namespace }, opts);

    const provisioner = createProvisioner(this, name, args);
    const rights = createInitRights(this, name, args);
    const networkPolicy = createInitNetworkPolicy(this, name, args);
    const job = createJob(this, name, args, [provisioner, ...Object.values(rights), networkPolicy]);

    // The id, as it alone is unknown in a preview that makes the Job: previews of other fields are the API server's guesses.
    this.ready = isComplete(job.nodes.job);
    this.provisionerName = initNames(serverName).provisioner;
    this.nodes = { rights, provisioner, networkPolicy, job };
    this.registerOutputs({});
  }
}

/** A Job that failed is in the state too; in a preview its next attempt is still to come. */
function isComplete({ id, status }: k8s.batch.v1.Job): pulumi.Output<true> {
  return pulumi
    .all([id, status])
    .apply(([, known]) =>
      hasSucceeded(known) || !pulumi.runtime.isDryRun() ? true : (pulumi.unknown as unknown as true),
    );
}

function hasSucceeded(status: { readonly succeeded?: number } | undefined): boolean {
  return (status?.succeeded ?? 0) > 0;
}

const defaultResources: Resources = {
  requests: { cpu: "20m", memory: "64Mi" },
  limits: { cpu: "500m", memory: "128Mi" },
};

/** Where the pod finds the authority of the servers. */
const caFolder = "/vault-ca";

/** Long enough to store the keys while the API server is away: a pod that is told to end is killed after this. */
const graceSeconds = 600;

function createJob(parent: VaultInit, name: string, args: VaultInitArgs, dependsOn: pulumi.Resource[]): NodeJob {
  const { serverName, namespace, nodeImage, imagePullPolicy, tlsSecretName } = args;
  const { job } = initNames(serverName);
  return new NodeJob(
    `${name}-job`,
    {
      app: job,
      namespace,
      bundle: initProgram(),
      config: { [initConfigFile]: `${JSON.stringify(initConfig(args), undefined, 2)}\n` },
      arguments: ["run"],
      env: [{ name: "VAULT_INIT_CONFIG", value: `${configFolder}/${initConfigFile}` }],
      image: nodeImage,
      imagePullPolicy,
      resources: args.resources ?? defaultResources,
      serviceAccountName: job,
      callsApiServer: true,
      volumes: [{ name: "ca", secret: { secretName: tlsSecretName, items: [{ key: "ca.crt", path: "ca.crt" }] } }],
      volumeMounts: [{ name: "ca", mountPath: caFolder, readOnly: true }],
      deadlineSeconds: deadlineOf(args),
      retries: 6,
      finalExitCodes: finalExitCodes(),
      graceSeconds,
    },
    { parent, dependsOn },
  );
}

/** People need their time. */
function deadlineOf(args: VaultInitArgs): number {
  return args.deadlineSeconds ?? (peopleUnseal(args) ? 7200 : 1800);
}

function peopleUnseal({ seal, pgpKeys }: VaultInitArgs): boolean {
  return seal === "shamir" && pgpKeys !== undefined;
}

/** How long a step waits for servers, where no people are waited for. */
const serverSeconds = 600;

/** Another attempt would find the same. */
function finalExitCodes(): number[] {
  const { configuration, answerLost, initializedBySomebodyElse, otherMaterial } = exitCodes;
  return [configuration, answerLost, initializedBySomebodyElse, otherMaterial];
}

/** What the program is told. */
export function initConfig(args: VaultInitArgs): VaultInitConfig {
  const { serverName, namespace, distribution, peers, seal, shares, threshold, pgpKeys, audit, generateSealKey } = args;
  const { recoverySecret, bootstrapSecret, provisioner } = initNames(serverName);
  const { mount, role, policy, audience, ttlSeconds } = provisionerLogin;
  const text = platformAdminPolicy({ secretMount: args.secretMount, mayUnmountSecrets: !args.production });
  return {
    distribution,
    namespace,
    peers,
    claims: peers.map((peer) => `data-${peer.name}`),
    caFile: `${caFolder}/ca.crt`,
    recoverySecret,
    bootstrapSecret,
    ...(generateSealKey && { sealKey: generateSealKey }),
    seal,
    shares,
    threshold,
    ...(pgpKeys && { pgpKeys }),
    ...(audit && { audit }),
    login: {
      mount,
      kubernetesHost: "https://kubernetes.default.svc",
      role,
      policy: { name: policy, text },
      serviceAccount: provisioner,
      audience,
      ttlSeconds,
    },
    timing: {
      pollSeconds: 2,
      waitSeconds: peopleUnseal(args) ? deadlineOf(args) : serverSeconds,
      storeSeconds: graceSeconds - 30,
    },
  };
}

function initProgram(): Bundle {
  return bundleApp("apps/vault-init/main.ts");
}

/**
 * The same program for the side-car that unseals in development. The servers need it before they can be initialised, so it is a ConfigMap of
 * its own.
 */
export function createUnsealerCode(
  name: string,
  { serverName, namespace }: { readonly serverName: string; readonly namespace: pulumi.Input<string> },
  parent: pulumi.Resource,
): k8s.core.v1.ConfigMap {
  return createAppConfigMap(name, { app: `${serverName}-unseal`, namespace }, codeFiles(initProgram()), parent);
}

/** Name of that ConfigMap. */
export function unsealerCodeName(serverName: string): string {
  return appConfigMapName(`${serverName}-unseal`, codeFiles(initProgram()));
}

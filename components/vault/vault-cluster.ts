import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type Bundle, bundleApp, bundleFile } from "../apps/bundle";
import type { IssuerRef } from "../cert-manager/issuer-specs";
import type { Resources, Toleration } from "../pod";
import { createCertificate } from "./server-certificate";
import { type AuditFiles, serverConfig, serverConfigFile } from "./server-config";
import { createServerMonitor } from "./server-monitor";
import { apiAddress, podHost, serverLabels, serverNames, serverPods, serviceHost } from "./server-names";
import type { ServerNetworkArgs } from "./server-network";
import { createDisruptionBudget, createNetworkPolicies, createRights, createServices } from "./server-objects";
import type { ServerRelease } from "./server-release";
import { createStatefulSet } from "./server-set";
import type { AuditRotation } from "./server-side-cars";
import type { Unseal } from "./unseal-config";

export interface VaultClusterArgs {
  /** Distribution and version; the image has to be of the same. */
  readonly release: ServerRelease;
  /** Of the StatefulSet, and beginning of all other names. **A change makes a new, empty cluster.** */
  readonly serverName: string;
  /** Which must exist, and deny what is not allowed here. **A change makes a new, empty cluster.** */
  readonly namespace: string;
  readonly replicas: 3 | 5;
  readonly image: string;
  readonly imagePullPolicy: string;
  /** Secret with registry credentials in the namespace. @default none */
  readonly pullSecret?: string;
  readonly resources: Resources;
  readonly antiAffinity: "required" | "preferred";
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  /** **A change replaces the StatefulSet**; its volumes stay. */
  readonly storage: {
    /** @default the default class of the cluster */
    readonly className?: string;
    readonly data: string;
    readonly audit: string;
  };
  /** `rolling`: pods change one after the other. `onDelete`: each when somebody deletes it; see `npm run vault -- upgrade`. */
  readonly updates: "rolling" | "onDelete";
  readonly tls: {
    readonly issuer: IssuerRef;
    /** DNS names beside those in the cluster. */
    readonly names: readonly string[];
    readonly duration: string;
    readonly renewBefore: string;
    /** Repeats operations while cert-manager's webhook starts. @default none */
    readonly retry?: pulumi.ErrorHook;
  };
  readonly unseal: Unseal;
  /** Role in AWS of the servers, for the key that unseals them. @default none */
  readonly unsealRoleArn?: pulumi.Input<string>;
  /** Audit devices, where they stand in the configuration. @default none */
  readonly audit?: AuditFiles;
  /** How the audit log on its volume is kept small. @default there is no such file */
  readonly auditRotation?: AuditRotation;
  /** Fixed address of the leader's Service. **A change replaces the Service.** @default the cluster chooses */
  readonly clusterIp?: string;
  readonly network: Omit<ServerNetworkArgs, "name">;
  /** `major.minor` of Kubernetes. */
  readonly kubernetesVersion: string;
  /** Image with a `node` of version 20 or later on its PATH, for side-cars. */
  readonly nodeImage: string;
  /** Development only: a side-car unseals from shares that lie in a Secret. The ConfigMap holds the program. @default none */
  readonly unsealer?: { readonly codeConfigMap: pulumi.Input<string> };
  /** Make a PodMonitor, which needs the Prometheus operator's definitions. @default none */
  readonly monitor?: { readonly labels?: Readonly<Record<string, string>> };
  /** Refuse to delete or replace the StatefulSet. @default false */
  readonly protect?: boolean;
}

/**
 * Servers of Vault or OpenBao that keep their data among themselves (Raft): certificate, configuration, identity, Services, StatefulSet.
 *
 * ```ts
 * new VaultCluster("vault", { release, serverName: "vault", namespace: "vault", replicas: 3, image, unseal: { method: "static", ... }, ... });
 * ```
 *
 * **Ready comes later.** Servers are not ready before they are initialised, so nothing here waits for them: what initialises them depends on
 * this component, and waits.
 */
export class VaultCluster extends pulumi.ComponentResource {
  public readonly name: string;
  public readonly namespace: string;
  public readonly serviceAccountName: string;
  /** Secret with `ca.crt`, `tls.crt` and `tls.key`. */
  public readonly tlsSecretName: string;
  /** https://HOST:PORT of the leader; a name that pods can look up. */
  public readonly activeAddress: string;
  /** https://HOST:PORT of each server, in the order of their numbers. */
  public readonly peerAddresses: readonly string[];
  public readonly nodes: {
    readonly certificate: k8s.apiextensions.CustomResource;
    readonly config: k8s.core.v1.ConfigMap;
    readonly rights: ReturnType<typeof createRights>;
    readonly services: Readonly<Record<string, k8s.core.v1.Service>>;
    readonly networkPolicies: Readonly<Record<string, k8s.networking.v1.NetworkPolicy>>;
    readonly disruptionBudget: k8s.policy.v1.PodDisruptionBudget;
    readonly reloader?: k8s.core.v1.ConfigMap;
    readonly rotator?: k8s.core.v1.ConfigMap;
    readonly statefulSet: k8s.apps.v1.StatefulSet;
    readonly monitor?: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: VaultClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { serverName, namespace, replicas, release, image } = args;
    super("runner-platform:index:VaultCluster", name, { serverName, namespace, replicas, image }, opts);

    const hosts = serverPods(serverName, replicas).map((pod) => podHost({ name: serverName, namespace }, pod));
    const text = configText(args, hosts);
    const certificate = createCertificate(this, name, args);
    const config = createConfig(this, name, args, text);
    const rights = createRights(this, name, args);
    const services = createServices(this, name, args);
    const networkPolicies = createNetworkPolicies(this, name, args);
    const disruptionBudget = createDisruptionBudget(this, name, args);
    const program = release.reloadsCertificates ? undefined : bundleApp("apps/vault-tls-reload/main.ts");
    const reloader = program && createCode(this, name, args, "reloader", program);
    const rotation = args.auditRotation && bundleApp("apps/vault-audit-rotate/main.ts");
    const rotator = rotation && createCode(this, name, args, "rotator", rotation);
    const programs = [program, rotation].flatMap((bundle) => (bundle ? [bundle.hash] : []));
    const statefulSet = createStatefulSet(
      this,
      name,
      args,
      [text, ...programs],
      [
        certificate,
        config,
        ...(reloader ? [reloader] : []),
        ...(rotator ? [rotator] : []),
        rights.serviceAccount,
        rights.roleBinding,
        rights.tokenReviewBinding,
        ...Object.values(services),
        ...Object.values(networkPolicies),
      ],
    );
    const monitor = args.monitor && createServerMonitor(this, name, args, args.monitor);

    const { serviceAccount, tlsSecret, active } = serverNames(serverName);
    this.name = serverName;
    this.namespace = namespace;
    this.serviceAccountName = serviceAccount;
    this.tlsSecretName = tlsSecret;
    this.activeAddress = apiAddress(serviceHost(active, namespace));
    this.peerAddresses = hosts.map(apiAddress);
    this.nodes = {
      certificate,
      config,
      rights,
      services,
      networkPolicies,
      disruptionBudget,
      ...(reloader && { reloader }),
      ...(rotator && { rotator }),
      statefulSet,
      ...(monitor && { monitor }),
    };
    this.registerOutputs({ activeAddress: this.activeAddress });
  }
}

function configText({ release, unseal, audit }: VaultClusterArgs, hosts: readonly string[]): string {
  const peers = hosts.map((host) => ({ host, address: apiAddress(host) }));
  return serverConfig({ release, peers, unseal, ...(audit && { audit }) });
}

/**
 * Under the same name whatever it holds: a pod that has not changed yet starts again with it when its node does. That it has changed shows in
 * the pod template, as a checksum.
 */
function createConfig(
  parent: VaultCluster,
  name: string,
  { serverName, namespace }: VaultClusterArgs,
  text: string,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-config`,
    {
      metadata: { name: serverNames(serverName).config, namespace, labels: serverLabels(serverName) },
      data: { [serverConfigFile]: text },
    },
    { parent },
  );
}

/** Named after the side-car, whatever it holds: like the configuration, a change of it makes another revision of the pods. */
const codeNames = { reloader: "tls-reload", rotator: "audit-rotate" } as const;

function createCode(
  parent: VaultCluster,
  name: string,
  { serverName, namespace }: VaultClusterArgs,
  key: keyof typeof codeNames,
  { code }: Bundle,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    `${name}-${codeNames[key]}`,
    {
      metadata: { name: serverNames(serverName)[key], namespace, labels: serverLabels(serverName) },
      data: { [bundleFile]: code },
    },
    { parent },
  );
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AuthBackend } from "@pulumi/vault/authBackend";
import { CertAuthBackendRole } from "@pulumi/vault/certAuthBackendRole";
import { Policy } from "@pulumi/vault/policy";

import { exitCodes } from "../../apps/vault-backup/errors";
import { configFiles, createAppConfigMap } from "../apps/app-config-map";
import { createAppNetworkPolicy } from "../apps/app-network";
import { jobTemplate } from "../apps/job-pod";
import { appLabels, configFolder } from "../apps/pod";
import { backupConfigFile, programNodeOptions } from "./backup-config";
import { createCronJob } from "./cron-job";
import {
  drillArguments,
  type DrillConfigArgs,
  drillFiles,
  drillHost,
  drillRules,
  drillTlsSecret,
  drillVolumes,
} from "./drill-config";
import { drillName } from "./drill-names";
import { drillServer, drillServerVolumes } from "./drill-pod";
import { policyText } from "./init-policy";
import { type CertificateTls, createTlsCertificate } from "./server-certificate";
import { unsealConfig } from "./unseal-config";

export interface VaultDrillArgs extends DrillConfigArgs {
  /** ServiceAccount of the pod; roles in AWS trust it by this name. */
  readonly serviceAccount: string;
  /** Role in AWS of the pod, for the seal and the store. @default none */
  readonly drillRoleArn?: string;
  /** ConfigMap with the program; that of backups. */
  readonly code: k8s.core.v1.ConfigMap;
  /** Certificate of the servers' authority, in PEM: backups know it, and with it the drill's certificate. */
  readonly authority: pulumi.Input<string>;
  readonly tls: CertificateTls;
  /** Image of the servers. */
  readonly serverImage: string;
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly nodeImage: string;
  readonly imagePullPolicy: string;
  /** Secret with registry credentials in the namespace. @default none */
  readonly pullSecret?: string;
  /** Address ranges that stay closed. */
  readonly blockedCidrs: readonly string[];
  /** The servers: with them the login goes, which then need not be deleted by itself. */
  readonly deletedWith: pulumi.Resource;
}

/**
 * Restores the newest backup on a schedule, into a server that is thrown away: a CronJob with that server and the program apps/vault-backup, and a
 * login that exists in the backup. The source takes no certificates of clients, so the login is of no use there.
 *
 * ```ts
 * new VaultDrill("vault-drill", { drill: drillSettings(...), code: backup.nodes.code, authority, ... }, { providers: [kubernetes, vault] });
 * ```
 */
export class VaultDrill extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly serviceAccount: k8s.core.v1.ServiceAccount;
    readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
    readonly certificate: k8s.apiextensions.CustomResource;
    readonly policy: Policy;
    readonly mount: AuthBackend;
    readonly login: CertAuthBackendRole;
    readonly config: k8s.core.v1.ConfigMap;
    readonly cronJob: k8s.batch.v1.CronJob;
  };

  public constructor(name: string, args: VaultDrillArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, drill } = args;
    super("runner-platform:index:VaultDrill", name, { namespace, schedule: drill.schedule }, opts);
    const serviceAccount = createServiceAccount(this, name, args);
    const networkPolicy = createNetworkPolicy(this, name, args);
    const certificate = createCertificate(this, name, args);
    const login = createLogin(this, name, args);
    const config = createAppConfigMap(
      `${name}-config`,
      { app: drillName, namespace },
      configFiles(drillFiles(args)),
      this,
    );
    const cronJob = createDrillCronJob(this, name, args, config, [
      serviceAccount,
      networkPolicy,
      certificate,
      login.login,
    ]);
    this.nodes = { serviceAccount, networkPolicy, certificate, ...login, config, cronJob };
    this.registerOutputs({});
  }
}

/** It may do nothing in the cluster, and its pods have no token for the API server. */
function createServiceAccount(
  parent: VaultDrill,
  name: string,
  { serviceAccount, namespace, drillRoleArn, pullSecret }: VaultDrillArgs,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: {
        name: serviceAccount,
        namespace,
        labels: appLabels(drillName),
        ...(drillRoleArn !== undefined && { annotations: { "eks.amazonaws.com/role-arn": drillRoleArn } }),
      },
      automountServiceAccountToken: false,
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    },
    { parent },
  );
}

/** To the store and to what opens the seal: a restored Vault would revoke leases of real databases and clouds if it reached them. */
function createNetworkPolicy(
  parent: VaultDrill,
  name: string,
  { namespace, drill, blockedCidrs }: VaultDrillArgs,
): k8s.networking.v1.NetworkPolicy {
  const { egressPorts: ports, egressCidrs: cidrs } = drill;
  return createAppNetworkPolicy(
    `${name}-outward`,
    { policy: `${drillName}-outward`, app: drillName, namespace, ports, blockedCidrs, ...(cidrs && { cidrs }) },
    parent,
  );
}

/** The server shows it on loopback, and the program logs in by it. */
function createCertificate(
  parent: VaultDrill,
  name: string,
  { namespace, tls }: VaultDrillArgs,
): k8s.apiextensions.CustomResource {
  return createTlsCertificate(
    `${name}-certificate`,
    {
      secretName: drillTlsSecret,
      namespace,
      dnsNames: [drillHost(namespace), "localhost"],
      commonName: drillName,
      tls,
    },
    parent,
  );
}

function createLogin(
  parent: VaultDrill,
  name: string,
  { authority, namespace, deletedWith }: VaultDrillArgs,
): { readonly policy: Policy; readonly mount: AuthBackend; readonly login: CertAuthBackendRole } {
  const within = { parent, deletedWith };
  const policy = new Policy(`${name}-policy`, { name: drillName, policy: policyText(drillRules) }, within);
  const mount = new AuthBackend(
    `${name}-mount`,
    { type: "cert", path: drillName, description: "How a restore drill looks into what it has restored" },
    within,
  );
  const login = new CertAuthBackendRole(
    `${name}-login`,
    {
      backend: mount.path,
      name: drillName,
      certificate: authority,
      allowedDnsSans: [drillHost(namespace)],
      tokenPolicies: [drillName],
      tokenTtl: 600,
      tokenMaxTtl: 900,
      tokenNoDefaultPolicy: true,
    },
    { ...within, dependsOn: [policy] },
  );
  return { policy, mount, login };
}

function createDrillCronJob(
  parent: VaultDrill,
  name: string,
  args: VaultDrillArgs,
  config: k8s.core.v1.ConfigMap,
  dependsOn: pulumi.Resource[],
): k8s.batch.v1.CronJob {
  const { drill, namespace } = args;
  const template = pulumi
    .all([args.code.metadata.name, config.metadata.name])
    .apply(([codeConfigMap, configConfigMap]) => drillJobTemplate(args, codeConfigMap, configConfigMap));
  return createCronJob(`${name}-cron-job`, { ...drill, app: drillName, namespace, template }, { parent, dependsOn });
}

function drillJobTemplate(args: VaultDrillArgs, codeConfigMap: string, configConfigMap: string) {
  const { drill, release, imagePullPolicy } = args;
  const unseal = unsealConfig(args.unseal, release);
  const { volumes, mounts } = drillVolumes(args);
  const server = {
    release,
    image: args.serverImage,
    imagePullPolicy,
    resources: drill.serverResources,
    dataSize: drill.dataSize,
    unseal,
  };
  return jobTemplate({
    app: drillName,
    image: args.nodeImage,
    imagePullPolicy,
    resources: drill.resources,
    nodeOptions: programNodeOptions,
    arguments: drillArguments(args),
    env: [{ name: "VAULT_BACKUP_CONFIG", value: `${configFolder}/${backupConfigFile}` }],
    serviceAccountName: args.serviceAccount,
    callsApiServer: false,
    codeConfigMap,
    configConfigMap,
    sideCars: [drillServer(server)],
    // The role in AWS opens the seal, which is the server's business; the program has a token of its own for the store.
    ...(args.drillRoleArn !== undefined && { annotations: { "eks.amazonaws.com/skip-containers": drillName } }),
    volumes: [...volumes, ...drillServerVolumes(server)],
    volumeMounts: mounts,
    deadlineSeconds: drill.deadlineSeconds,
    retries: 1,
    // Another pod would find the same.
    finalExitCodes: [exitCodes.drillFailed, exitCodes.snapshotInvalid, exitCodes.configuration],
  });
}

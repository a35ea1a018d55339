import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AuthBackendRole } from "@pulumi/vault/kubernetes/authBackendRole";
import { Mount } from "@pulumi/vault/mount";
import { Policy } from "@pulumi/vault/policy";

import { exitCodes } from "../../apps/vault-backup/errors";
import { codeFiles, configFiles, createAppConfigMap } from "../apps/app-config-map";
import { createAppNetworkPolicy } from "../apps/app-network";
import { type Bundle, bundleApp } from "../apps/bundle";
import { jobTemplate } from "../apps/job-pod";
import { appLabels, configFolder } from "../apps/pod";
import {
  backupCanary,
  backupConfig,
  backupConfigFile,
  backupLogin,
  type BackupPlace,
  backupVolumes,
  canaryPath,
  programNodeOptions,
} from "./backup-config";
import type { BackupSettings } from "./backup-settings";
import { createCronJob } from "./cron-job";
import { type PolicyRules, policyText } from "./init-policy";
import { provisionerLogin } from "./init-names";
import { vaultPorts } from "./server-names";

export interface VaultBackupArgs extends BackupPlace {
  readonly backup: BackupSettings;
  /** ServiceAccount of the program; roles in AWS trust it by this name. */
  readonly serviceAccount: string;
  /** Ports of the Kubernetes API, where the Lease is. */
  readonly apiServerPorts: readonly number[];
  /** Address ranges that stay closed. */
  readonly blockedCidrs: readonly string[];
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly nodeImage: string;
  readonly imagePullPolicy: string;
  /** Secret with registry credentials in the namespace. @default none */
  readonly pullSecret?: string;
  /** The servers: with them the login goes, which then need not be deleted by itself. */
  readonly deletedWith: pulumi.Resource;
}

/**
 * Backs Vault up on a schedule: a CronJob with the program apps/vault-backup, its identity, its login at Vault, and the way to the stores.
 *
 * ```ts
 * new VaultBackup("vault-backup", { backup: backupSettings(settings.vault.backup), address, ... }, { providers: [kubernetes, vault] });
 * ```
 */
export class VaultBackup extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly serviceAccount: k8s.core.v1.ServiceAccount;
    readonly role: k8s.rbac.v1.Role;
    readonly roleBinding: k8s.rbac.v1.RoleBinding;
    readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
    readonly canary: Mount;
    readonly policy: Policy;
    readonly login: AuthBackendRole;
    readonly code: k8s.core.v1.ConfigMap;
    readonly config: k8s.core.v1.ConfigMap;
    readonly cronJob: k8s.batch.v1.CronJob;
  };

  public constructor(name: string, args: VaultBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, serviceAccount: account } = args;
    super("runner-platform:index:VaultBackup", name, { namespace, schedule: args.backup.schedule }, opts);
    const rights = createRights(this, name, args);
    const networkPolicy = createNetworkPolicy(this, name, args);
    const canary = createCanary(this, name, args);
    const policy = new Policy(
      `${name}-policy`,
      { name: backupLogin, policy: policyText(backupRules) },
      { parent: this, deletedWith: args.deletedWith },
    );
    const login = new AuthBackendRole(
      `${name}-login`,
      {
        backend: provisionerLogin.mount,
        roleName: backupLogin,
        boundServiceAccountNames: [account],
        boundServiceAccountNamespaces: [namespace],
        audience: provisionerLogin.audience,
        tokenPolicies: [backupLogin],
        // A snapshot is asked for right after the login; how long it then takes does not matter.
        tokenTtl: 600,
        tokenMaxTtl: 900,
        tokenNoDefaultPolicy: true,
      },
      { parent: this, dependsOn: [policy], deletedWith: args.deletedWith },
    );
    const code = createAppConfigMap(`${name}-code`, { app: backupLogin, namespace }, codeFiles(backupProgram()), this);
    const text = `${JSON.stringify(backupConfig(args.backup, args), undefined, 2)}\n`;
    const files = configFiles({ [backupConfigFile]: text });
    const config = createAppConfigMap(`${name}-config`, { app: backupLogin, namespace }, files, this);
    const cronJob = createBackupCronJob(this, name, args, { code, config }, [canary, login, ...Object.values(rights)]);
    this.nodes = { ...rights, networkPolicy, canary, policy, login, code, config, cronJob };
    this.registerOutputs({});
  }
}

/** The program reads snapshots, writes its mark without being able to read it, and gives its token back. */
const backupRules: PolicyRules = {
  "sys/storage/raft/snapshot": ["read"],
  [canaryPath]: ["create", "update"],
  "auth/token/revoke-self": ["update"],
};

/** With the client of S3 it takes more than other programs; a ConfigMap holds 1 MiB. */
export function backupProgram(): Bundle {
  return bundleApp("apps/vault-backup/main.ts", { small: true, mostBytes: 768 * 1024 });
}

/** See {@link backupCanary}. */
function createCanary(parent: VaultBackup, name: string, { deletedWith }: VaultBackupArgs): Mount {
  const { mount: path } = backupCanary;
  const description = "What a backup leaves for a restore drill to find; nothing secret";
  return new Mount(
    `${name}-canary`,
    { path, type: "kv", options: { version: "2" }, description },
    { parent, deletedWith },
  );
}

/** Of the Lease by name; to make one cannot be narrowed. */
function createRights(
  parent: VaultBackup,
  name: string,
  { namespace, serviceAccount: account, pullSecret, roleArn }: VaultBackupArgs,
) {
  const metadata = { name: account, namespace, labels: appLabels(backupLogin) };
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: {
        ...metadata,
        ...(roleArn !== undefined && { annotations: { "eks.amazonaws.com/role-arn": roleArn } }),
      },
      automountServiceAccountToken: false,
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    },
    { parent },
  );
  const leases = { apiGroups: ["coordination.k8s.io"], resources: ["leases"] };
  const role = new k8s.rbac.v1.Role(
    `${name}-role`,
    {
      metadata,
      rules: [
        { ...leases, verbs: ["create"] },
        { ...leases, resourceNames: [backupLogin], verbs: ["get", "update"] },
      ],
    },
    { parent },
  );
  const roleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace }],
    },
    { parent },
  );
  return { serviceAccount, role, roleBinding };
}

/** To Vault, which lets in whoever is in its namespace, to the stores, and to the API server. */
function createNetworkPolicy(
  parent: VaultBackup,
  name: string,
  { namespace, backup, apiServerPorts, blockedCidrs }: VaultBackupArgs,
): k8s.networking.v1.NetworkPolicy {
  const ports = [...new Set([...apiServerPorts, ...backup.egressPorts, vaultPorts.api])].sort((a, b) => a - b);
  return createAppNetworkPolicy(
    `${name}-outward`,
    { policy: `${backupLogin}-outward`, app: backupLogin, namespace, ports, blockedCidrs },
    parent,
  );
}

function createBackupCronJob(
  parent: VaultBackup,
  name: string,
  args: VaultBackupArgs,
  { code, config }: Readonly<Record<"code" | "config", k8s.core.v1.ConfigMap>>,
  dependsOn: pulumi.Resource[],
): k8s.batch.v1.CronJob {
  const { backup, namespace } = args;
  const { volumes, mounts } = backupVolumes(backup, args);
  const template = pulumi.all([code.metadata.name, config.metadata.name]).apply(([codeConfigMap, configConfigMap]) =>
    jobTemplate({
      app: backupLogin,
      image: args.nodeImage,
      imagePullPolicy: args.imagePullPolicy,
      resources: backup.resources,
      nodeOptions: programNodeOptions,
      arguments: ["run"],
      env: [{ name: "VAULT_BACKUP_CONFIG", value: `${configFolder}/${backupConfigFile}` }],
      serviceAccountName: args.serviceAccount,
      callsApiServer: true,
      codeConfigMap,
      configConfigMap,
      volumes,
      volumeMounts: mounts,
      deadlineSeconds: backup.deadlineSeconds,
      retries: 2,
      finalExitCodes: finalExitCodes(),
      graceSeconds: 60,
    }),
  );
  return createCronJob(`${name}-cron-job`, { ...backup, app: backupLogin, namespace, template }, { parent, dependsOn });
}

/**
 * After these, another pod would end the same way, or do harm: what is partly done was tried until the deadline, and once more would put
 * another snapshot into the stores that are well.
 */
function finalExitCodes(): number[] {
  const { partial, permissionDenied, wrongCluster, configuration, anotherRun } = exitCodes;
  return [partial, permissionDenied, wrongCluster, configuration, anotherRun];
}

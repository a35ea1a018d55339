import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "@pulumi/vault/provider";

import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import type { VaultSettings } from "../stacks/vault/schema";
import type { CertManager } from "./cert-manager/cert-manager";
import type { IssuerRef } from "./cert-manager/issuer-specs";
import { createNamespacePullSecret } from "./namespace/pull-secret";
import type { TrustNamespace } from "./namespace/trust-namespace";
import { roleArn } from "./aws/arn";
import { imageReference } from "./image";
import { iamRoleName } from "./job-roles";
import { backupSettings } from "./vault/backup-settings";
import { needsUnsealer, vaultClusterArgs } from "./vault/cluster-from-settings";
import { drillArgs } from "./vault/drill-from-settings";
import { vaultInitArgs } from "./vault/init-from-settings";
import type { LoginTools, VaultLoginArgs } from "./vault/login";
import { createVaultProvider } from "./vault/provider";
import { createVaultAlerts } from "./vault/vault-alerts";
import { VaultBackup } from "./vault/vault-backup";
import { VaultCluster } from "./vault/vault-cluster";
import { VaultConfiguration } from "./vault/vault-configuration";
import { VaultDrill } from "./vault/vault-drill";
import { createUnsealerCode, VaultInit } from "./vault/vault-init";
import { createVaultNamespace } from "./vault/vault-namespace";

/** Vault and all that belongs to it. */
export interface Vault {
  readonly namespace: TrustNamespace;
  readonly cluster: VaultCluster;
  readonly init: VaultInit;
  readonly provider: Provider;
  readonly configuration: VaultConfiguration;
  readonly backup?: VaultBackup;
  readonly drill?: VaultDrill;
}

/** What Vault is made after. */
export interface VaultSurroundings {
  readonly certManager?: CertManager;
  readonly retry: pulumi.ErrorHook;
  /** What has to be there before somebody asks for a volume. */
  readonly storageReady: readonly pulumi.Resource[];
  /** How Pulumi logs in. @default as the settings say */
  readonly login?: LoginTools | undefined;
}

/** Servers, their initialisation, what they are configured with, and their backups; nothing without the section `vault`. */
export function createVault(
  settings: Settings,
  secrets: Secrets,
  surroundings: VaultSurroundings,
  opts: pulumi.ComponentResourceOptions,
): Vault | undefined {
  const { vault } = settings;
  if (!vault) return undefined;
  // With it would go the claims of the servers, and the Secret with the shares.
  const namespace = createVaultNamespace(vault.namespace, settings, { ...opts, protect: settings.production });
  const pullSecret = createNamespacePullSecret("vault-pull-secret", settings.registry, secrets, namespace.namespace, {
    parent: namespace,
  });
  const dependsOn = [namespace, ...pullSecret, ...surroundings.storageReady];
  const cluster = createCluster(vault, settings, namespace, surroundings, dependsOn, opts);
  const init = createInit(vault, cluster, settings, { ...opts, dependsOn: [cluster] });
  const { provider, authority } = createVaultProvider(
    "platform-vault",
    loginArgs(vault, cluster, init, settings, secrets),
    { ...(opts.parent && { parent: opts.parent }) },
    surroundings.login,
  );
  const configuration = new VaultConfiguration(
    "vault-configuration",
    {
      logins: vault.logins,
      minQuorum: vault.replicas,
      ...(settings.github.ca?.certificate !== undefined && { githubCa: settings.github.ca.certificate }),
      protect: settings.production,
      deletedWith: cluster.nodes.statefulSet,
    },
    { ...(opts.parent && { parent: opts.parent }), providers: [provider], dependsOn: [init] },
  );
  const both: pulumi.ComponentResourceOptions = {
    ...(opts.parent && { parent: opts.parent }),
    providers: [...providersOf(opts), provider],
    dependsOn: [init, configuration],
  };
  const backup = createBackup(vault, cluster, settings, both);
  const drill = backup && createDrill(vault, cluster, settings, { backup, authority, ...surroundings }, both);
  createVaultAlerts(vault, settings, { ...opts, dependsOn: [namespace] });
  return { namespace, cluster, init, provider, configuration, ...(backup && { backup }), ...(drill && { drill }) };
}

function createInit(
  vault: VaultSettings,
  cluster: VaultCluster,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): VaultInit {
  return new VaultInit("vault-init", vaultInitArgs(vault, cluster, settings), opts);
}

function loginArgs(
  { provisioner }: VaultSettings,
  cluster: VaultCluster,
  init: VaultInit,
  { stack, kubernetes: { context } }: Settings,
  { kubeconfig }: Secrets,
): VaultLoginArgs {
  return {
    ready: init.ready,
    method: provisioner.login,
    ...(kubeconfig && { kubeconfig }),
    ...(context !== undefined && { context }),
    stack,
    namespace: cluster.namespace,
    serviceAccount: init.provisionerName,
    tlsSecretName: cluster.tlsSecretName,
    address: provisioner.address ?? cluster.activeAddress,
    ...(provisioner.tlsServerName !== undefined && { tlsServerName: provisioner.tlsServerName }),
  };
}

function createCluster(
  vault: VaultSettings,
  settings: Settings,
  namespace: TrustNamespace,
  { certManager, retry }: VaultSurroundings,
  dependsOn: readonly pulumi.Resource[],
  opts: pulumi.ComponentResourceOptions,
): VaultCluster {
  const issuer = issuerOf(vault, certManager);
  const unsealer = needsUnsealer(vault) ? { codeConfigMap: createUnsealer(vault, namespace) } : undefined;
  const args = vaultClusterArgs(vault, settings, {
    issuer,
    retry,
    ...(unsealer && { unsealer }),
  });
  return new VaultCluster("vault", args, {
    ...opts,
    dependsOn: [...dependsOn, ...(certManager ? [certManager] : [])],
  });
}

function issuerOf({ tls }: VaultSettings, certManager: CertManager | undefined): IssuerRef {
  const issuer = certManager?.issuers.get(tls.issuer);
  if (!issuer) throw new Error(`the issuer ${tls.issuer} passed the checks of settings but is not there`);
  return issuer;
}

/** The ConfigMap with the program of the side-car that unseals, in development. */
function createUnsealer({ name }: VaultSettings, namespace: TrustNamespace): pulumi.Output<string> {
  const place = { serverName: name, namespace: namespace.namespace };
  return createUnsealerCode("vault-unsealer", place, namespace).metadata.name;
}

function createBackup(
  vault: VaultSettings,
  cluster: VaultCluster,
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): VaultBackup | undefined {
  if (!vault.backup) return undefined;
  const { images, registry, network } = settings;
  const roleArn = backupRole(settings);
  return new VaultBackup(
    "vault-backup",
    {
      backup: backupSettings(vault.backup),
      address: cluster.activeAddress,
      peers: cluster.peerAddresses,
      namespace: cluster.namespace,
      tlsSecretName: cluster.tlsSecretName,
      serviceAccount: settings.aws?.vault.backupServiceAccount ?? `${cluster.name}-backup`,
      ...(roleArn !== undefined && { roleArn }),
      apiServerPorts: network.apiServerPorts,
      blockedCidrs: network.blockedCidrs,
      nodeImage: imageReference(images.node, images.mirror),
      imagePullPolicy: images.pullPolicy,
      ...(registry.pullSecret !== undefined && { pullSecret: registry.pullSecret }),
      deletedWith: cluster.nodes.statefulSet,
    },
    opts,
  );
}

interface DrillSurroundings extends Pick<VaultSurroundings, "certManager" | "retry"> {
  readonly backup: VaultBackup;
  readonly authority: pulumi.Output<string>;
}

function createDrill(
  vault: VaultSettings,
  cluster: VaultCluster,
  settings: Settings,
  { backup, authority, certManager, retry }: DrillSurroundings,
  opts: pulumi.ComponentResourceOptions,
): VaultDrill | undefined {
  const args = drillArgs(vault, settings);
  if (!args) return undefined;
  const { duration, renewBefore } = vault.tls;
  return new VaultDrill(
    "vault-drill",
    {
      ...args,
      address: cluster.activeAddress,
      peers: cluster.peerAddresses,
      namespace: cluster.namespace,
      tlsSecretName: cluster.tlsSecretName,
      code: backup.nodes.code,
      authority,
      tls: { issuer: issuerOf(vault, certManager), duration, renewBefore, retry },
      deletedWith: cluster.nodes.statefulSet,
    },
    opts,
  );
}

/** The role that the section `aws` makes for the program, whose ARN is known before it is there. */
function backupRole({ aws }: Settings): string | undefined {
  return aws?.backup && roleArn(aws, iamRoleName(aws, "vault-backup"));
}

/** Those of the options, whatever form they have. */
function providersOf({ providers = [] }: pulumi.ComponentResourceOptions): pulumi.ProviderResource[] {
  return Array.isArray(providers) ? providers : Object.values(providers);
}

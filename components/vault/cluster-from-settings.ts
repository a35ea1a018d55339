import type { Settings } from "../../stacks/settings";
import type { VaultSettings } from "../../stacks/vault/schema";
import { roleArn } from "../aws/arn";
import type { IssuerRef } from "../cert-manager/issuer-specs";
import { imageReference } from "../image";
import { iamRoleName } from "../job-roles";
import { bytesOf } from "../quantity";
import { runnerNamespaces } from "../runner-namespaces";
import { serverRelease } from "./server-release";
import type { AuditRotation } from "./server-side-cars";
import type { Unseal } from "./unseal-config";
import type { VaultClusterArgs } from "./vault-cluster";

/** What settings alone do not say. */
export interface VaultClusterSurroundings {
  readonly issuer: IssuerRef;
  readonly retry?: VaultClusterArgs["tls"]["retry"];
  /** See `needsUnsealer`. */
  readonly unsealer?: VaultClusterArgs["unsealer"];
}

/** The servers of a stack. Settings have been checked, so a missing part is a mistake in this program. */
export function vaultClusterArgs(
  vault: VaultSettings,
  settings: Settings,
  { issuer, retry, unsealer }: VaultClusterSurroundings,
): VaultClusterArgs {
  const { images, registry, kubernetes, monitoring, production } = settings;
  const release = serverRelease(vault.distribution, vault.version);
  const unsealRoleArn = unsealRole(vault, settings);
  return {
    release,
    serverName: vault.name,
    namespace: vault.namespace,
    replicas: vault.replicas,
    image: imageReference(vault.image, images.mirror),
    imagePullPolicy: images.pullPolicy,
    ...(registry.pullSecret !== undefined && { pullSecret: registry.pullSecret }),
    resources: vault.resources,
    antiAffinity: vault.antiAffinity,
    ...(vault.nodeSelector && { nodeSelector: vault.nodeSelector }),
    ...(vault.tolerations && { tolerations: vault.tolerations }),
    storage: { ...vault.storage, className: volumeClass(vault, settings) },
    updates: vault.updates,
    tls: { ...vault.tls, issuer, ...(retry && { retry }) },
    unseal: unsealOf(vault, settings),
    ...(unsealRoleArn !== undefined && { unsealRoleArn }),
    ...(vault.audit.enabled && { audit: vault.audit }),
    ...(vault.audit.enabled && vault.audit.file && { auditRotation: auditRotation(vault) }),
    ...(vault.clusterIp !== undefined && { clusterIp: vault.clusterIp }),
    network: networkOf(vault, settings),
    kubernetesVersion: kubernetes.version,
    nodeImage: imageReference(images.node, images.mirror),
    ...(unsealer && { unsealer }),
    ...(monitoring.podMonitors && { monitor: { ...(monitoring.ruleLabels && { labels: monitoring.ruleLabels }) } }),
    protect: production,
  };
}

/** The size as bytes; quantities have been checked. */
function auditRotation({ audit: { rotate } }: VaultSettings): AuditRotation {
  return { maxBytes: bytesOf(rotate.size), files: rotate.files };
}

/** Whether shares of the key lie in a Secret, from which a side-car unseals. */
export function needsUnsealer({ unseal, initialization }: VaultSettings): boolean {
  return unseal.method === "shamir" && initialization.keepSharesInSecret;
}

/** Volumes of the retained class outlive their claims; where there is none, the policy of the StatefulSet keeps the claims at least. */
export function volumeClass({ storage }: VaultSettings, { storage: { classes } }: Pick<Settings, "storage">): string {
  return storage.className ?? classes.retained ?? classes.block;
}

/** Name of the key that `aws.unseal` makes, which is known before the key is. */
function ownKey({ aws }: Pick<Settings, "aws">): string | undefined {
  return aws?.unseal && `alias/${iamRoleName(aws, "vault-unseal")}`;
}

function unsealRole({ unseal }: VaultSettings, { aws }: Pick<Settings, "aws">): string | undefined {
  return unseal.method === "awskms" && aws?.unseal ? roleArn(aws, iamRoleName(aws, "vault-unseal")) : undefined;
}

/** The unseal method with what the section `aws` says about it. */
export function unsealOf({ unseal }: VaultSettings, settings: Pick<Settings, "aws">): Unseal {
  if (unseal.method === "static") {
    const { method, secret, keyId, previous } = unseal;
    return { method, secret, keyId, ...(previous && { previous }) };
  }
  if (unseal.method !== "awskms") return unseal;
  const { method, plugin } = unseal;
  return {
    method,
    region: required(unseal.region ?? settings.aws?.region, "region"),
    keyArn: required(unseal.keyArn ?? ownKey(settings), "keyArn"),
    ...(plugin && { plugin }),
  };
}

/** Jobs fetch secrets, and services log in from their own namespaces. */
export function clientNamespaces(vault: VaultSettings, settings: Settings): string[] {
  const runners = runnerNamespaces(settings).map(({ args }) => args.namespace);
  const services = Object.values(vault.logins.services).map(({ namespace }) => namespace);
  const all = [...runners, ...services, ...vault.clientNamespaces];
  return [...new Set(all)].filter((namespace) => namespace !== vault.namespace).sort();
}

function networkOf(vault: VaultSettings, settings: Settings): VaultClusterArgs["network"] {
  const { network, monitoring } = settings;
  return {
    clientNamespaces: clientNamespaces(vault, settings),
    clientCidrs: vault.clientCidrs,
    ...(monitoring.podMonitors && { metricsFromNamespace: monitoring.namespace }),
    apiServerPorts: network.apiServerPorts,
    egressPorts: [...new Set([...unsealPorts(vault), ...vault.egressPorts])],
    blockedCidrs: network.blockedCidrs,
  };
}

/** AWS is reached at 443: the key service, and the one that trades the pod's token for credentials. */
export function unsealPorts({ unseal }: VaultSettings): number[] {
  if (unseal.method === "awskms") return [443];
  if (unseal.method !== "transit") return [];
  const { port } = new URL(unseal.address);
  return [port === "" ? 443 : Number(port)];
}

function required(value: string | undefined, key: string): string {
  if (value === undefined) throw new Error(`vault.unseal.${key} passed the checks of settings but is not set`);
  return value;
}

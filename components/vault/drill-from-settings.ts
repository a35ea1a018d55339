import type { Settings } from "../../stacks/settings";
import type { VaultSettings } from "../../stacks/vault/schema";
import { roleArn } from "../aws/arn";
import { imageReference } from "../image";
import { iamRoleName } from "../job-roles";
import { backupSettings } from "./backup-settings";
import { unsealOf, unsealPorts } from "./cluster-from-settings";
import { drillName } from "./drill-names";
import { type DrillSettings, drillSettings } from "./drill-settings";
import { serverRelease } from "./server-release";
import type { VaultDrillArgs } from "./vault-drill";

type Computed = "backup" | "drill" | "release" | "unseal" | "audit" | "secretMount" | "serviceAccount" | "drillRoleArn";
type OfPlatform = "serverImage" | "nodeImage" | "imagePullPolicy" | "pullSecret" | "blockedCidrs";

/** What settings alone say about the drills of a stack; `undefined` where they ask for none. */
export function drillArgs(
  vault: VaultSettings,
  settings: Settings,
): Pick<VaultDrillArgs, Computed | OfPlatform> | undefined {
  if (!vault.backup) return undefined;
  const backup = backupSettings(vault.backup);
  const drill = drillsOf(vault);
  if (!drill) return undefined;
  const { images, registry, network, aws } = settings;
  const role = drillRole(settings);
  return {
    backup,
    drill,
    release: serverRelease(vault.distribution, vault.version),
    unseal: unsealOf(vault, settings),
    ...(vault.audit.enabled && { audit: vault.audit }),
    secretMount: vault.logins.secretMount,
    serviceAccount: aws?.vault.drillServiceAccount ?? drillName,
    // In AWS that role reads the stores, too.
    ...(role !== undefined && { drillRoleArn: role, roleArn: role }),
    serverImage: imageReference(vault.image, images.mirror),
    nodeImage: imageReference(images.node, images.mirror),
    imagePullPolicy: images.pullPolicy,
    ...(registry.pullSecret !== undefined && { pullSecret: registry.pullSecret }),
    blockedCidrs: network.blockedCidrs,
  };
}

/** The drills of a stack with everything that settings leave out. */
export function drillsOf(vault: VaultSettings): DrillSettings | undefined {
  if (!vault.backup) return undefined;
  return drillSettings(vault.backup.drill, backupSettings(vault.backup), {
    serverResources: vault.resources,
    sealPorts: unsealPorts(vault),
  });
}

/** The role that the section `aws` makes for drills, whose ARN is known before it is there. */
function drillRole({ aws }: Settings): string | undefined {
  return aws && (aws.unseal ?? aws.backup) ? roleArn(aws, iamRoleName(aws, drillName)) : undefined;
}

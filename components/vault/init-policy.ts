import { backupCanary } from "./backup-config";
import { drillName } from "./drill-names";

/** Rules of a policy by path, in HCL's terms of Vault. */
export type PolicyRules = Readonly<Record<string, readonly Capability[]>>;

type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo" | "deny";

export interface PlatformAdminArgs {
  /** Path of the key-value engine, whose content the provisioner must not see. */
  readonly secretMount: string;
  /** Whether engines may be unmounted, which deletes what is in them. Not in production. */
  readonly mayUnmountSecrets: boolean;
}

const manage: readonly Capability[] = ["create", "read", "update", "delete", "list"];
/** Of paths that Vault reserves to root: without `sudo` it refuses them whatever else a policy allows. */
const manageAsRoot: readonly Capability[] = ["create", "read", "update", "delete", "sudo"];

/**
 * What Pulumi may do: everything that the components of this folder configure, and no secret's value.
 *
 * Whoever may write policies and roles can give itself more, in two requests that stand in the audit log; so this policy keeps mistakes and
 * leaked logs harmless, and does not stop an attacker who holds the login. `sudo` is given only where Vault's API reference demands it: auth
 * methods, audit devices, and a leader that hands over before its pod is replaced. Audit devices can be made but not removed.
 */
export function platformAdminRules({ secretMount, mayUnmountSecrets }: PlatformAdminArgs): PolicyRules {
  return {
    // What a session needs of itself.
    "auth/token/lookup-self": ["read"],
    "auth/token/revoke-self": ["update"],
    // Engines, and how they are tuned; auth methods are tuned here too.
    "sys/mounts": ["read"],
    "sys/mounts/*": mayUnmountSecrets ? manage : ["create", "read", "update", "list"],
    // It holds no secret, and goes with the backups when they are taken out of the settings, in production too.
    [`sys/mounts/${backupCanary.mount}`]: manage,
    [`${secretMount}/config`]: ["create", "read", "update"],
    [`${secretMount}/data/*`]: ["deny"],
    [`${secretMount}/subkeys/*`]: ["deny"],
    // Auth methods, with their roles.
    "sys/auth": ["read"],
    "sys/auth/*": manageAsRoot,
    "auth/+/config": ["create", "read", "update", "delete"],
    "auth/+/role": ["list"],
    "auth/+/role/*": manage,
    // Of the drill's login by certificate, which works in restored backups alone.
    [`auth/${drillName}/certs`]: ["list"],
    [`auth/${drillName}/certs/*`]: manage,
    "sys/policies/acl": ["list"],
    "sys/policies/acl/*": manage,
    "sys/audit": ["read", "sudo"],
    "sys/audit/*": ["create", "read", "update", "sudo"],
    // The cluster itself.
    "sys/storage/raft/configuration": ["read"],
    "sys/storage/raft/autopilot/state": ["read"],
    "sys/storage/raft/autopilot/configuration": ["create", "read", "update"],
    "sys/step-down": ["update", "sudo"],
  };
}

/** The text of a policy. Paths come from settings that have been checked, and are quoted all the same. */
export function policyText(rules: PolicyRules): string {
  return Object.entries(rules)
    .map(([path, capabilities]) => `path ${JSON.stringify(path)} {\n  capabilities = ${list(capabilities)}\n}\n`)
    .join("\n");
}

function list(capabilities: readonly Capability[]): string {
  return `[${capabilities.map((capability) => JSON.stringify(capability)).join(", ")}]`;
}

export function platformAdminPolicy(args: PlatformAdminArgs): string {
  return policyText(platformAdminRules(args));
}

import type { SecretPolicySettings } from "../../stacks/vault/logins-schema";
import { policyText } from "./init-policy";

type Capability = "create" | "read" | "update" | "list";

/**
 * The text of a consumer's policy, for a key-value engine of version 2.
 *
 * - `read`: the newest version of a secret (`data/`), and with `PATH/*` the names of those below (`metadata/`).
 * - `write`: a new version, whether there was one or not; what is there cannot be read.
 *
 * @param mount path of the engine, such as `secret`.
 */
export function secretPolicy({ read = [], write = [] }: SecretPolicySettings, mount: string): string {
  const rules = new Map<string, Set<Capability>>();
  const allow = (path: string, ...capabilities: readonly Capability[]): void => {
    rules.set(path, new Set([...(rules.get(path) ?? []), ...capabilities]));
  };
  for (const path of read) {
    allow(`${mount}/data/${path}`, "read");
    if (path.endsWith("/*")) {
      allow(`${mount}/metadata/${path.slice(0, -1)}`, "list");
      allow(`${mount}/metadata/${path}`, "list");
    }
  }
  for (const path of write) allow(`${mount}/data/${path}`, "create", "update");
  return policyText(Object.fromEntries([...rules].map(([path, capabilities]) => [path, [...capabilities].sort()])));
}

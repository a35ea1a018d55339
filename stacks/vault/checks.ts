import { bytesOf } from "../../components/quantity";
import { isServed, oldestServers } from "../../components/vault/server-release";
import type { Readable } from "../checks";
import { digestProblems } from "../digest-problems";
import { type Problem, show } from "../problems";
import { backupProblems } from "./backup-checks";
import { initializationProblems } from "./initialization-checks";
import { placeProblems } from "./place-checks";
import { loginsProblems } from "./logins-checks";
import type { VaultSettings } from "./schema";
import { certificateProblems } from "./certificate-checks";
import { unsealProblems } from "./unseal-checks";

/** All that is wrong with the section `vault`, by itself and with what others are. */
export function vaultProblems(vault: VaultSettings, settings: Readable): Problem[] {
  return [
    ...releaseProblems(vault, settings),
    ...placeProblems(vault, settings),
    ...certificateProblems(vault, settings),
    ...unsealProblems(vault, settings),
    ...initializationProblems(vault, settings),
    ...auditProblems(vault, settings),
    ...updateProblems(vault),
    ...loginsProblems(vault, settings),
    ...backupProblems(vault, settings),
  ];
}

function releaseProblems({ distribution, version, image }: VaultSettings, { images }: Readable): Problem[] {
  if (!isServed(distribution, version)) {
    const path = "vault.version";
    const allowed = `${oldestServers[distribution]} or later, with distribution ${distribution}`;
    return [{ path, what: show(path, version), allowed }];
  }
  const [, tagged] = /:v?(\d+\.\d+\.\d+)(?=[-@]|$)/.exec(image) ?? [];
  return [
    ...(tagged === undefined || tagged === version
      ? []
      : [
          {
            path: "vault.version",
            what: `${show("vault.version", version)}, but the image is ${tagged}`,
            allowed: "the version of vault.image",
            fix: "change both together",
          },
        ]),
    ...(images?.requireDigest ? digestProblems("vault.image", image) : []),
  ];
}

function auditProblems({ audit, storage }: VaultSettings, { production }: Readable): Problem[] {
  const { enabled, stdout, file } = audit;
  if (!enabled) {
    if (production !== true) return [];
    const allowed = "true in production: nobody could say who has read a secret";
    return [{ path: "vault.audit.enabled", what: show("", enabled), allowed }];
  }
  if (file) return rotationProblems(audit.rotate, storage.audit);
  if (stdout) return [];
  return [
    {
      path: "vault.audit",
      what: "enabled, but without a device",
      allowed: "stdout, file or both",
      fix: "use both: Vault answers nothing that it can log nowhere",
    },
  ];
}

/** Percent of the volume that audit logs may take: from there on an alert says that it is nearly full. */
const auditPercent = 80;

function rotationProblems({ size, files }: VaultSettings["audit"]["rotate"], volume: string): Problem[] {
  const needed = bytesOf(size) * (files + 1);
  if (bytesOf(size) > 0 && 100 * needed <= auditPercent * bytesOf(volume)) return [];
  const what = `${files} files of ${size} and the present one`;
  const allowed = `at most ${auditPercent} % of vault.storage.audit, which is ${volume}, and a size above 0`;
  return [{ path: "vault.audit.rotate", what, allowed, fix: "take fewer or smaller files, or a larger volume" }];
}

/** A rolling update waits for each server to be ready, and a server that somebody has to unseal is not. */
function updateProblems({ updates, unseal, initialization }: VaultSettings): Problem[] {
  if (updates !== "rolling" || unseal.method !== "shamir" || initialization.keepSharesInSecret) return [];
  const path = "vault.updates";
  return [
    {
      path,
      what: `${show(path, updates)} with unseal.method shamir`,
      allowed: "onDelete: every server that starts waits for people with their shares",
      fix: "use onDelete, and npm run vault -- upgrade",
    },
  ];
}

import { drillsOf } from "../../components/vault/drill-from-settings";
import type { Readable } from "../checks";
import { nearestName, type Problem, show } from "../problems";
import { scheduleProblems } from "./schedule-checks";
import type { VaultSettings } from "./schema";

const section = "vault.backup.drill";

/** Drills that could restore nothing. */
export function drillProblems(vault: VaultSettings, settings: Readable): Problem[] {
  const drill = drillsOf(vault);
  if (!drill) return [];
  return [
    ...scheduleProblems(section, drill),
    ...storeProblems(drill.store, Object.keys(vault.backup?.stores ?? {})),
    ...sealProblems(vault),
    ...versionProblems(settings),
  ];
}

function storeProblems(store: string, known: readonly string[]): Problem[] {
  // That there is none is said of the stores themselves.
  if (known.length === 0 || known.includes(store)) return [];
  const nearest = nearestName(store, known);
  return [
    {
      path: `${section}.store`,
      what: show("", store),
      allowed: `one of vault.backup.stores: ${known.join(", ")}`,
      ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
    },
  ];
}

/** Shares that lie where a Job finds them are none. */
function sealProblems({ unseal }: VaultSettings): Problem[] {
  if (unseal.method !== "shamir") return [];
  return [
    {
      path: section,
      what: "given with unseal.method shamir",
      allowed: "a seal that opens by itself: awskms, transit or static",
      fix: "leave it out, and restore for trial by hand, with people and their shares: docs/vault-backup.md",
    },
  ];
}

/** The server ends with the program, which only a native side-car does. */
function versionProblems({ kubernetes }: Readable): Problem[] {
  if (!kubernetes || Number(kubernetes.version.split(".")[1]) >= 29) return [];
  return [
    {
      path: section,
      what: `given with Kubernetes ${kubernetes.version}`,
      allowed: "1.29 or later: the server is a native side-car",
    },
  ];
}

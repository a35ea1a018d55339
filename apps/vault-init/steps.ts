import { configureLogin, enableAudit, enableLogin, writePolicy, writeRole } from "./configure";
import type { Context } from "./context";
import { awaitPeers, forget, revokeRoot } from "./finish";
import { awaitServers, ensureSealKey, ensureSecrets, initialise, keepShares, mark, type Outcome } from "./initialise";
import { awaitLeader } from "./unseal";

export interface Step {
  readonly name: string;
  readonly run: (context: Context) => Promise<Outcome>;
}

/**
 * From servers that were just started to a cluster that Pulumi can log in at. Each step looks for itself whether it has anything to do, so
 * the program may end between any two and begin again.
 */
export const steps: readonly Step[] = [
  { name: "make the seal key", run: ensureSealKey },
  { name: "find the servers", run: awaitServers },
  { name: "make the Secrets", run: ensureSecrets },
  { name: "mark the beginning", run: mark },
  { name: "initialise", run: initialise },
  { name: "keep the shares", run: keepShares },
  { name: "find a leader", run: awaitLeader },
  { name: "enable audit devices", run: enableAudit },
  { name: "enable the login", run: enableLogin },
  { name: "configure the login", run: configureLogin },
  { name: "write the policy", run: writePolicy },
  { name: "write the role", run: writeRole },
  { name: "revoke the root token", run: revokeRoot },
  { name: "forget the root token", run: forget },
  { name: "find the cluster healthy", run: awaitPeers },
];

export async function runSteps(context: Context): Promise<void> {
  for (const { name, run } of steps) {
    const outcome = await run(context);
    context.log("info", name, { outcome });
  }
}

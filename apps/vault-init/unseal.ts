import { type Context, dataOf, healths, isActive } from "./context";
import { sharesIn } from "./material";
import type { Outcome } from "./initialise";
import type { VaultServer } from "./vault";
import { until } from "./wait";

/** Gives shares to a sealed server until it is open. Shares that it has already been given do no harm. */
export async function unseal(server: VaultServer, shares: readonly string[]): Promise<void> {
  for (const share of shares) {
    const answer = await server.ask("PUT", "sys/unseal", { body: { key: share } });
    if ((answer as { sealed?: boolean } | undefined)?.sealed === false) return;
  }
}

/** Waits until a server leads, unsealing them all on the way where their shares lie in clear. */
export async function awaitLeader(context: Context): Promise<Outcome> {
  const missing = async (): Promise<string | undefined> => {
    await unsealAll(context);
    const all = await healths(context);
    if (all.some(({ health }) => health && isActive(health))) return undefined;
    return all.some(({ health }) => health && !health.sealed) ? "an election" : unsealedBy(context);
  };
  await until("a leader", missing, context.config.timing, context.log);
  return "already";
}

function unsealedBy({ config: { seal, pgpKeys, threshold } }: Context): string {
  if (seal === "auto" || !pgpKeys) return "an unsealed server";
  return `${threshold} of those who can decrypt a share: each server needs them, at PUT sys/unseal`;
}

/** Shares that are encrypted to people are none of this program's business. */
export async function unsealAll(context: Context): Promise<void> {
  const { seal, pgpKeys, recoverySecret } = context.config;
  if (seal === "auto" || pgpKeys) return;
  const sealed = (await healths(context)).filter(({ health }) => health?.initialized && health.sealed);
  if (sealed.length === 0) return;
  const shares = sharesIn(await dataOf(context, recoverySecret));
  for (const { server } of sealed) await unseal(server, shares);
}

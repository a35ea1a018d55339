import type { InitTiming } from "../../components/vault/init-config";
import { InitError } from "./errors";
import { type Log, messageOf } from "../shared/log";

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/**
 * Asks until there is nothing to wait for any more. What is waited for is logged whenever it changes.
 *
 * @param probe answers with what is still missing, or `undefined`; an error counts as missing
 * @throws InitError with what was missing last
 */
export async function until(
  what: string,
  probe: () => Promise<string | undefined>,
  { pollSeconds, waitSeconds }: InitTiming,
  log: Log,
): Promise<void> {
  const deadline = Date.now() + waitSeconds * 1000;
  let last: string | undefined;
  for (;;) {
    const missing = await probe().catch(messageOf);
    if (missing === undefined) return;
    if (Date.now() > deadline)
      throw new InitError({ path: "vault", what: `waited ${waitSeconds} s for ${what}: ${missing}` });
    if (missing !== last) log("info", `waiting for ${what}`, { missing });
    last = missing;
    await sleep(pollSeconds);
  }
}

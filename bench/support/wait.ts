import { setTimeout as sleep } from "node:timers/promises";

/** @throws Error when it has not come true in time */
export async function waitUntil(seconds: number, what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await isTrue()) return;
    await sleep(100);
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

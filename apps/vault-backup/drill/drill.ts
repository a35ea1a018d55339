import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { Store } from "../commands/stores";
import { fetchVerified } from "../commands/verify";
import { exitCodes } from "../errors";
import { hide, type Log, messageOf, withoutSecrets } from "../log";
import { listBackups } from "../stores/index";
import { checkContent, type DrillLogin } from "./content";
import type { Expectations } from "./expectations";
import { failed, type Target, targetAt } from "./target";

export interface DrillOptions {
  readonly store: Store;
  /** @default the newest verified backup */
  readonly key: string | undefined;
  /** A server that was never initialised, alone in its network; 127.0.0.1 if it runs beside this program in its pod. */
  readonly target: string;
  readonly caFile: string;
  /** Shares that unseal the source, a line each. @default its seal opens by itself */
  readonly unsealKeysFile: string | undefined;
  /** @default the content is not looked at */
  readonly login: DrillLogin | undefined;
  readonly expected: Expectations;
  readonly canaryPath: string | undefined;
  readonly clusterId: string | undefined;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How long a server takes to start, to lead, and to open what was restored. */
const waitSeconds = 300;

/**
 * Proves that a backup can be restored: into a server that is thrown away afterwards. Prints what was found and how long it took as JSON.
 *
 * @returns the exit code
 * @throws BackupError `drillFailed` with the step that failed
 */
export async function drill(options: DrillOptions): Promise<number> {
  const { store, folder, signal, log } = options;
  const begun = performance.now();
  const key = options.key ?? (await newestKey(options));
  const file = join(folder, `drill-${process.pid}.snap`);
  try {
    const { meta, bytes, manifest } = await fetchVerified(store, key, file, signal);
    log("info", "drill", { phase: "fetched", store: store.name, key, bytes, index: meta.index });
    const target = targetAt(options.target, options.caFile, signal);
    const token = await initialise(target, options);
    const restoring = performance.now();
    await target.restore(token, file);
    log("info", "drill", { phase: "restore accepted", seconds: seconds(restoring) });
    const restored = await openRestored(target, manifest.clusterId, options);
    const recoverySeconds = seconds(restoring);
    const content = await checkContent(target, { ...options, takenAt: manifest.takenAt });
    const { clusterId, version } = restored;
    const report = {
      outcome: content.problems.length === 0 ? "restored" : "incomplete",
      store: store.name,
      key,
      index: meta.index,
    };
    const times = { recoverySeconds, seconds: seconds(begun) };
    const text = JSON.stringify({
      ...report,
      takenAt: manifest.takenAt,
      bytes,
      clusterId,
      version,
      ...times,
      content,
    });
    process.stdout.write(`${withoutSecrets(text)}\n`);
    return content.problems.length === 0 ? exitCodes.complete : exitCodes.drillFailed;
  } finally {
    await rm(file, { force: true });
  }
}

function seconds(since: number): number {
  return Math.round(performance.now() - since) / 1000;
}

async function newestKey({ store, clusterId, signal }: DrillOptions): Promise<string> {
  const backups = await listBackups(store, clusterId, signal).catch((error: unknown) => {
    throw failed(`stores.${store.name}`, `cannot be listed: ${messageOf(error)}`);
  });
  const verified = backups.filter(({ state }) => state === "verified");
  const newest = verified.sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())[0];
  if (!newest) throw failed(`stores.${store.name}`, "holds no verified backup");
  return newest.key;
}

/** Makes the empty server one that leads. @returns its root token, which the restore makes worthless */
async function initialise(target: Target, { target: address, log }: DrillOptions): Promise<string> {
  const state = await target.until("it answers", () => true, waitSeconds);
  // Whatever else is there would be overwritten.
  if (state.initialized)
    throw failed(address, "the target is initialised already", "give the drill an empty server of its own");
  const { body: status } = await target.ask("GET", "sys/seal-status");
  const { type } = Object(status) as { type?: unknown };
  const opensItself = type !== "shamir";
  const shares = opensItself
    ? { recovery_shares: 1, recovery_threshold: 1 }
    : { secret_shares: 1, secret_threshold: 1 };
  const { status: code, body } = await target.ask("PUT", "sys/init", { body: shares });
  const { root_token: token, keys_base64: keys } = Object(body) as { root_token?: unknown; keys_base64?: unknown };
  if (code !== 200 || typeof token !== "string") throw failed(address, `the initialisation was answered with ${code}`);
  hide(token);
  if (!opensItself) await unseal(target, Array.isArray(keys) ? keys.map(String) : []);
  await target.until("it leads", ({ status: health }) => health === 200, waitSeconds);
  log("info", "drill", { phase: "initialised", seal: type });
  return token;
}

/**
 * Waits until the server leads with the data of the source. The restore is answered before that: the server seals itself, and opens again
 * with the source's keys. That it is the source's data is seen by the id of the cluster.
 */
async function openRestored(target: Target, clusterId: string, { unsealKeysFile, log }: DrillOptions) {
  if (unsealKeysFile !== undefined) {
    await target.until("it is sealed after the restore", ({ sealed }) => sealed, waitSeconds);
    await unseal(
      target,
      readFileSync(unsealKeysFile, "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== ""),
    );
  }
  const state = await target.until(
    "it leads with the restored data; another seal than the source's cannot open it",
    ({ status, clusterId: id }) => status === 200 && id === clusterId,
    waitSeconds,
  );
  log("info", "drill", { phase: "restored", clusterId: state.clusterId, version: state.version });
  return state;
}

async function unseal(target: Target, shares: readonly string[]): Promise<void> {
  for (const key of shares) {
    hide(key);
    const { status, body } = await target.ask("PUT", "sys/unseal", { body: { key } });
    if (status !== 200) throw failed("PUT sys/unseal", `answered ${status}: the share does not fit`);
    if ((Object(body) as { sealed?: unknown }).sealed === false) return;
  }
  throw failed("PUT sys/unseal", `${shares.length} shares were not enough`);
}

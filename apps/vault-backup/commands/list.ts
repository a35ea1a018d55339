import { BackupError, exitCodes } from "../errors";
import { messageOf, withoutSecrets } from "../log";
import { listBackups } from "../stores/index";
import { type Store, storeNamed } from "./stores";

type Listed = Awaited<ReturnType<typeof listBackups>>[number];

/** Prints what the stores hold, newest first: as a table, or as JSON for programs. @returns the exit code */
export async function list(
  stores: readonly Store[],
  options: { readonly json: boolean; readonly store?: string | undefined },
): Promise<number> {
  const asked = options.store === undefined ? stores : [storeNamed(stores, options.store)];
  const found = await Promise.all(
    asked.map(async (store) => ({ store: store.name, backups: sorted(await listOf(store)) })),
  );
  const text = options.json ? JSON.stringify(found, undefined, 2) : found.flatMap(table).join("\n");
  process.stdout.write(`${withoutSecrets(text)}\n`);
  return exitCodes.complete;
}

async function listOf(store: Store): Promise<Listed[]> {
  try {
    return await listBackups(store);
  } catch (error) {
    throw new BackupError(
      "allStoresFailed",
      { path: `stores.${store.name}`, what: messageOf(error) },
      { cause: error },
    );
  }
}

function sorted(backups: readonly Listed[]): Listed[] {
  return [...backups].sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime());
}

function table({ store, backups }: { readonly store: string; readonly backups: readonly Listed[] }): string[] {
  const rows = backups.map(({ key, state, bytes, takenAt, manifest, problem }) => {
    const notes = [...(manifest?.suspicious ?? []), ...(problem === undefined ? [] : [problem])].join("; ");
    return `  ${takenAt.toISOString()}  ${state.padEnd(10)}  ${String(bytes).padStart(13)}  ${key}${notes === "" ? "" : `  (${notes})`}`;
  });
  return [`${store}: ${backups.length} backups`, ...rows];
}

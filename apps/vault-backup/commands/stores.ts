import type { BackupConfig } from "../config";
import { BackupError } from "../errors";
import type { Log } from "../log";
import type { RunStore } from "../run";
import { backUp, listBackups, openStore } from "../stores/index";

export type Store = ReturnType<typeof openStore>;

/** @throws BackupError `configuration` if a store's files cannot be read */
export function openStores({ stores }: BackupConfig, log: Log): Store[] {
  return stores.map((store) => {
    try {
      return openStore(store, log);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new BackupError("configuration", { path: `stores.${store.name}`, what }, { cause: error });
    }
  });
}

/** The store that is named; the only one needs no name. */
export function storeNamed(stores: readonly Store[], name: string | undefined): Store {
  const found = name === undefined && stores.length === 1 ? stores[0] : stores.find((store) => store.name === name);
  if (found) return found;
  const names = stores.map((store) => store.name).join(", ");
  throw new BackupError("configuration", { path: "--store", what: `given ${name ?? "nothing"}`, allowed: names });
}

export function runStore(store: Store): RunStore {
  return {
    name: store.name,
    list: (clusterId) => listBackups(store, clusterId),
    backUp: (snapshot, options) => backUp(store, snapshot, options),
  };
}

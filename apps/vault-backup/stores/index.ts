export { backUp, type StoreOptions } from "./back-up";
export type { Backup, BackupState } from "./backup";
export type { StoreConfig, StoreCredentials, StoreEncryption } from "./config";
export { download, type Downloaded } from "./download";
export { StoreError, type StoreErrorClass, toStoreError } from "./errors";
export { manifestKey, parseSnapshotKey, snapshotKey } from "./keys";
export { listBackups } from "./list";
export { openStore, type Store } from "./store";

import assert from "node:assert/strict";

import { backupSettings } from "../../../../components/vault/backup-settings";
import { drillSettings } from "../../../../components/vault/drill-settings";
import type { BackupInput } from "../../../../stacks/vault/backup-schema";
import { awsStore, ownStore } from "./backup-fixtures";
import { clusterArgs } from "./server-fixtures";

/** Stores of the examples, both kinds. */
const input: BackupInput = { stores: { own: ownStore, aws: awsStore } };
const surroundings = { serverResources: clusterArgs.resources, sealPorts: [8443] };
export const drillOf = (drill: NonNullable<BackupInput["drill"]>) => {
  const settings = drillSettings(drill, backupSettings(input), surroundings);
  assert.ok(settings);
  return settings;
};
const { release, unseal } = clusterArgs;
/** A drill of the example cluster. */
export const place = {
  address: "https://vault-active.vault.svc:8200",
  peers: ["https://vault-0.vault-internal.vault.svc:8200"],
  namespace: "vault",
  tlsSecretName: "vault-tls",
  roleArn: "arn:aws:iam::111122223333:role/ci-vault-drill",
  backup: backupSettings(input),
  drill: drillOf({}),
  release,
  unseal,
  audit: { stdout: true, file: true },
  secretMount: "secret",
};

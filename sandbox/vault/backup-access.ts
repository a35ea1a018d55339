import { readFileSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";

import { applyObjects, type Manifest } from "../cluster/api";
import type { Paths } from "../cluster/paths";
import { accessKey, authorityFile, objectStores } from "../s3/stores";

/** Names in Vault's namespace of what its backups need to reach the stores: made here, as a company's own tools would make them. */
export const backupAccess = {
  namespace: "vault",
  secret: "object-store-key",
  keys: { id: "access-key-id", secret: "secret-access-key" },
  configMap: "object-store-ca",
  certificate: "ca.crt",
} as const;

/** The setting `vault.backup.stores`: the sandbox's two S3 servers. */
export function backupStores(): Record<string, unknown> {
  const { secret, keys, configMap, certificate } = backupAccess;
  return Object.fromEntries(
    objectStores.map(({ name, endpoint, bucket }) => [
      name,
      {
        endpoint,
        bucket,
        credentials: {
          kind: "keys",
          accessKeyId: { name: secret, key: keys.id },
          secretAccessKey: { name: secret, key: keys.secret },
        },
        ca: { configMap, key: certificate },
      },
    ]),
  );
}

/** Puts access key and authority of the stores into the cluster. The namespace has to exist, which is the platform's. */
export async function provideBackupAccess(config: KubeConfig, state: Paths): Promise<void> {
  const { namespace, secret, keys, configMap, certificate } = backupAccess;
  const { accessKeyId, secretAccessKey } = accessKey(state);
  const objects: readonly Manifest[] = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: secret, namespace },
      stringData: { [keys.id]: accessKeyId, [keys.secret]: secretAccessKey },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: configMap, namespace },
      data: { [certificate]: readFileSync(authorityFile(state), "utf8") },
    },
  ];
  await applyObjects(config, objects);
}

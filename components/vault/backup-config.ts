import type { BackupConfig } from "../../apps/vault-backup/config";
import type { JobVolume } from "../apps/job-pod";
import type { VolumeMount } from "../pod";
import type { BackupSettings, BackupStore } from "./backup-settings";
import { provisionerLogin } from "./init-names";

/** Name of the file in its ConfigMap. */
export const backupConfigFile = "config.json";

/** Memory of the program stays flat with these; see bench/README.md. */
export const programNodeOptions: readonly string[] = ["--max-semi-space-size=1", "--max-old-space-size=64"];

/** Role and policy of the program at Vault. */
export const backupLogin = "vault-backup";

/**
 * Where the program leaves a mark before each snapshot, which a drill looks for in what it has restored: a key-value engine of its own, so that
 * nobody who reads or writes the mark comes near a secret.
 */
export const backupCanary = { mount: "canary", secret: backupLogin } as const;

/** The mark's path in the API of a key-value engine, version 2. */
export const canaryPath = `${backupCanary.mount}/data/${backupCanary.secret}`;

const folders = { spool: "/spool", vaultCa: "/vault-ca", vaultToken: "/vault-token", awsToken: "/aws-token" } as const;
const storeFolder = (name: string): string => `/stores/${name}`;

/** Audience of tokens that AWS trades for credentials. */
const awsAudience = "sts.amazonaws.com";

export interface BackupPlace {
  /** https://HOST:PORT of the leader. */
  readonly address: string;
  /** Those of all servers: a redirect may lead nowhere else. */
  readonly peers: readonly string[];
  readonly namespace: string;
  /** Secret with `ca.crt` of the servers. */
  readonly tlsSecretName: string;
  /** Role in AWS of stores that name none. */
  readonly roleArn?: string;
}

/** What the program is told. Nothing in it is secret: it lies in a ConfigMap. */
export function backupConfig(backup: BackupSettings, place: BackupPlace): BackupConfig {
  return {
    vault: {
      address: place.address,
      peers: [...place.peers],
      caFile: `${folders.vaultCa}/ca.crt`,
      loginMount: provisionerLogin.mount,
      role: backupLogin,
      tokenFile: `${folders.vaultToken}/token`,
      canaryPath,
    },
    spoolFolder: folders.spool,
    stores: Object.entries(backup.stores).map(([name, store]) => storeConfig(name, store, place)),
    retention: { ...backup.retention },
    deadlineSeconds: backup.deadlineSeconds,
    ...(backup.pushgateway !== undefined && { pushgateway: backup.pushgateway }),
    jobLease: { namespace: place.namespace, name: backupLogin },
  };
}

function storeConfig(name: string, store: BackupStore, { roleArn }: BackupPlace): BackupConfig["stores"][number] {
  const { endpoint, region, bucket, prefix, credentials, ca, pathStyle, encryption, timeoutSeconds } = store;
  return {
    name,
    ...(endpoint !== undefined && { endpoint }),
    region,
    bucket,
    prefix,
    credentials:
      credentials.kind === "webIdentity"
        ? { kind: "webIdentity", roleArn: credentials.roleArn ?? roleArn ?? "", tokenFile: `${folders.awsToken}/token` }
        : {
            kind: "keys",
            accessKeyIdFile: `${storeFolder(name)}/id/value`,
            secretAccessKeyFile: `${storeFolder(name)}/secret/value`,
          },
    ...(ca && { caFile: `${storeFolder(name)}/ca/ca.crt` }),
    pathStyle,
    encryption:
      encryption.kind === "sse-kms" && encryption.keyArn !== undefined
        ? { kind: "sse-kms", keyArn: encryption.keyArn }
        : { kind: encryption.kind },
    timeoutSeconds,
  };
}

interface PodVolumes {
  readonly volumes: readonly JobVolume[];
  readonly mounts: readonly VolumeMount[];
}

type Placed = readonly [volume: JobVolume, mountPath: string, readOnly: boolean];

/** Volumes of the program's pod, each with the folder that {@link backupConfig} names. */
export function backupVolumes(backup: BackupSettings, { tlsSecretName }: BackupPlace): PodVolumes {
  return podVolumes([
    [{ name: "spool", emptyDir: { sizeLimit: backup.spoolSize } }, folders.spool, false],
    [secretFile("vault-ca", tlsSecretName, "ca.crt", "ca.crt"), folders.vaultCa, true],
    [token("vault-token", provisionerLogin.audience), folders.vaultToken, true],
    ...placedOf(backup.stores),
  ]);
}

/** Of these those that the stores need: credentials and authorities. */
export function storeVolumes(stores: BackupSettings["stores"]): PodVolumes {
  return podVolumes(placedOf(stores));
}

function podVolumes(all: readonly Placed[]): PodVolumes {
  return {
    volumes: all.map(([volume]) => volume),
    mounts: all.map(([{ name }, mountPath, readOnly]) => ({ name, mountPath, ...(readOnly && { readOnly }) })),
  };
}

function placedOf(settings: BackupSettings["stores"]): Placed[] {
  const stores = Object.entries(settings);
  const all: Placed[] = [];
  if (stores.some(([, { credentials }]) => credentials.kind === "webIdentity"))
    all.push([token("aws-token", awsAudience), folders.awsToken, true]);
  for (const [name, { credentials, ca }] of stores) {
    const folder = storeFolder(name);
    if (credentials.kind === "keys") {
      const { accessKeyId: id, secretAccessKey: secret } = credentials;
      all.push([secretFile(`store-${name}-id`, id.name, id.key, "value"), `${folder}/id`, true]);
      all.push([secretFile(`store-${name}-secret`, secret.name, secret.key, "value"), `${folder}/secret`, true]);
    }
    if (ca) {
      const configMap = { name: ca.configMap, items: [{ key: ca.key, path: "ca.crt" }] };
      all.push([{ name: `store-${name}-ca`, configMap }, `${folder}/ca`, true]);
    }
  }
  return all;
}

function secretFile(name: string, secretName: string, key: string, path: string): JobVolume {
  return { name, secret: { secretName, items: [{ key, path }] } };
}

/** Renewed in place by the kubelet; the program reads it when it needs it. */
function token(name: string, audience: string): JobVolume {
  return {
    name,
    projected: { sources: [{ serviceAccountToken: { audience, expirationSeconds: 3600, path: "token" } }] },
  };
}

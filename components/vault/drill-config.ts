import type { BackupConfig } from "../../apps/vault-backup/config";
import type { Expectations } from "../../apps/vault-backup/drill/expectations";
import type { JobVolume } from "../apps/job-pod";
import { configFolder } from "../apps/pod";
import type { VolumeMount } from "../pod";
import {
  backupCanary,
  backupConfig,
  backupConfigFile,
  backupLogin,
  type BackupPlace,
  canaryPath,
  storeVolumes,
} from "./backup-config";
import type { BackupSettings } from "./backup-settings";
import { drillName } from "./drill-names";
import type { DrillSettings } from "./drill-settings";
import { provisionerLogin } from "./init-names";
import type { PolicyRules } from "./init-policy";
import { type AuditFiles, serverConfig, type ServerConfigArgs, serverConfigFile } from "./server-config";
import { serviceHost, vaultPorts } from "./server-names";
import type { ServerRelease } from "./server-release";
import type { Unseal } from "./unseal-config";

/** The program's files beside its configuration. */
export const expectationsFile = "expect.json";

const folders = { spool: "/spool", tls: "/drill-tls" } as const;

/** Loopback: program and server share the network of their pod, and nobody else is to reach the server. */
const loopback = "127.0.0.1";

/** A name in the drill's certificate that its login asks for. */
export function drillHost(namespace: string): string {
  return serviceHost(drillName, namespace);
}

/** What the login of the drill may see: the mark of backups, and names. No secret's value. */
export const drillRules: PolicyRules = {
  [canaryPath]: ["read"],
  "sys/mounts": ["read"],
  "sys/auth": ["read"],
  "sys/policies/acl": ["list"],
};

export interface DrillConfigArgs extends BackupPlace {
  readonly backup: BackupSettings;
  readonly drill: DrillSettings;
  /** Of the servers: the drill's is of the same. */
  readonly release: ServerRelease;
  readonly unseal: Unseal;
  /** Audit devices in the servers' configuration: those that a backup knows may not change. @default none */
  readonly audit?: AuditFiles;
  /** Path of the key-value engine with the secrets. */
  readonly secretMount: string;
}

/** All files of the drill, by name. Nothing in them is secret: they lie in a ConfigMap. */
export function drillFiles(args: DrillConfigArgs): Readonly<Record<string, string>> {
  return {
    [backupConfigFile]: json(programConfig(args)),
    [expectationsFile]: json(expectations(args.secretMount)),
    [serverConfigFile]: drillServerConfig(args),
  };
}

/** The program knows one store and no more; the source it neither asks nor reaches. */
function programConfig(args: DrillConfigArgs): BackupConfig {
  const { backup, drill } = args;
  const { vault, spoolFolder, stores, retention } = backupConfig(backup, args);
  return {
    vault,
    spoolFolder,
    stores: stores.filter(({ name }) => name === drill.store),
    retention,
    deadlineSeconds: drill.deadlineSeconds,
  };
}

/** What is in every backup that was made since drills are; what settings may add and take away is left out. */
export function expectations(secretMount: string): Expectations {
  return {
    mounts: [`${secretMount}/`, `${backupCanary.mount}/`],
    auth: [`${provisionerLogin.mount}/`, `${drillName}/`],
    policies: [provisionerLogin.policy, backupLogin, drillName],
  };
}

/** One server of the same release, seal and audit devices as those of the source, on loopback alone and with nobody to join. */
export function drillServerConfig(
  { release, unseal, audit }: Pick<DrillConfigArgs, "release" | "unseal" | "audit">,
  place: Pick<ServerConfigArgs, "ports" | "folders"> = {},
): string {
  return serverConfig({
    ...place,
    release,
    peers: [],
    unseal,
    ...(audit && { audit }),
    bind: loopback,
    clientCertificates: true,
    // As long as the program waits for the answer to a restore.
    readTimeout: "60m",
    registersAtKubernetes: false,
  });
}

export function drillArguments({ drill }: DrillConfigArgs): string[] {
  return [
    ...["restore", "--drill", "--store", drill.store],
    ...["--target", `https://${loopback}:${vaultPorts.api}`, "--target-ca", `${folders.tls}/ca.crt`],
    ...["--login-mount", drillName, "--login-role", drillName],
    ...["--login-cert-file", `${folders.tls}/tls.crt`, "--login-key-file", `${folders.tls}/tls.key`],
    ...["--expect", `${configFolder}/${expectationsFile}`],
  ];
}

/** Volumes of the program; those of the server are in drill-pod.ts. */
export function drillVolumes({ backup, drill }: DrillConfigArgs): {
  readonly volumes: readonly JobVolume[];
  readonly mounts: readonly VolumeMount[];
} {
  const stores = Object.fromEntries(Object.entries(backup.stores).filter(([name]) => name === drill.store));
  const ofStore = storeVolumes(stores);
  return {
    volumes: [
      { name: "spool", emptyDir: { sizeLimit: drill.spoolSize } },
      { name: drillTlsVolume, secret: { secretName: drillTlsSecret, defaultMode: 0o440 } },
      ...ofStore.volumes,
    ],
    mounts: [
      { name: "spool", mountPath: folders.spool },
      { name: drillTlsVolume, mountPath: folders.tls, readOnly: true },
      ...ofStore.mounts,
    ],
  };
}

/** Secret of the drill's certificate, and its volume. */
export const drillTlsSecret = `${drillName}-tls`;
export const drillTlsVolume = "drill-tls";

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

import { type HclBlock, renderHcl } from "./hcl";
import type { ServerRelease } from "./server-release";
import { vaultPorts } from "./server-names";
import { type Unseal, unsealConfig, type UnsealFolders, unsealFolders } from "./unseal-config";

/** Where a server finds its files. */
export interface ServerFolders {
  readonly data: string;
  readonly audit: string;
  /** `ca.crt`, `tls.crt` and `tls.key`, as cert-manager writes them. */
  readonly tls: string;
  readonly unseal: UnsealFolders;
}

export const serverFolders: ServerFolders = {
  data: "/vault/data",
  audit: "/vault/audit",
  tls: "/vault/tls",
  unseal: unsealFolders,
};

/** A server of the cluster, as others reach it. */
export interface Peer {
  /** Name in its certificate. */
  readonly host: string;
  /** https://HOST:PORT */
  readonly address: string;
}

export interface AuditFiles {
  readonly stdout: boolean;
  readonly file: boolean;
}

export interface ServerConfigArgs {
  readonly release: ServerRelease;
  /** All servers, this one too: the text is the same for all. */
  readonly peers: readonly Peer[];
  readonly unseal: Unseal;
  /** Devices that stand in the configuration, where the release has them there. @default none */
  readonly audit?: AuditFiles;
  /** Address that listeners bind to. @default all of the pod */
  readonly bind?: string;
  /** @default those of the platform */
  readonly ports?: { readonly api: number; readonly cluster: number; readonly metrics: number };
  readonly folders?: ServerFolders;
  /** Whether clients may show a certificate, to log in by it. @default false: it is nobody's login */
  readonly clientCertificates?: boolean;
  /** How long a request may take to arrive, as Go's duration; a snapshot that is restored is one. @default 30s */
  readonly readTimeout?: string;
  /** Whether servers mark their pods. Only in a cluster. @default true */
  readonly registersAtKubernetes?: boolean;
}

/** Name of the file in its ConfigMap. */
export const serverConfigFile = "server.hcl";

/** Name of the audit log on its volume. */
export const auditLogFile = "audit.log";

/** How often a listener looks after its certificate. */
export const certificateCheckSeconds = 60;

/**
 * The configuration of all servers of a cluster. What differs between them (id in Raft, addresses) comes from their environment; see
 * `serverVariables` in server-pod.ts. No secret is part of it.
 *
 * - `retry_join` stands inside of the storage stanza, once per peer, and with the files of the certificate alone: files and texts must not be
 *   mixed (vault#9075, vault#26297).
 * - `performance_multiplier` 1 is what production needs; without it a lost leader is noticed five times later.
 * - Metrics have a listener of their own: there they need no token, and the network lets only Prometheus in. Where the release can, that
 *   listener serves nothing else.
 */
export function serverConfig(args: ServerConfigArgs): string {
  const { release, registersAtKubernetes = true, folders = serverFolders } = args;
  const unseal = unsealConfig(args.unseal, release, folders.unseal);
  return renderHcl({
    attributes: {
      ui: false,
      disable_mlock: release.statesMlock ? true : undefined,
      log_format: "json",
      log_level: "info",
      ...unseal.attributes,
    },
    blocks: [
      storage(args, folders),
      ...listeners(args, folders),
      ...unseal.blocks,
      ...(registersAtKubernetes ? [{ head: ["service_registration", "kubernetes"] } satisfies HclBlock] : []),
      // Long enough for any pause between two scrapes, and short enough that what a former leader wrote does not outlive its term by hours. Names
      // of hosts would make each server's series differ.
      { head: ["telemetry"], attributes: { prometheus_retention_time: "10m", disable_hostname: true } },
      ...(release.auditInConfig && args.audit ? auditDevices(args.audit, folders) : []),
    ],
  });
}

function storage({ peers }: ServerConfigArgs, { data, tls }: ServerFolders): HclBlock {
  return {
    head: ["storage", "raft"],
    attributes: { path: data, performance_multiplier: 1 },
    blocks: peers.map(({ host, address }) => ({
      head: ["retry_join"],
      attributes: {
        leader_api_addr: address,
        leader_tls_servername: host,
        leader_ca_cert_file: `${tls}/ca.crt`,
      },
    })),
  };
}

function listeners(
  { release, bind = "[::]", ports = vaultPorts, clientCertificates = false, readTimeout }: ServerConfigArgs,
  folders: ServerFolders,
): HclBlock[] {
  const tls = {
    tls_cert_file: `${folders.tls}/tls.crt`,
    tls_key_file: `${folders.tls}/tls.key`,
    tls_min_version: "tls12",
    // Where a certificate of the client is nobody's login, asking for one makes browsers and tools stumble.
    tls_disable_client_certs: clientCertificates ? undefined : true,
    tls_auto_reload: release.reloadsCertificates ? true : undefined,
    tls_auto_reload_interval: release.reloadsCertificates ? `${certificateCheckSeconds}s` : undefined,
  };
  return [
    {
      head: ["listener", "tcp"],
      attributes: {
        address: `${bind}:${ports.api}`,
        cluster_address: `${bind}:${ports.cluster}`,
        http_read_timeout: readTimeout,
        ...tls,
      },
    },
    {
      head: ["listener", "tcp"],
      attributes: { address: `${bind}:${ports.metrics}`, ...tls },
      blocks: [
        {
          head: ["telemetry"],
          attributes: {
            unauthenticated_metrics_access: true,
            metrics_only: release.metricsOnlyListener ? true : undefined,
          },
        },
      ],
    },
  ];
}

/** Two devices of different kinds: a server answers as long as one of them can be written to. */
function auditDevices({ stdout, file }: AuditFiles, { audit }: ServerFolders): HclBlock[] {
  const device = (name: string, path: string): HclBlock => ({
    head: ["audit", "file", name],
    blocks: [{ head: ["options"], attributes: { file_path: path } }],
  });
  return [
    ...(stdout ? [device("stdout", "stdout")] : []),
    ...(file ? [device("file", `${audit}/${auditLogFile}`)] : []),
  ];
}

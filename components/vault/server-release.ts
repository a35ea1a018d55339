import type { VaultDistribution } from "../../stacks/vault/schema";

/** What a server of a distribution and version can do: the only place that compares versions of Vault and OpenBao. */
export interface ServerRelease {
  readonly distribution: VaultDistribution;
  readonly version: string;
  /** Program on the image's PATH; also what its process is called. */
  readonly program: "bao" | "vault";
  /** Of the variables that servers read. OpenBao reads Vault's only as a fallback. */
  readonly variablePrefix: "BAO" | "VAULT";
  /** Of the labels by which servers mark their own pods: `PREFIX-active`, `PREFIX-sealed`. */
  readonly labelPrefix: "openbao" | "vault";
  /** Whether `disable_mlock` has to be stated (Vault), or may not be (OpenBao, which locks no memory any more). */
  readonly statesMlock: boolean;
  /** Whether audit devices stand in the configuration. Otherwise they are made by the API. */
  readonly auditInConfig: boolean;
  /** Whether there is a seal with a key from a file. */
  readonly staticSeal: boolean;
  /** Whether AWS KMS is reached by a plugin that is no part of the server. */
  readonly kmsPlugin: boolean;
  /** Whether a listener looks after its certificate by itself. Otherwise it takes a signal. */
  readonly reloadsCertificates: boolean;
  /** Whether a listener can serve metrics and nothing else. */
  readonly metricsOnlyListener: boolean;
  /** Whether the health check knows performance standbys. */
  readonly performanceStandby: boolean;
}

/**
 * Sources: OpenBao's documentation and release notes (KMS seals as plugins: 2.7.0), its server 2.7.2, which refuses or ignores what is left out
 * here; Vault's documentation of 2.x.
 */
export function serverRelease(distribution: VaultDistribution, version: string): ServerRelease {
  if (distribution === "vault") {
    return {
      distribution,
      version,
      program: "vault",
      variablePrefix: "VAULT",
      labelPrefix: "vault",
      statesMlock: true,
      auditInConfig: false,
      staticSeal: false,
      kmsPlugin: false,
      reloadsCertificates: false,
      metricsOnlyListener: false,
      performanceStandby: true,
    };
  }
  const since27 = atLeast(version, 2, 7);
  return {
    distribution,
    version,
    program: "bao",
    variablePrefix: "BAO",
    labelPrefix: "openbao",
    statesMlock: false,
    auditInConfig: true,
    staticSeal: true,
    kmsPlugin: since27,
    reloadsCertificates: since27,
    metricsOnlyListener: since27,
    performanceStandby: false,
  };
}

/** The oldest releases that are served: before them audit devices of OpenBao were made by the API, and Vault is not maintained. */
export const oldestServers: Readonly<Record<VaultDistribution, string>> = { openbao: "2.5.0", vault: "2.0.0" };

export function isServed(distribution: VaultDistribution, version: string): boolean {
  const [major = 0, minor = 0] = oldestServers[distribution].split(".").map(Number);
  return atLeast(version, major, minor);
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

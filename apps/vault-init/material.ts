import { materialKeys, type VaultInitConfig } from "../../components/vault/init-config";

/** What an initialisation gives, once and never again. */
export interface Material {
  /** Shares of the unseal key, or of the recovery key where servers unseal themselves. */
  readonly kind: "unseal" | "recovery";
  readonly encrypted: boolean;
  readonly threshold: number;
  /** In base64; of PGP messages if encrypted. */
  readonly shares: readonly string[];
  readonly rootToken: string;
}

/** Where the Secret of shares stands. Absent: nothing was begun. */
export type Phase = "initialising" | "initialised" | "adopted";

/** What `sys/init` is asked for. */
export function initRequest({ seal, shares, threshold, pgpKeys }: VaultInitConfig): Record<string, unknown> {
  return seal === "auto"
    ? { recovery_shares: shares, recovery_threshold: threshold, ...(pgpKeys && { recovery_pgp_keys: pgpKeys }) }
    : { secret_shares: shares, secret_threshold: threshold, ...(pgpKeys && { pgp_keys: pgpKeys }) };
}

/**
 * What `sys/init` has answered.
 *
 * @returns `undefined` if it is not what was asked for
 */
export function materialOf(answer: unknown, { seal, threshold, pgpKeys }: VaultInitConfig): Material | undefined {
  const { root_token, keys_base64, recovery_keys_base64 } = (answer ?? {}) as Record<string, unknown>;
  const shares = seal === "auto" ? recovery_keys_base64 : keys_base64;
  if (typeof root_token !== "string" || !isTexts(shares) || shares.length === 0) return undefined;
  const kind = seal === "auto" ? "recovery" : "unseal";
  return { kind, encrypted: pgpKeys !== undefined, threshold, shares, rootToken: root_token };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** The Secret that stays: everything but the root token. */
export function recoveryData({ kind, encrypted, threshold, shares }: Material): Record<string, string> {
  return {
    [materialKeys.phase]: "initialised" satisfies Phase,
    kind,
    encrypted: encrypted ? "pgp" : "no",
    threshold: String(threshold),
    ...Object.fromEntries(shares.map((share, index) => [materialKeys.share(index + 1), share])),
  };
}

/** The Secret that holds everything until the login is made. */
export function bootstrapData(material: Material): Record<string, string> {
  return { ...recoveryData(material), [materialKeys.rootToken]: material.rootToken };
}

/** The shares in a Secret, in their order. */
export function sharesIn(data: Readonly<Record<string, string>>): string[] {
  return Object.entries(data)
    .flatMap(([key, share]) => (/^share-\d+$/.test(key) ? [[Number(key.slice("share-".length)), share] as const] : []))
    .sort(([a], [b]) => a - b)
    .map(([, share]) => share);
}

/** What of the Secret with everything belongs into the one that stays. */
export function withoutRootToken(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => key !== materialKeys.rootToken));
}

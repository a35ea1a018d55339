import { messageOf, withoutSecrets } from "../log";

/** What went wrong at a store, for metrics, alerts and runbooks. */
export type StoreErrorClass =
  | "access-denied"
  | "aborted"
  | "clock-skew"
  | "conflict"
  | "credentials"
  | "kms"
  | "mismatch"
  | "no-bucket"
  | "no-backup"
  | "other"
  | "slow-down"
  | "timeout"
  | "tls"
  | "unreachable";

/** A failure at a store in words that say what to do. */
export class StoreError extends Error {
  public constructor(
    public readonly kind: StoreErrorClass,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const byName: Readonly<Record<string, StoreErrorClass>> = {
  AccessDenied: "access-denied",
  Forbidden: "access-denied",
  AllAccessDisabled: "access-denied",
  CredentialsProviderError: "credentials",
  ExpiredToken: "credentials",
  ExpiredTokenException: "credentials",
  IDPRejectedClaim: "credentials",
  IDPRejectedClaimException: "credentials",
  InvalidAccessKeyId: "credentials",
  InvalidIdentityToken: "credentials",
  InvalidIdentityTokenException: "credentials",
  SignatureDoesNotMatch: "credentials",
  NoSuchBucket: "no-bucket",
  PreconditionFailed: "conflict",
  ConditionalRequestConflict: "conflict",
  RequestTimeTooSkewed: "clock-skew",
  SlowDown: "slow-down",
  ServiceUnavailable: "slow-down",
  Throttling: "slow-down",
  BadDigest: "mismatch",
  XAmzContentChecksumMismatch: "mismatch",
  XAmzContentSHA256Mismatch: "mismatch",
  TimeoutError: "timeout",
  AbortError: "aborted",
};

const hints: Partial<Readonly<Record<StoreErrorClass, string>>> = {
  "clock-skew": "the node's clock is off; set it by NTP",
  credentials: "check the key or role of this store and the pod's token",
  "access-denied": "check the policies of role, bucket and key: docs/vault-backup-stores.md",
  kms: "no backup under this key can be restored until the key is enabled and allowed again",
  tls: "the store's certificate is not trusted: renew it, or correct the authority given for this store",
};

const tlsCodes =
  /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|EPROTO$|HOSTNAME_MISMATCH)/;
const networkCodes = /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EPIPE|ETIMEDOUT|ERR_SOCKET|ERR_STREAM_PREMATURE)/;

/** An error of the SDK, the network or this program as one of the classes. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const kind = classOf(error);
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const hint = hints[kind] === undefined ? "" : `; ${hints[kind]}`;
  const said = withoutSecrets(messageOf(error)).slice(0, 300);
  return new StoreError(kind, `${name}${said}${hint}`, { cause: error });
}

/** Whether a store refused a request because it does not know it, rather than because something is wrong. */
export function isNotImplemented(error: unknown): boolean {
  return nameOf(error) === "NotImplemented" || statusOf(error) === 501;
}

/** Whether there is something under the key already. */
export function isAlreadyThere(error: unknown): boolean {
  return nameOf(error) === "PreconditionFailed" || statusOf(error) === 412;
}

/** Whether an upload in parts is over. Met when the answer to its completion got lost and the request was sent again. */
export function isUploadGone(error: unknown): boolean {
  return nameOf(error) === "NoSuchUpload";
}

export function isMissing(error: unknown): boolean {
  return nameOf(error) === "NoSuchKey" || nameOf(error) === "NotFound" || statusOf(error) === 404;
}

/** Whether the object may not be deleted: by policy, by a lock (AWS: AccessDenied; MinIO: an InvalidRequest that names WORM). */
export function isKeptByStore(error: unknown): boolean {
  return statusOf(error) === 403 || /ObjectLocked|WORM protected/i.test(`${nameOf(error)} ${messageOf(error)}`);
}

function classOf(error: unknown): StoreErrorClass {
  const [name, code] = [nameOf(error), codeOf(error)];
  if (/kms/i.test(name) || /KMS\.?\w*(Disabled|InvalidState|NotFound|Exception)/.test(messageOf(error))) return "kms";
  if (tlsCodes.test(code)) return "tls";
  if (networkCodes.test(code)) return "unreachable";
  const known = byName[name];
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status === 403) return "access-denied";
  if (status === 503 || status === 429) return "slow-down";
  return "other";
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function codeOf(error: unknown): string {
  const code = property(error, "code") ?? property(property(error, "cause"), "code");
  return typeof code === "string" ? code : "";
}

function statusOf(error: unknown): number | undefined {
  const status = property(property(error, "$metadata"), "httpStatusCode");
  return typeof status === "number" ? status : undefined;
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

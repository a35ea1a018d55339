import { hostname } from "node:os";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { BackupError } from "./errors";
import { type Answer, ask } from "./https";
import type { Log } from "./log";

/** Where the API server is, by the environment of every pod. */
export interface ApiServer {
  readonly host: string;
  readonly port: string;
  /** Folder with `token` and `ca.crt`, as the kubelet mounts it. */
  readonly serviceAccount: string;
}

export interface LeaseOptions {
  readonly api: ApiServer;
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** How long a holder that is not heard of any more is believed to live. @default 30 s */
  readonly seconds?: number;
  /** Called when another run has taken the Lease, which happens after a long silence only. */
  readonly onLost: (error: BackupError) => void;
}

export interface HeldLease {
  readonly release: () => Promise<void>;
}

interface LeaseObject {
  readonly metadata: { readonly resourceVersion?: string };
  readonly spec?: { readonly holderIdentity?: string; readonly renewTime?: string };
}

const defaultSeconds = 30;

/**
 * Takes the Lease that says that a run is going on. The CronJob's `concurrencyPolicy` knows nothing of Jobs that people start.
 *
 * A holder counts as gone when its Lease has not changed for as long as it lasts, watched from here, so that clocks need not agree.
 *
 * @throws BackupError `anotherRun` if its holder is alive
 */
export async function takeLease(options: LeaseOptions): Promise<HeldLease> {
  const { seconds = defaultSeconds, log, signal, onLost } = options;
  const holder = `${hostname()}-${process.pid}-${Date.now()}`;
  let held = await acquire(options, holder, seconds);
  log("info", "lease", { outcome: "taken", name: options.name });
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      renewing = put(options, leaseBody(held, holder, seconds)).then(
        (answer) => {
          if (answer.status === 200) held = answer.body as LeaseObject;
          else if (answer.status === 409) {
            clearInterval(timer);
            onLost(taken(options, "somebody else"));
          } else log("warn", "lease", { outcome: "not renewed", status: answer.status });
        },
        (error: unknown) =>
          log("warn", "lease", { outcome: "not renewed", reason: error instanceof Error ? error.message : "" }),
      );
    },
    (seconds * 1000) / 3,
  );
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return {
    release: async () => {
      clearInterval(timer);
      await renewing;
      // The run may have been told to end; this one request is still worth its time.
      const last = { ...options, signal: AbortSignal.timeout(3000) };
      await put(last, leaseBody(held, "", 1)).catch(() => undefined);
    },
  };
}

async function acquire(options: LeaseOptions, holder: string, seconds: number): Promise<LeaseObject> {
  const { log, signal } = options;
  const give = Date.now() + 2 * seconds * 1000;
  let seen: { readonly version: string | undefined; readonly since: number } | undefined;
  for (;;) {
    const current = await send(options, "GET");
    if (current.status !== 200 && current.status !== 404) throw refused(options, current);
    const lease = current.status === 200 ? (current.body as LeaseObject) : undefined;
    const other = lease?.spec?.holderIdentity ?? "";
    const version = lease?.metadata.resourceVersion;
    if (seen === undefined || seen.version !== version) {
      if (seen !== undefined && other !== "") throw taken(options, other);
      seen = { version, since: Date.now() };
      if (other !== "") log("info", "lease", { outcome: "waiting", holder: other, seconds });
    }
    if (other === "" || Date.now() - seen.since >= seconds * 1000) {
      const answer = lease
        ? await put(options, leaseBody(lease, holder, seconds))
        : await create(options, holder, seconds);
      if (answer.status === 200 || answer.status === 201) return answer.body as LeaseObject;
      if (answer.status !== 409) throw refused(options, answer);
    }
    if (Date.now() > give) throw taken(options, other);
    await pause(Math.min(2000, seconds * 200), undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

function create(options: LeaseOptions, holder: string, seconds: number): Promise<Answer> {
  const body = leaseBody({ metadata: {} }, holder, seconds);
  const { name, namespace } = options;
  return send(options, "POST", { ...body, metadata: { name, namespace } });
}

function put(options: LeaseOptions, body: ReturnType<typeof leaseBody>): Promise<Answer> {
  return send(options, "PUT", body);
}

function leaseBody({ metadata }: LeaseObject, holderIdentity: string, leaseDurationSeconds: number) {
  // With the version it was read at, the API server refuses to overwrite what somebody else has written since.
  const spec = { holderIdentity, leaseDurationSeconds, renewTime: new Date().toISOString().replace("Z", "000Z") };
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
}

async function send({ api, namespace, name, signal }: LeaseOptions, method: string, body?: object): Promise<Answer> {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const path = method === "POST" ? collection : `${collection}/${encodeURIComponent(name)}`;
  return ask({
    url: new URL(path, `https://${api.host.includes(":") ? `[${api.host}]` : api.host}:${api.port}`),
    method,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${readFileSync(join(api.serviceAccount, "token"), "utf8").trim()}`,
    },
    ca: readFileSync(join(api.serviceAccount, "ca.crt")),
    ...(body && { body }),
    idleSeconds: 15,
    signal,
  });
}

function taken({ namespace, name }: LeaseOptions, holder: string): BackupError {
  return new BackupError("anotherRun", {
    path: `Lease ${namespace}/${name}`,
    what: `another run is going on: ${holder}`,
    fix: "wait for it to end; nothing was changed",
  });
}

function refused({ namespace, name }: LeaseOptions, { status }: Answer): BackupError {
  return new BackupError("configuration", {
    path: `Lease ${namespace}/${name}`,
    what: `the API server answered ${status}`,
    fix: "allow the ServiceAccount get, create and update on leases of coordination.k8s.io in this namespace",
  });
}

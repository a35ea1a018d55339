import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { addresses } from "../cluster/addresses";
import { ip, issue, type KeyPair, makeAuthority } from "../cluster/authority";
import { insideNetwork } from "../cluster/namespaces";
import type { Paths } from "../cluster/paths";
import { type Daemon, ensureDaemon } from "../cluster/processes";
import { program, type Programs } from "../tools/ensure";

/** An S3 server of the sandbox, which takes the place of a company's object store. */
export interface ObjectStore {
  readonly name: string;
  /** `https://HOST:PORT`, for pods and this machine alike. */
  readonly endpoint: string;
  readonly bucket: string;
}

/** An access key; secret. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Two, because a backup in one place is none. */
export const objectStores: readonly ObjectStore[] = ["first", "second"].map((name, index) => ({
  name,
  endpoint: `https://${addresses.gateway}:${String(addresses.objectStorePort + index)}`,
  bucket: "vault-snapshots",
}));

/** The authority that issued the stores' certificates: what clients must trust. */
export function authorityFile(state: Paths): string {
  return files(state).authority.certificate;
}

/** The key of all stores: made once for each state folder. */
export function accessKey(state: Paths): AccessKey {
  const file = join(state.objectStores, "access-key.json");
  mkdirSync(state.objectStores, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) {
    const made: AccessKey = { accessKeyId: "sandbox", secretAccessKey: randomBytes(24).toString("hex") };
    writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8")) as AccessKey;
}

/** Starts the S3 servers, unless they run. */
export async function ensureObjectStores(state: Paths, programs: Programs): Promise<void> {
  await ensureCertificates(state);
  for (const store of objectStores) await ensureDaemon(state, daemon(state, programs, store));
}

/** Name of a store's process. */
export function daemonName({ name }: ObjectStore): string {
  return `object-store-${name}`;
}

function daemon(state: Paths, programs: Programs, store: ObjectStore): Daemon {
  const { server, authority } = files(state);
  const { accessKeyId, secretAccessKey } = accessKey(state);
  const folder = join(state.objectStores, store.name);
  const [objects, attributes] = [join(folder, "objects"), join(folder, "attributes")];
  // A folder below the root is a bucket.
  mkdirSync(join(objects, store.bucket), { recursive: true, mode: 0o700 });
  mkdirSync(attributes, { recursive: true, mode: 0o700 });
  const { host } = new URL(store.endpoint);
  return {
    name: daemonName(store),
    command: insideNetwork(state, programs, [
      program(programs, "versitygw"),
      ...["--port", host, "--cert", server.certificate, "--key", server.key, "--quiet"],
      // Not every file system has extended attributes.
      ...["posix", "--sidecar", attributes, objects],
    ]),
    env: { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey },
    configFiles: [server.certificate],
    ready: () => answers(store.endpoint, authority.certificate),
  };
}

function files({ objectStores: folder }: Paths): Readonly<Record<"authority" | "server", KeyPair>> {
  const pair = (name: string): KeyPair => ({
    certificate: join(folder, `${name}.crt`),
    key: join(folder, `${name}.key`),
  });
  return { authority: pair("authority"), server: pair("server") };
}

async function ensureCertificates(state: Paths): Promise<void> {
  const { authority, server } = files(state);
  if (existsSync(server.certificate)) return;
  mkdirSync(state.objectStores, { recursive: true, mode: 0o700 });
  const signer = await makeAuthority(authority, "sandbox-object-stores");
  await issue(server, { commonName: "object-store", names: [ip(addresses.gateway)] }, signer);
}

/** Whether something speaks TLS with the right certificate there; what it says to a stranger does not matter. */
function answers(endpoint: string, authority: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(endpoint, { ca: readFileSync(authority), timeout: 2000 }, (response) => {
      response.resume();
      resolve(true);
    });
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(false));
    probe.end();
  });
}

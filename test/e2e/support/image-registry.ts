import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const indexType = "application/vnd.oci.image.index.v1+json";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

async function put(address: string, body: string, contentType: string): Promise<void> {
  const response = await fetch(address, { method: "PUT", headers: { "Content-Type": contentType }, body });
  assert.equal(response.status, 201, `${address}: ${await response.text()}`);
}

async function pushBlob(host: string, repository: string, content: string): Promise<{ digest: string; size: number }> {
  const digest = digestOf(content);
  const upload = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  assert.equal(upload.status, 202);
  const location = new URL(upload.headers.get("location") ?? "", `http://${host}`);
  location.searchParams.set("digest", digest);
  await put(location.href, content, "application/octet-stream");
  return { digest, size: Buffer.byteLength(content) };
}

/** Pushes an image of one architecture, and gives its digest. */
export async function pushImage(
  host: string,
  repository: string,
  tag: string,
  architecture: string,
  marker: string,
): Promise<string> {
  const rootfs = { type: "layers", diff_ids: [] };
  const config = await pushBlob(
    host,
    repository,
    JSON.stringify({ os: "linux", architecture, rootfs, author: marker }),
  );
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [],
  });
  await put(`http://${host}/v2/${repository}/manifests/${tag || digestOf(manifest)}`, manifest, manifestType);
  return digestOf(manifest);
}

/** Pushes an index of images for two architectures, and gives its digest; another marker makes other images. */
export async function pushIndex(host: string, repository: string, tag: string, marker: string): Promise<string> {
  const manifests = [];
  for (const architecture of ["amd64", "arm64"]) {
    const digest = await pushImage(host, repository, `${architecture}-${marker}`, architecture, marker);
    const size = Number(
      (await fetch(`http://${host}/v2/${repository}/manifests/${digest}`)).headers.get("content-length"),
    );
    manifests.push({ mediaType: manifestType, digest, size, platform: { os: "linux", architecture } });
  }
  const index = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
  await put(`http://${host}/v2/${repository}/manifests/${tag}`, index, indexType);
  return digestOf(index);
}

function listen(server: Server, proxies: Server[]): Promise<string> {
  proxies.push(server);
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}

function forward(
  host: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  change: (body: string) => string,
): void {
  const [hostname, port] = host.split(":");
  const onwards = request({
    hostname,
    port,
    path: incoming.url,
    method: incoming.method,
    headers: { ...incoming.headers, host },
  });
  onwards.on("response", (response) => {
    let body = "";
    response.on("data", (chunk: Buffer) => (body += chunk.toString()));
    response.on("end", () => {
      const changed = incoming.method === "HEAD" ? body : change(body);
      const length = incoming.method === "HEAD" ? response.headers["content-length"] : Buffer.byteLength(changed);
      outgoing.writeHead(response.statusCode ?? 500, { ...response.headers, "content-length": length });
      outgoing.end(changed);
    });
  });
  onwards.end();
}

/** The registry behind a token service, as the distribution project describes it: `robot` with its password gets a token for one image. */
export function guard(host: string, proxies: Server[]): Promise<string> {
  const wanted = `Basic ${Buffer.from("robot:pa:ss").toString("base64")}`;
  const server = createServer((incoming, outgoing) => {
    const own = `http://${incoming.headers.host ?? ""}`;
    const url = new URL(incoming.url ?? "/", own);
    const repository = /^\/v2\/(.+)\/(manifests|blobs)\//.exec(url.pathname)?.[1] ?? "";
    if (url.pathname === "/token") {
      const allowed = incoming.headers.authorization === wanted && url.searchParams.get("service") === "guard";
      outgoing.writeHead(allowed ? 200 : 401);
      outgoing.end(JSON.stringify({ token: digestOf(url.searchParams.get("scope") ?? "") }));
    } else if (incoming.headers.authorization === `Bearer ${digestOf(`repository:${repository}:pull`)}`) {
      forward(host, incoming, outgoing, (body) => body);
    } else {
      const challenge = `Bearer realm="${own}/token",service="guard",scope="repository:${repository}:pull"`;
      outgoing.writeHead(401, { "WWW-Authenticate": challenge });
      outgoing.end();
    }
  });
  return listen(server, proxies);
}

/** The registry with one letter of each manifest changed. */
export function tamper(host: string, proxies: Server[]): Promise<string> {
  return listen(
    createServer((incoming, outgoing) => forward(host, incoming, outgoing, (body) => body.replace("amd64", "amd65"))),
    proxies,
  );
}

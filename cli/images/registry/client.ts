import { formatReference, isDigest, type ImageReference } from "../../../components/images/reference";
import { type Access, authorize, denied } from "./authorize";
import type { CredentialSource } from "./credentials";
import { RegistryError } from "./errors";
import { configPlatforms, manifestAccept, readManifest } from "./manifest";
import type { Incoming, Outgoing, Transport } from "./transport";

export interface ClientOptions {
  readonly send: Transport;
  readonly credentials: CredentialSource;
  /** Registries (`host[:port]`) that are spoken to without TLS, besides this machine's own. */
  readonly plainHttp?: readonly string[];
}

/** What a tag points at. */
export interface FoundImage {
  readonly digest: string;
  readonly mediaType: string;
  readonly platforms: readonly string[];
}

/** Reads manifests from registries by the OCI distribution specification. One client serves any number of them. */
export class RegistryClient {
  /** `Authorization` headers by registry and repository: one token serves all requests for an image. */
  private readonly authorizations = new Map<string, string>();

  public constructor(private readonly options: ClientOptions) {}

  /** What a tag points at, its content checked against the digest. @throws RegistryError */
  public async lookUp(image: ImageReference): Promise<FoundImage> {
    const host = baseAddress(image.registry, this.options.plainHttp).host;
    const answer = await this.request(image, "GET", `manifests/${target(image)}`);
    expectOk(answer, image);
    const { config, ...manifest } = readManifest(
      host,
      answer.body,
      answer.headers.get("content-type"),
      answer.headers.get("docker-content-digest"),
    );
    if (manifest.platforms) return { ...manifest, platforms: manifest.platforms };
    return { ...manifest, platforms: config === undefined ? [] : await this.platforms(host, image, config) };
  }

  /**
   * The digest of a tag, without its content: Docker Hub does not count that as a pull. `undefined` when the registry does not tell it this
   * way. @throws RegistryError
   */
  public async digestOf(image: ImageReference): Promise<string | undefined> {
    const answer = await this.request(image, "HEAD", `manifests/${target(image)}`);
    if (answer.status === 405) return undefined;
    expectOk(answer, image);
    const digest = answer.headers.get("docker-content-digest");
    return digest !== null && isDigest(digest) ? digest : undefined;
  }

  private async platforms(host: string, image: ImageReference, config: string): Promise<string[]> {
    if (!isDigest(config))
      throw new RegistryError("wrong", `${host} answers with a manifest whose configuration has no sha256 digest`);
    const answer = await this.request(image, "GET", `blobs/${config}`);
    expectOk(answer, image);
    return configPlatforms(host, answer.body, config);
  }

  private async request(image: ImageReference, method: Outgoing["method"], path: string): Promise<Incoming> {
    const { registry, repository } = image;
    const base = baseAddress(registry, this.options.plainHttp);
    const key = `${registry}/${repository}`;
    const send = (authorization: string | undefined): Promise<Incoming> =>
      this.options.send({
        method,
        url: new URL(`/v2/${repository}/${path}`, base),
        headers: { Accept: manifestAccept, ...(authorization !== undefined && { Authorization: authorization }) },
      });
    const first = await send(this.authorizations.get(key));
    if (first.status !== 401) return first;
    const credentials = await this.options.credentials(registry);
    const access: Access = { registry, repository, credentials, plainHttp: base.protocol === "http:" };
    const authorization = await authorize(first, access, this.options.send);
    this.authorizations.set(key, authorization);
    const second = await send(authorization);
    if (second.status === 401 || second.status === 403) throw denied(access);
    return second;
  }
}

/** Where a registry's API is. Plain http only on this machine and where it was asked for. */
export function baseAddress(registry: string, plainHttp: readonly string[] = []): URL {
  if (registry === "docker.io") return new URL("https://registry-1.docker.io");
  const local = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
  return new URL(`${local || plainHttp.includes(registry) ? "http" : "https"}://${registry}`);
}

function target({ tag, digest }: ImageReference): string {
  return tag ?? digest ?? "";
}

function expectOk({ status }: Incoming, image: ImageReference): void {
  if (status === 200) return;
  const { registry } = image;
  if (status === 404)
    throw new RegistryError("absent", `${registry} has no ${formatReference(image).slice(registry.length + 1)}`);
  if (status === 401 || status === 403) {
    throw denied({ registry, repository: image.repository, credentials: undefined, plainHttp: false });
  }
  throw new RegistryError("wrong", `${registry} answers ${status}, which a registry does not`);
}

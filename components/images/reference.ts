/** An image reference in its parts, with what Docker leaves out filled in: `docker:28` is `docker.io/library/docker:28`. */
export interface ImageReference {
  /** `host[:port]` as references name it; Docker Hub is `docker.io`. */
  readonly registry: string;
  /** Path below the registry, such as `library/docker`. */
  readonly repository: string;
  /** Absent only where a digest is given. */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

/** What a reference may be, for messages. */
export const referenceAllowed = "[REGISTRY/]NAME:TAG, NAME@sha256:DIGEST, or both as NAME:TAG@sha256:DIGEST";

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const registryPattern = /^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?)(:\d{1,5})?$/;
const componentPattern = /^[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*$/;

/** Longest repository name that registries accept. */
const repositoryMaxLength = 255;

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/**
 * Reads an image reference, by the grammar of the OCI distribution specification and Docker's rules for names without a registry.
 *
 * @returns `undefined` for anything else, and for a name with neither tag nor digest: what it means changes under one's feet.
 */
export function parseReference(text: string): ImageReference | undefined {
  const [named = "", digest, ...more] = text.split("@");
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined;
  const { name, tag } = splitTag(named);
  if (tag !== undefined && !tagPattern.test(tag)) return undefined;
  if (tag === undefined && digest === undefined) return undefined;
  const { registry, repository } = splitRegistry(name);
  if (!registryPattern.test(registry) || repository.length > repositoryMaxLength) return undefined;
  if (!repository.split("/").every((component) => componentPattern.test(component))) return undefined;
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

/** A colon behind the last slash begins a tag; one before it is a registry's port. */
function splitTag(named: string): { readonly name: string; readonly tag?: string } {
  const colon = named.lastIndexOf(":");
  return colon > named.lastIndexOf("/")
    ? { name: named.slice(0, colon), tag: named.slice(colon + 1) }
    : { name: named };
}

/** The first part is a registry when it could not be a folder of Docker Hub: it has a dot or a port, or is `localhost`. */
function splitRegistry(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const registry = /[.:]/.test(first) || first === "localhost" ? first : "docker.io";
  const repository = registry === first ? name.slice(slash + 1) : name;
  if (registry !== "docker.io" && registry !== "index.docker.io") return { registry, repository };
  return { registry: "docker.io", repository: repository.includes("/") ? repository : `library/${repository}` };
}

/** A reference in full, as the lock names images. Parsing it again gives the same parts. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return [
    `${registry}/${repository}`,
    tag === undefined ? "" : `:${tag}`,
    digest === undefined ? "" : `@${digest}`,
  ].join("");
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { RegistryError } from "./errors";

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
] as const;
const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/** What is asked for: an index first, else a registry may answer with the image of one architecture. */
export const manifestAccept = [...indexTypes, ...manifestTypes].join(", ");

/** A manifest as it was received, after its digest was checked. */
export interface ReceivedManifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Of an index: sorted. Of a single image: absent, because only its configuration tells. */
  readonly platforms?: readonly string[];
  /** Digest of the configuration of a single image. */
  readonly config?: string;
}

const platformSchema = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() });
const indexSchema = z.object({ manifests: z.array(z.object({ platform: platformSchema.optional() })) });
const manifestSchema = z.object({ config: z.object({ digest: z.string() }) });

export function sha256(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/**
 * Reads the manifest that a registry sent.
 *
 * @param host whom messages name
 * @param contentType the header `Content-Type`
 * @param announced the header `Docker-Content-Digest`; a registry may leave it out
 * @throws RegistryError when the content does not have the announced digest, or is no manifest of an image
 */
export function readManifest(
  host: string,
  body: Buffer,
  contentType: string | null,
  announced: string | null,
): ReceivedManifest {
  const digest = sha256(body);
  if (announced !== null && announced !== digest) {
    throw new RegistryError("wrong", `${host} announces ${announced} but sends content with ${digest}`);
  }
  const content = parseJson(host, body);
  const mediaType = mediaTypeOf(host, content, contentType);
  if (indexTypes.some((type) => type === mediaType)) {
    return { digest, mediaType, platforms: platformsOf(understand(host, indexSchema, content)) };
  }
  return { digest, mediaType, config: understand(host, manifestSchema, content).config.digest };
}

/** The platform that the configuration of a single image names; empty for what is no runnable image. */
export function configPlatforms(host: string, body: Buffer, digest: string): string[] {
  if (sha256(body) !== digest)
    throw new RegistryError("wrong", `${host} sends another configuration than the manifest names`);
  const parsed = platformSchema.safeParse(parseJson(host, body));
  return parsed.success ? [platformText(parsed.data)] : [];
}

function parseJson(host: string, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new RegistryError("wrong", `${host} answers with something that is no JSON: is it a registry?`, {
      cause: error,
    });
  }
}

/** The header decides; some proxies reduce it to application/json, and then the content's own field does. */
function mediaTypeOf(host: string, content: unknown, contentType: string | null): string {
  const own = z.object({ mediaType: z.string() }).safeParse(content);
  const stated = contentType?.replace(/;.*$/, "").trim() ?? "";
  const candidates = [stated, own.success ? own.data.mediaType : ""];
  const known = candidates.find((type) => [...indexTypes, ...manifestTypes].some((other) => other === type));
  if (known !== undefined) return known;
  throw new RegistryError(
    "wrong",
    `${host} answers with ${stated || "no media type"}, which is no image manifest of today`,
  );
}

function understand<T>(host: string, schema: z.ZodType<T>, content: unknown): T {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new RegistryError("wrong", `${host} answers with a manifest that lacks its parts`, { cause: parsed.error });
}

/** Attestations lie in an index beside the images, on the platform `unknown`. */
function platformsOf({ manifests }: z.output<typeof indexSchema>): string[] {
  const named = manifests.flatMap(({ platform }) =>
    platform && platform.os !== "unknown" ? [platformText(platform)] : [],
  );
  return [...new Set(named)].sort();
}

function platformText({ os, architecture, variant }: z.output<typeof platformSchema>): string {
  return [os, architecture, ...(variant ? [variant] : [])].join("/");
}

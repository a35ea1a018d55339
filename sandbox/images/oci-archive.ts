import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import type { Programs } from "../tools/ensure";
import type { ImageEntry, SandboxImage, SharedLayer } from "./catalog";

/** A packed image: the archive that containerd imports, and the digest by which it is known afterwards. */
export interface PackedImage {
  readonly archive: Buffer;
  /** Digest of the manifest, "sha256:…": what `ctr images list` shows. */
  readonly digest: string;
  /** Digests of its layers, the lowest first. */
  readonly layers: readonly string[];
}

const architecture = { x64: "amd64", arm64: "arm64" } as const;

interface PackedLayer {
  readonly content: Buffer;
  readonly digest: string;
}

/** What was packed before this image: several in a row then read, hash and store a shared layer once. */
export interface PackedLayers {
  readonly packed: Map<SharedLayer, PackedLayer>;
  /** Digests of layers that the receiver of the archive has already: an archive names them, but does not hold them. */
  readonly stored: Set<string>;
}

export function noLayers(): PackedLayers {
  return { packed: new Map(), stored: new Set() };
}

/**
 * Packs an image as an OCI image layout of uncompressed layers: the shared ones, and above them one of its own. The same programs always give
 * the same bytes.
 */
export async function packImage(
  image: SandboxImage,
  programs: Programs,
  { packed, stored }: PackedLayers = noLayers(),
): Promise<PackedImage> {
  const layers = [];
  for (const shared of image.layers ?? []) {
    const layer = packed.get(shared) ?? (await packLayer(shared.entries()));
    packed.set(shared, layer);
    layers.push(layer);
  }
  layers.push(await packLayer(image.entries(programs)));
  const config = json({
    architecture: architecture[process.arch as keyof typeof architecture],
    os: "linux",
    config: {
      User: image.user ?? "0:0",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: image.entrypoint ?? [],
      WorkingDir: image.workingFolder ?? "/",
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: describe("application/vnd.oci.image.config.v1+json", config),
    layers: layers.map(({ content, digest }) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      size: content.length,
      digest,
    })),
  });
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        ...describe("application/vnd.oci.image.manifest.v1+json", manifest),
        annotations: { "io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": image.name },
      },
    ],
  });
  const archive = await packTar([
    { name: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    { name: "index.json", content: index },
    ...layers.filter(({ digest }) => !stored.has(digest)).map(blob),
    ...[config, manifest].map((content) => blob({ content, digest: digestOf(content) })),
  ]);
  return { archive, digest: digestOf(manifest), layers: layers.map(({ digest }) => digest) };
}

function blob({ content, digest }: PackedLayer): { name: string; content: Buffer } {
  return { name: `blobs/sha256/${digest.replace("sha256:", "")}`, content };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

function describe(mediaType: string, content: Buffer): { mediaType: string; size: number; digest: string } {
  return { mediaType, size: content.length, digest: digestOf(content) };
}

const noTime = new Date(0);

async function packTar(files: readonly { name: string; content: Buffer }[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { name, content } of files) pack.entry({ name, mtime: noTime, mode: 0o644 }, content);
  pack.finalize();
  return buffer(pack);
}

async function packLayer(entries: readonly ImageEntry[]): Promise<PackedLayer> {
  const pack = tar.pack();
  for (const entry of withParents(entries)) addEntry(pack, entry);
  pack.finalize();
  const content = await buffer(pack);
  return { content, digest: digestOf(content) };
}

function addEntry(pack: tar.Pack, entry: ImageEntry): void {
  if ("linkTo" in entry) {
    pack.entry({ name: entry.path, type: "symlink", linkname: entry.linkTo, mtime: noTime });
  } else if ("folder" in entry) {
    const owner = entry.owner ?? 0;
    pack.entry({
      name: `${entry.path}/`,
      type: "directory",
      mode: entry.mode ?? 0o755,
      uid: owner,
      gid: owner,
      mtime: noTime,
    });
  } else if ("text" in entry) {
    const owner = entry.owner ?? 0;
    pack.entry({ name: entry.path, mode: 0o644, uid: owner, gid: owner, mtime: noTime }, entry.text);
  } else {
    const owner = entry.owner ?? 0;
    pack.entry(
      { name: entry.path, mode: entry.mode ?? 0o755, uid: owner, gid: owner, mtime: noTime },
      readFileSync(entry.from),
    );
  }
}

/** Adds the folders that entries lie in, where the image does not name them itself. */
function withParents(entries: readonly ImageEntry[]): ImageEntry[] {
  const named = new Set(entries.map((entry) => entry.path));
  const missing = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join("/");
      if (!named.has(parent)) missing.add(parent);
    }
  }
  const parents: ImageEntry[] = [...missing].sort().map((path) => ({ path, folder: true }));
  return [...parents, ...entries];
}

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "../cluster/paths";
import { program, type Programs } from "../tools/ensure";
import { run } from "../tools/run";
import { allImages } from "./all";
import type { SandboxImage } from "./catalog";
import { noLayers, packImage } from "./oci-archive";

/** containerd's namespace of everything that kubelet sees. */
const namespace = "k8s.io";

/** Names and digests of the images that the cluster's containerd holds. */
export async function importedImages(state: Paths, programs: Programs): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run(program(programs, "ctr"), [
    "--address",
    state.containerdSocket,
    "--namespace",
    namespace,
    "images",
    "list",
  ]);
  const rows = stdout
    .split("\n")
    .slice(1)
    .map((line) => line.split(/\s+/));
  return new Map(rows.filter((row) => row.length > 2).map((row) => [row[0] ?? "", row[2] ?? ""]));
}

/**
 * Imports the images that containerd lacks or holds in another version. What was packed is remembered by the programs' sizes and times,
 * so that a second start does not read and hash 200 MB again.
 * @param images @default all
 * @returns names of the images that were imported
 */
export async function importImages(
  state: Paths,
  programs: Programs,
  images: readonly SandboxImage[] = allImages,
): Promise<string[]> {
  mkdirSync(state.images, { recursive: true });
  const present = await importedImages(state, programs);
  const imported: string[] = [];
  const before = noLayers();
  for (const image of images) {
    const key = contentKey(image, programs);
    const remembered = rememberedDigest(state, image, key);
    if (remembered !== undefined && present.get(image.name) === remembered) continue;
    const { archive, digest, layers } = await packImage(image, programs, before);
    if (present.get(image.name) !== digest) {
      await importArchive(state, programs, image, archive);
      imported.push(image.name);
      for (const layer of layers) before.stored.add(layer);
    }
    writeFileSync(digestFile(state, image), JSON.stringify({ key, digest }));
  }
  return imported;
}

async function importArchive(state: Paths, programs: Programs, image: SandboxImage, archive: Buffer): Promise<void> {
  const file = join(state.images, "import.tar");
  writeFileSync(file, archive);
  try {
    await run(program(programs, "ctr"), [
      "--address",
      state.containerdSocket,
      "--namespace",
      namespace,
      "images",
      "import",
      file,
    ]);
  } catch (error) {
    throw new Error(`containerd refused the image ${image.name}`, { cause: error });
  } finally {
    rmSync(file, { force: true });
  }
}

function digestFile(state: Paths, image: SandboxImage): string {
  return join(state.images, `${image.name.replaceAll(/[/:]/g, "_")}.json`);
}

function rememberedDigest(state: Paths, image: SandboxImage, key: string): string | undefined {
  const file = digestFile(state, image);
  if (!existsSync(file)) return undefined;
  const remembered = JSON.parse(readFileSync(file, "utf8")) as { key: string; digest: string };
  return remembered.key === key ? remembered.digest : undefined;
}

function contentKey(image: SandboxImage, programs: Programs): string {
  const { entries, layers = [], ...rest } = image;
  const described = [...layers.flatMap((layer) => layer.entries()), ...entries(programs)].map((entry) => {
    if (!("from" in entry)) return entry;
    const { size, mtimeMs } = statSync(entry.from);
    return { ...entry, size, mtimeMs };
  });
  return createHash("sha256")
    .update(JSON.stringify([rest, described]))
    .digest("hex");
}

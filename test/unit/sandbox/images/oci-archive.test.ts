import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";

import tar from "tar-stream";

import { allImages } from "../../../../sandbox/images/all";
import { type SandboxImage, sandboxImages } from "../../../../sandbox/images/catalog";
import { noLayers, packImage } from "../../../../sandbox/images/oci-archive";
import { temporaryFolder } from "../../../support/temporary";
import { builtTools, type Tool, wheelTools } from "../../../../sandbox/tools/catalog";

interface Entry {
  readonly header: tar.Header;
  readonly content: Buffer;
}

async function unpack(archive: Buffer): Promise<Entry[]> {
  const entries: Entry[] = [];
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    void buffer(stream).then((content) => {
      entries.push({ header, content });
      next();
    });
  });
  extract.end(archive);
  await once(extract, "finish");
  return entries;
}

const sha256 = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The parts of an archive; each descriptor's blob is looked up by digest and compared with digest and size. */
async function readLayout(archive: Buffer) {
  const files = new Map((await unpack(archive)).map(({ header, content }) => [header.name, content]));
  const file = (name: string): Buffer => {
    const content = files.get(name);
    assert.ok(content, `${name} is missing; there are ${[...files.keys()].join(", ")}`);
    return content;
  };
  const blob = ({ digest, size }: Descriptor): Buffer => {
    const content = file(`blobs/sha256/${digest.replace("sha256:", "")}`);
    assert.equal(sha256(content), digest);
    assert.equal(content.length, size);
    return content;
  };
  const index = JSON.parse(file("index.json").toString()) as { manifests: [Descriptor] };
  const manifest = JSON.parse(blob(index.manifests[0]).toString()) as {
    config: Descriptor;
    layers: [Descriptor, ...Descriptor[]];
  };
  const config = JSON.parse(blob(manifest.config).toString()) as Record<string, unknown>;
  const layers = manifest.layers.map(blob);
  return {
    names: [...files.keys()],
    layout: file("oci-layout"),
    index,
    manifest,
    config,
    layers,
    layer: layers.at(-1) ?? Buffer.of(),
  };
}

describe("packImage", () => {
  const folder = temporaryFolder();
  const image: SandboxImage = {
    name: "docker.io/tests/image:1",
    standsFor: "nothing",
    note: "",
    entries: (programs) => [
      { path: "home/runner", folder: true, owner: 1001, mode: 0o700 },
      { path: "home/runner/run.sh", from: programs.get("tool") ?? "", owner: 1001 },
      { path: "usr/local/bin/tool", from: programs.get("tool") ?? "", mode: 0o700 },
      { path: "usr/local/bin/alias", linkTo: "tool" },
      { path: "etc/motd", text: "grüß\n" },
    ],
    entrypoint: ["/usr/local/bin/tool"],
    user: "1001:1001",
    workingFolder: "/home/runner",
  };
  let programs: Map<string, string>;
  beforeEach(() => {
    writeFileSync(join(folder(), "tool"), "\x7fELF", { mode: 0o600 });
    programs = new Map([["tool", join(folder(), "tool")]]);
  });

  it("gives an OCI layout whose descriptors match their blobs", async () => {
    const { archive, digest } = await packImage(image, programs);
    const { names, layout, index, manifest, config, layer } = await readLayout(archive);
    assert.equal(names.length, 5, "the layout's two files and three blobs");
    assert.deepEqual(JSON.parse(layout.toString()), { imageLayoutVersion: "1.0.0" });
    assert.equal(index.manifests[0].digest, digest);
    assert.equal(index.manifests.length, 1);
    assert.deepEqual(index.manifests[0].annotations, {
      "io.containerd.image.name": "docker.io/tests/image:1",
      "org.opencontainers.image.ref.name": "docker.io/tests/image:1",
    });
    assert.equal(manifest.config.mediaType, "application/vnd.oci.image.config.v1+json");
    assert.equal(manifest.layers[0].mediaType, "application/vnd.oci.image.layer.v1.tar");
    assert.deepEqual(config, {
      architecture: { x64: "amd64", arm64: "arm64" }[process.arch as "x64" | "arm64"],
      os: "linux",
      config: {
        User: "1001:1001",
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        Entrypoint: ["/usr/local/bin/tool"],
        WorkingDir: "/home/runner",
      },
      rootfs: { type: "layers", diff_ids: [sha256(layer)] },
    });
  });

  it("packs files, folders and links with their modes and owners, each parent once and first", async () => {
    const { layer } = await readLayout((await packImage(image, programs)).archive);
    const entries = await unpack(layer);
    assert.deepEqual(
      entries.map(({ header: { name, type, mode, uid, gid, linkname }, content }) =>
        [name, type, mode.toString(8), `${uid}:${gid}`, type === "symlink" ? linkname : content.toString()].join(" "),
      ),
      [
        "etc/ directory 755 0:0 ",
        "home/ directory 755 0:0 ",
        "usr/ directory 755 0:0 ",
        "usr/local/ directory 755 0:0 ",
        "usr/local/bin/ directory 755 0:0 ",
        "home/runner/ directory 700 1001:1001 ",
        "home/runner/run.sh file 755 1001:1001 \x7fELF",
        "usr/local/bin/tool file 700 0:0 \x7fELF",
        "usr/local/bin/alias symlink 644 0:0 tool",
        "etc/motd file 644 0:0 grüß\n",
      ],
    );
  });

  it("gives the same bytes whenever and wherever it packs, and others for another program", async () => {
    const first = await packImage(image, programs);
    utimesSync(join(folder(), "tool"), 1, 1);
    const second = await packImage(image, programs);
    assert.ok(first.archive.equals(second.archive));
    assert.equal(first.digest, second.digest);
    writeFileSync(join(folder(), "tool"), "\x7fELF2");
    assert.notEqual((await packImage(image, programs)).digest, first.digest);
  });

  it("runs as root in / without entry point when the image says nothing", async () => {
    const { name, standsFor, note } = image;
    const { archive } = await packImage({ name, standsFor, note, entries: () => [] }, programs);
    const { config, layer } = await readLayout(archive);
    assert.deepEqual(config["config"], {
      User: "0:0",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Entrypoint: [],
      WorkingDir: "/",
    });
    assert.deepEqual(await unpack(layer), []);
  });

  it("lays an image on its shared layers, which it packs once for all images", async () => {
    const shared = { entries: () => [{ path: "usr/local/bin/node", text: "node" }] };
    const before = noLayers();
    const [first, second] = await Promise.all(
      ["a", "b"].map(async (text) =>
        readLayout(
          (await packImage({ ...image, layers: [shared], entries: () => [{ path: "own", text }] }, programs, before))
            .archive,
        ),
      ),
    );
    assert.equal(before.packed.size, 1);
    assert.ok(first && second);
    assert.equal(first.layers.length, 2);
    assert.deepEqual(first.manifest.layers[0], second.manifest.layers[0], "the lowest layer is the shared one");
    assert.notEqual(first.manifest.layers[1]?.digest, second.manifest.layers[1]?.digest);
    assert.deepEqual(first.config["rootfs"], { type: "layers", diff_ids: first.layers.map(sha256) });
  });

  it("leaves out the layers that the receiver has", async () => {
    const shared = { entries: () => [{ path: "usr/local/bin/node", text: "node" }] };
    const before = noLayers();
    const whole = await packImage({ ...image, layers: [shared] }, programs, before);
    before.stored.add(whole.layers[0] ?? "");
    const rest = await packImage({ ...image, layers: [shared] }, programs, before);
    assert.equal(rest.digest, whole.digest);
    const names = async (archive: Buffer) => (await unpack(archive)).map(({ header }) => header.name);
    const left = await names(rest.archive);
    const missing = (await names(whole.archive)).filter((name) => !left.includes(name));
    assert.deepEqual(missing, [`blobs/sha256/${whole.layers[0]?.replace("sha256:", "") ?? ""}`]);
  });

  it("names a program that is missing", async () => {
    const [pause] = sandboxImages;
    assert.ok(pause);
    await assert.rejects(packImage(pause, new Map()), /^Error: the program pause is missing on this machine: /);
  });

  const before = noLayers();
  for (const { name, entrypoint, workingFolder = "/", ...rest } of allImages) {
    it(`packs ${name} with its entry point and working folder in it, nothing twice, and no link to nowhere`, async () => {
      const { coredns, arc, certManager, programs } = builtTools;
      const packed: readonly Tool[] = [coredns, arc, certManager, programs, wheelTools.openbao];
      const tools = packed.flatMap((tool) => tool.programs.map((each) => each.name));
      const all = new Map(tools.map((tool) => [tool, join(folder(), "tool")]));
      const { archive } = await packImage({ name, ...rest }, all, before);
      const { layers } = await readLayout(archive);
      const entries = (await Promise.all(layers.map(unpack))).flat();
      const files = entries.filter(({ header: { type } }) => type !== "directory");
      const paths = entries.map(({ header }) => `/${header.name.replace(/\/$/, "")}`);
      assert.equal(new Set(files.map(({ header }) => header.name)).size, files.length);
      for (const needed of [...(entrypoint ?? []), ...(workingFolder === "/" ? [] : [workingFolder])])
        assert.ok(paths.includes(needed), needed);
      for (const { header } of entries.filter(({ header: { type } }) => type === "symlink"))
        assert.ok(paths.includes(resolve("/", header.name, "..", header.linkname)), header.name);
    });
  }
});

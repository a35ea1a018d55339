import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import type { Server } from "node:http";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureBuilt } from "../../sandbox/tools/build";
import { builtTools } from "../../sandbox/tools/catalog";
import { ensureGo } from "../../sandbox/tools/go-toolchain";
import { freePort } from "../support/free-port";
import { guard, indexType, pushImage, pushIndex, tamper } from "./support/image-registry";

const checkout = join(__dirname, "..", "..");

/** The fields of `--json` that the tests read. */
interface Report {
  readonly ok: boolean;
  readonly images: readonly {
    readonly image: string;
    readonly state: string;
    readonly digest?: string;
    readonly otherDigest?: string;
    readonly reason?: string;
  }[];
}

/** These tests need no cluster: a registry of go-containerregistry runs on this machine, and the command looks digests up there. */
describe("npm run images", () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-images-"));
  const file = join(folder, "images.lock.json");
  let registry: ChildProcess;
  let host = "";
  const proxies: Server[] = [];

  before(async function () {
    this.timeout(600_000);
    const program = join(await ensureBuilt(builtTools.registry, await ensureGo(() => undefined)), "registry");
    registry = spawn(program, [], { stdio: ["ignore", "pipe", "inherit"] });
    assert.ok(registry.stdout);
    for await (const line of createInterface({ input: registry.stdout })) {
      host = /^listening on (.*)$/.exec(line)?.[1] ?? "";
      break;
    }
    assert.notEqual(host, "");
  });

  after(() => {
    registry.kill();
    for (const proxy of proxies) proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the command as a user would, on a lock of the tests' own. */
  function images(...args: string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      const command = ["--import", "tsx", join(checkout, "cli", "images.ts"), ...args, "--file", file];
      const child = spawn(process.execPath, command, {
        cwd: checkout,
        env: { ...process.env, DOCKER_CONFIG: folder },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? -1, output }));
    });
  }

  async function report(...args: string[]): Promise<Report & { readonly code: number }> {
    const { code, output } = await images(...args, "--json");
    try {
      return { ...(JSON.parse(output) as Report), code };
    } catch (error) {
      throw new Error(`no report:\n${output}`, { cause: error });
    }
  }

  it("writes down the digest of the index that the registry holds, and its platforms", async () => {
    const digest = await pushIndex(host, "acme/tool", "1", "first");
    const image = `${host}/acme/tool:1`;
    const { code, images: outcomes } = await report("lock", "--image", image);
    assert.equal(code, 0);
    assert.deepEqual(
      outcomes.map((outcome) => [outcome.image, outcome.state, outcome.digest]),
      [[image, "added", digest]],
    );
    const { images: locked } = JSON.parse(readFileSync(file, "utf8")) as {
      images: Record<string, Record<string, unknown>>;
    };
    assert.deepEqual(
      { ...locked[image], lookedUp: undefined },
      { digest, mediaType: indexType, platforms: ["linux/amd64", "linux/arm64"], lookedUp: undefined },
    );
  });

  it("changes nothing when the registry still says the same", async () => {
    const text = readFileSync(file, "utf8");
    assert.equal((await report("lock", "--image", `${host}/acme/tool:1`)).images[0]?.state, "unchanged");
    assert.equal(readFileSync(file, "utf8"), text);
    assert.equal((await report("check", "--image", `${host}/acme/tool:1`)).code, 0);
  });

  it("finds a tag that moved, and follows it when asked to", async () => {
    const [image, before] = [`${host}/acme/tool:1`, await pushIndex(host, "acme/tool", "1", "first")];
    const moved = await pushIndex(host, "acme/tool", "1", "second");
    const stale = await report("check", "--image", image);
    assert.equal(stale.code, 1);
    assert.equal(stale.images[0]?.state, "stale");
    assert.deepEqual([stale.images[0].digest, stale.images[0].otherDigest], [before, moved]);
    const locked = await report("lock", "--image", image);
    assert.deepEqual([locked.code, locked.images[0]?.state, locked.images[0]?.digest], [0, "moved", moved]);
  });

  it("reads the platform of an image without an index", async () => {
    const image = `${host}/acme/single:1`;
    const digest = await pushImage(host, "acme/single", "1", "s390x", "");
    const { images: outcomes } = await report("lock", "--image", image);
    assert.deepEqual([outcomes[0]?.state, outcomes[0]?.digest], ["added", digest]);
    assert.match(readFileSync(file, "utf8"), /"platforms": \["linux\/s390x"\]/);
  });

  it("finds an image behind a mirror's prefix, and locks it under its own name", async () => {
    const digest = await pushIndex(host, "proxy/docker.io/library/docker", "28", "docker");
    const { code, images: outcomes } = await report("lock", "--image", "docker:28", "--mirror", `${host}/proxy`);
    assert.deepEqual([code, outcomes[0]?.image, outcomes[0]?.digest], [0, "docker.io/library/docker:28", digest]);
  });

  it("makes up nothing for tags that do not exist and registries that are down, keeps what it had, and ends with 1", async () => {
    const down = await freePort();
    const text = readFileSync(file, "utf8");
    const [missing, unreachable] = [`${host}/acme/tool:none`, `127.0.0.1:${down}/acme/tool:1`];
    const { code, output } = await images("lock", "--image", missing, "--image", unreachable);
    assert.equal(code, 1);
    assert.match(output, new RegExp(`${host} has no acme/tool:none`));
    assert.match(output, /cannot be reached \(connect ECONNREFUSED/);
    assert.match(output, /2 of 2 could not be looked up, and no digest was made up for them/);
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace for a registry's trouble");
    assert.equal(readFileSync(file, "utf8"), text);
  });

  it("writes what it did get when something else failed", async () => {
    await pushIndex(host, "acme/tool", "2", "other");
    const { code } = await report("lock", "--image", `${host}/acme/tool:2`, "--image", `${host}/acme/tool:none`);
    assert.equal(code, 1);
    assert.match(readFileSync(file, "utf8"), /acme\/tool:2"/);
  });

  it("logs in at a token service with the login that docker keeps, and says so when there is none", async () => {
    const guarded = await guard(host, proxies);
    const digest = await pushIndex(host, "private/tool", "1", "secret");
    const image = `${guarded}/private/tool:1`;
    const refused = await images("lock", "--image", image);
    assert.equal(refused.code, 1);
    assert.match(refused.output, new RegExp(`log in with .docker login ${guarded}.`));
    const auth = Buffer.from("robot:pa:ss").toString("base64");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [guarded]: { auth } } }));
    const { code, images: outcomes } = await report("lock", "--image", image);
    assert.deepEqual([code, outcomes[0]?.digest], [0, digest]);
    assert.doesNotMatch(readFileSync(file, "utf8"), /robot|pa:ss/);
  });

  it("refuses content that was tampered with on the way", async () => {
    const image = `${await tamper(host, proxies)}/acme/tool:1`;
    const { code, images: outcomes } = await report("lock", "--image", image);
    assert.deepEqual([code, outcomes[0]?.state], [1, "failed"]);
    assert.match(outcomes[0]?.reason ?? "", /announces sha256:[0-9a-f]{64} but sends content with sha256:/);
  });
});

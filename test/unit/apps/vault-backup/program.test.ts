import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { buildSync } from "esbuild";

import { temporaryFolder } from "../../../support/temporary";
import { type Identity, makeIdentity } from "./identity";
import { snapshot } from "./snapshots";
import { json, StubVault } from "./stub-vault";
import { storeConfig } from "./world";

/** The program as its pod runs it. */
describe("the program that backs up Vault", function () {
  this.timeout(60_000);
  const vault = new StubVault();
  const folder = temporaryFolder();
  let identity: Identity;
  let store: Server;
  let content: Buffer;
  let secret = "";
  /** Called when a part begins to arrive at the store, which never answers. */
  let arrived: () => void = () => undefined;
  const requests: string[] = [];

  before(async () => {
    identity = await makeIdentity();
    content = await snapshot({ state: randomBytes(20_000_000), level: 0 });
    await vault.open(identity);
    store = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
      requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
      request.resume();
      const list = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
      if (request.method === "GET") return void response.end(list);
      if (request.method === "DELETE") return void response.writeHead(204).end();
      const begun = "<InitiateMultipartUploadResult><UploadId>upload-1</UploadId></InitiateMultipartUploadResult>";
      if (request.method === "POST") return void response.end(begun);
      if (request.method === "HEAD") return void response.writeHead(404).end();
      arrived();
    });
    await new Promise<void>((resolve) => store.listen(0, "127.0.0.1", resolve));
  });
  after(() => {
    vault.close();
    store.closeAllConnections();
    store.close();
  });
  beforeEach(() => {
    vault.snapshot = (_, response) => void response.end(content);
    secret = randomBytes(12).toString("hex");
    const files = { "ca.crt": identity.authority, token: `jwt-${secret}`, id: `id-${secret}`, key: `key-${secret}` };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder(), name), text);
    mkdirSync(join(folder(), "spool"));
    const config = {
      vault: {
        address: vault.address,
        peers: [],
        caFile: join(folder(), "ca.crt"),
        loginMount: "kubernetes",
        role: "vault-backup",
        tokenFile: join(folder(), "token"),
      },
      spoolFolder: join(folder(), "spool"),
      stores: [storeConfig("onprem", folder(), `https://127.0.0.1:${(store.address() as AddressInfo).port}`)],
      retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
      deadlineSeconds: 50,
      retry: { attempts: 2, firstPauseMs: 5 },
    };
    writeFileSync(join(folder(), "config.json"), JSON.stringify(config));
    buildSync({
      absWorkingDir: join(__dirname, "../../../.."),
      entryPoints: ["apps/vault-backup/main.ts"],
      outfile: join(folder(), "main.cjs"),
      bundle: true,
      platform: "node",
      target: "node20",
      logLevel: "error",
    });
  });

  function start(...args: readonly string[]) {
    const env = { VAULT_BACKUP_CONFIG: join(folder(), "config.json") };
    const child = spawn(process.execPath, [join(folder(), "main.cjs"), ...args], { env });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
    const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
      child.once("close", (code) => resolve({ code, output })),
    );
    return { child, ended };
  }

  it("gives up its upload and its spool when told to end, within its grace (27, 26)", async () => {
    const uploading = new Promise<void>((resolve) => (arrived = resolve));
    const { child, ended } = start("run");
    await Promise.race([uploading, ended]);
    const told = Date.now();
    child.kill("SIGTERM");
    const { code, output } = await ended;
    assert.equal(code, 143, output);
    assert.ok(Date.now() - told < 25_000);
    assert.deepEqual(readdirSync(join(folder(), "spool")), []);
    assert.ok(
      requests.some((each) => each.startsWith("DELETE ") && each.includes("uploadId=upload-1")),
      requests.join("\n"),
    );
    assert.doesNotMatch(output, new RegExp(`${secret}|s\\.token-number`));
    for (const line of output.trim().split("\n")) assert.doesNotThrow(() => void JSON.parse(line), line);
  });

  it("logs no secret that Vault repeats to it (26)", async () => {
    vault.login = (_, response) => json(response, 403, { errors: [`the token jwt-${secret} is not valid`] });
    const { code, output } = await start("run").ended;
    assert.equal(code, 20, output);
    assert.match(output, /the token \[hidden\] is not valid/);
    assert.doesNotMatch(output, new RegExp(secret));
  });

  it("says what it can be asked", async () => {
    for (const args of [["dance"], ["run", "--fast"], ["verify"], ["restore"]]) {
      const { code, output } = await start(...args).ended;
      assert.equal(code, 40, output);
      assert.match(output, /"class":"configuration"/);
    }
  });

  it("lists what a store holds as JSON", async () => {
    const { code, output } = await start("list", "--json").ended;
    assert.equal(code, 0, output);
    assert.deepEqual(JSON.parse(output), [{ store: "onprem", backups: [] }]);
  });
});

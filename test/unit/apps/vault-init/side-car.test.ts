import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { bundleApp } from "../../../../components/apps/bundle";
import { ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";
import { temporaryFolder } from "../../../support/temporary";

/** The bundled program as the side-car of a server, which is a few lines. */
describe("the side-car that unseals", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();
  const given: string[] = [];
  let health: { initialized: boolean; sealed: boolean; standby: boolean };
  let server: Server;
  let child: ChildProcess;
  let output: string;

  beforeEach(async () => {
    given.length = 0;
    output = "";
    health = { initialized: false, sealed: true, standby: true };
    const { apiServer, authority } = await ensureCertificates(paths(temporary()));
    server = createServer(
      { cert: readFileSync(apiServer.certificate), key: readFileSync(apiServer.key) },
      (asked, reply) => {
        let text = "";
        asked.on("data", (chunk: Buffer) => (text += String(chunk)));
        asked.once("end", () => {
          if (asked.url === "/v1/sys/unseal") {
            given.push((JSON.parse(text) as { key: string }).key);
            health = { ...health, sealed: given.length < 2 };
          }
          reply.end(JSON.stringify(health));
        });
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    writeFileSync(join(temporary(), "main.cjs"), bundleApp("apps/vault-init/main.ts").code);
    mkdirSync(join(temporary(), "shares"));
    child = spawn(process.execPath, [join(temporary(), "main.cjs"), "unseal"], {
      cwd: "/",
      env: {
        VAULT_UNSEAL_ADDRESS: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
        VAULT_CA_FILE: authority.certificate,
        VAULT_SHARES_FOLDER: join(temporary(), "shares"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  });

  afterEach(() => {
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  });

  it("waits for a cluster and for shares, gives no more of them than are needed, and prints none", async () => {
    await until("the first look", () => output.includes("not part of an initialised cluster yet"));
    health = { ...health, initialized: true };
    await until("a sealed server", () => output.includes("sealed, and there are no shares"));
    const shares = ["first-share", "second-share", "third-share"];
    shares.forEach((share, index) => writeFileSync(join(temporary(), "shares", `share-${index + 1}`), share));
    writeFileSync(join(temporary(), "shares", "threshold"), "2");
    await until("an open server", () => output.includes("the server is open"));
    assert.deepEqual(given, ["first-share", "second-share"]);
    assert.doesNotMatch(output, /-share"/);
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 143);
  });
});

async function until(what: string, test: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

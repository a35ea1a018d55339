import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";

import { serverProcesses } from "../../../../apps/shared/server-processes";
import { bundleApp } from "../../../../components/apps/bundle";
import { ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";
import { temporaryFolder } from "../../../support/temporary";

/** A server like Vault: it loads its certificate when it starts and on SIGHUP. */
const server = `
const { readFileSync } = require("node:fs");
const { createServer } = require("node:https");
const files = () => ({ cert: readFileSync("tls.crt"), key: readFileSync("tls.key") });
const server = createServer(files(), (_, response) => response.end()).listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGHUP", () => server.setSecureContext(files()));
`;

/** The bundled program beside a server, as in its pod. */
describe("the program that lets Vault load its certificate", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();
  const children: ChildProcess[] = [];
  const file = (name: string): string => join(temporary(), name);
  let output = "";

  /** Puts another certificate in place. */
  async function renew(round: string): Promise<string> {
    const { apiServer } = await ensureCertificates(paths(file(round)));
    copyFileSync(apiServer.key, file("tls.key"));
    copyFileSync(apiServer.certificate, file("tls.crt"));
    return new X509Certificate(readFileSync(file("tls.crt"))).fingerprint256;
  }

  async function startServer(): Promise<number> {
    writeFileSync(file("server"), server);
    const child = spawn(process.execPath, ["server"], { cwd: temporary(), stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    const [port] = (await once(child.stdout, "data")) as [Buffer];
    return Number(port.toString());
  }

  function startProgram(port: number): void {
    writeFileSync(file("main.cjs"), bundleApp("apps/vault-tls-reload/main.ts").code);
    const env = {
      CERTIFICATE_FOLDER: temporary(),
      PROGRAM: "node",
      SERVER_PORT: String(port),
      INTERVAL_SECONDS: "0.2",
    };
    const child = spawn(process.execPath, [file("main.cjs")], { env, stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    children.push(child);
  }

  beforeEach(() => (output = ""));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  it("sends one signal for each certificate that is renewed, and none before", async () => {
    const first = await renew("first");
    const port = await startServer();
    startProgram(port);
    await until(() => output.includes("started"));
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(await shown(port), first);
    assert.doesNotMatch(output, /was told/);
    const second = await renew("second");
    await until(async () => (await shown(port)) === second);
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.equal(output.split("was told").length, 2);
    assert.doesNotMatch(output, /PRIVATE KEY/);
  });

  it("does not mind a server that has not started yet", async () => {
    await renew("first");
    startProgram(9);
    await until(() => output.includes("cannot compare certificates"));
    assert.equal(children[0]?.exitCode, null);
  });

  it("ends at once when it is told to", async () => {
    startProgram(9);
    await until(() => output.includes("started"));
    const [child] = children;
    child?.kill("SIGTERM");
    assert.deepEqual(await once(child as ChildProcess, "exit"), [0, null]);
  });
});

describe("serverProcesses", () => {
  const temporary = temporaryFolder();
  const process = (id: string, ...commandLine: readonly string[]): void => {
    mkdirSync(join(temporary(), id));
    writeFileSync(join(temporary(), id, "cmdline"), commandLine.map((word) => `${word}\0`).join(""));
  };

  it("finds the server by program and subcommand, and nothing that a person runs with the same program", () => {
    process("1", "/pause");
    process("7", "/usr/bin/bao", "server", "-config=/vault/config/server.hcl");
    process("40", "bao", "status");
    process("41", "vault", "server");
    mkdirSync(join(temporary(), "sys"));
    mkdirSync(join(temporary(), "99"));
    assert.deepEqual(serverProcesses("bao", temporary()), [7]);
    assert.deepEqual(serverProcesses("vault", temporary()), [41]);
    assert.deepEqual(serverProcesses("other", temporary()), []);
  });
});

function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nothing happened for 20 seconds");
}

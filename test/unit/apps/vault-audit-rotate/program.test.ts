import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { bundleApp } from "../../../../components/apps/bundle";
import { temporaryFolder } from "../../../support/temporary";

/** A server like Vault: it writes to a file that it opens when it starts and on SIGHUP, as fast as it can without starving others. */
const server = `
const { closeSync, openSync, writeSync } = require("node:fs");
let log = openSync("audit.log", "a");
let number = 0;
process.on("SIGHUP", () => { closeSync(log); log = openSync("audit.log", "a"); });
const timer = setInterval(() => { for (let i = 0; i < 20; i += 1) writeSync(log, "line " + String(number++).padStart(8, "0") + "\\n"); }, 5);
process.on("SIGTERM", () => { clearInterval(timer); console.log(number); });
`;

/** The bundled program beside a server, as in its pod. */
describe("the program that keeps the audit log small", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();
  const children: ChildProcess[] = [];
  const file = (name: string): string => join(temporary(), name);
  const files = (): string[] =>
    readdirSync(temporary())
      .filter((name) => name.startsWith("audit"))
      .sort();
  let output = "";

  function start(command: readonly string[], env: NodeJS.ProcessEnv = {}, argv0 = "node") {
    const child = spawn(process.execPath, command, {
      cwd: temporary(),
      env,
      argv0,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  }

  function startProgram(program: string) {
    writeFileSync(file("main.cjs"), bundleApp("apps/vault-audit-rotate/main.ts").code);
    const child = start([file("main.cjs")], {
      AUDIT_FOLDER: temporary(),
      AUDIT_FILE: "audit.log",
      MAX_BYTES: "20000",
      FILES: "3",
      PROGRAM: program,
      INTERVAL_SECONDS: "0.2",
    });
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return child;
  }

  beforeEach(() => (output = ""));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  });

  it("begins new files and deletes old ones while the server writes, and loses no line of those that stay", async () => {
    // Of a name that no other process has: the program signals whatever is called so.
    const name = `server-${String(process.pid)}`;
    writeFileSync(file("server"), server);
    const child = start(["server"], {}, name);
    startProgram(name);
    await until(() => output.split("was moved away").length > 5 && output.includes("old files were deleted"));
    const ended = once(child, "exit");
    const said = once(child.stdout, "data") as Promise<[Buffer]>;
    child.kill("SIGTERM");
    const written = Number((await said)[0].toString());
    await ended;
    const kept = files();
    assert.ok(kept.length <= 4 && kept.includes("audit.log"), kept.join());
    // The present file comes first by its name, and last by its content.
    const rotated = kept.filter((each) => each !== "audit.log");
    const lines = [...rotated, "audit.log"].flatMap((each) => readFileSync(file(each), "utf8").trim().split("\n"));
    const numbers = lines.filter((line) => line !== "").map((line) => Number(line.slice(5)));
    const [first = 0] = numbers;
    assert.deepEqual(
      numbers,
      Array.from({ length: written - first }, (_, index) => first + index),
    );
    assert.ok(first > 0, "the first files were deleted");
  });

  it("does not mind that there is no server yet, and ends at once when it is told to", async () => {
    const child = startProgram("nobody-is-called-so");
    await until(() => output.includes("started"));
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [0, null]);
    assert.doesNotMatch(output, /warn|error/);
  });

  it("says which variable it lacks", async () => {
    writeFileSync(file("main.cjs"), bundleApp("apps/vault-audit-rotate/main.ts").code);
    const child = start([file("main.cjs")], { AUDIT_FOLDER: temporary(), AUDIT_FILE: "audit.log", MAX_BYTES: "much" });
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    assert.deepEqual(await once(child, "exit"), [1, null]);
    assert.match(output, /MAX_BYTES is no number above 0/);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nothing happened for 30 seconds");
}

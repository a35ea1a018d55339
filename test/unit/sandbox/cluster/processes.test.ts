import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { type Paths, paths } from "../../../../sandbox/cluster/paths";
import { isAlive } from "../../../../sandbox/cluster/process-table";
import {
  type Daemon,
  ensureDaemon,
  logFile,
  recordedDaemons,
  runningDaemon,
  stopDaemon,
} from "../../../../sandbox/cluster/processes";
import { temporaryFolder } from "../../../support/temporary";

describe("ensureDaemon", () => {
  let state: Paths;
  // Before the folder goes, which holds the records.
  afterEach(async () => {
    for (const name of recordedDaemons(state)) await stopDaemon(state, name, 2);
  });
  const folder = temporaryFolder();
  beforeEach(() => {
    state = paths(join(folder(), "state"));
  });

  const daemon = (changes: Partial<Daemon> = {}): Daemon => ({
    name: "sleeper",
    command: ["sleep", "60"],
    ready: () => Promise.resolve(true),
    ...changes,
  });

  it("starts a program once", async () => {
    assert.equal(runningDaemon(state, "sleeper"), undefined);
    assert.equal(await ensureDaemon(state, daemon()), true);
    const first = runningDaemon(state, "sleeper");
    assert.ok(first);
    assert.equal(await ensureDaemon(state, daemon()), false);
    assert.deepEqual(runningDaemon(state, "sleeper"), first);
    assert.deepEqual(recordedDaemons(state), ["sleeper"]);
  });

  const changes: readonly (readonly [string, Partial<Daemon>])[] = [
    ["command line", { command: ["sleep", "61"] }],
    ["environment", { env: { A: "1" } }],
  ];
  for (const [title, change] of changes) {
    it(`restarts it when its ${title} changes`, async () => {
      await ensureDaemon(state, daemon());
      const first = runningDaemon(state, "sleeper");
      assert.equal(await ensureDaemon(state, daemon(change)), true);
      assert.ok(first && !isAlive(first), "the old copy ended");
      assert.notDeepEqual(runningDaemon(state, "sleeper"), first);
    });
  }

  it("restarts it when a configuration file changes, and only then", async () => {
    const file = join(folder(), "config");
    writeFileSync(file, "a");
    await ensureDaemon(state, daemon({ configFiles: [file] }));
    writeFileSync(file, "a");
    assert.equal(await ensureDaemon(state, daemon({ configFiles: [file] })), false);
    writeFileSync(file, "b");
    assert.equal(await ensureDaemon(state, daemon({ configFiles: [file] })), true);
  });

  it("starts it again when it died", async () => {
    await ensureDaemon(state, daemon());
    const first = runningDaemon(state, "sleeper");
    assert.ok(first);
    process.kill(first.pid, "SIGKILL");
    while (isAlive(first)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(runningDaemon(state, "sleeper"), undefined);
    assert.equal(await ensureDaemon(state, daemon()), true);
  });

  it("asks again and again until it is ready; a question that fails counts as not yet", async () => {
    const answers = [() => Promise.reject(new Error("refused")), () => Promise.resolve(false)];
    let asked = 0;
    const ready = (): Promise<boolean> => answers[asked++]?.() ?? Promise.resolve(true);
    await ensureDaemon(state, daemon({ ready }));
    assert.equal(asked, 3);
  });

  it("tells the end of the log when the program exits instead", async () => {
    const lines = Array.from({ length: 15 }, (_, index) => `echo line ${index} >&2`).join("; ");
    const failing = daemon({ command: ["sh", "-c", `${lines}; exit 3`], ready: () => Promise.resolve(false) });
    await assert.rejects(ensureDaemon(state, failing), (error: Error) => {
      const [first, ...rest] = error.message.split("\n");
      assert.equal(first, "sleeper exited while starting; the end of its log:");
      assert.deepEqual(
        rest,
        Array.from({ length: 10 }, (_, index) => `line ${5 + index}`),
      );
      return true;
    });
    assert.equal(runningDaemon(state, "sleeper"), undefined);
  });

  it("tells the end of the log when it does not become ready, and leaves it running for a look", async () => {
    const slow = daemon({
      command: ["sh", "-c", "echo still waiting; exec sleep 60"],
      ready: () => Promise.resolve(false),
      readySeconds: 0.3,
    });
    await assert.rejects(
      ensureDaemon(state, slow),
      /^Error: sleeper did not become ready within 0\.3 s; the end of its log:\nstill waiting$/,
    );
    assert.ok(runningDaemon(state, "sleeper"));
  });

  it("names a program that cannot be started, and goes on living", async () => {
    const command = ["/nowhere/program"];
    await assert.rejects(ensureDaemon(state, daemon({ command })), {
      message: "could not start sleeper: is /nowhere/program an executable program?",
    });
    await assert.rejects(ensureDaemon(state, daemon({ command: [] })), {
      message: "daemon sleeper has no command",
    });
    // The event of the failed start comes now; without a listener it would end the tests.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(recordedDaemons(state), []);
  });

  it("gives it PATH, HOME and its own variables, and nothing else of the environment", async () => {
    process.env["RUNNER_PLATFORM_TEST"] = "leaks";
    try {
      const command = ["sh", "-c", "env; echo done; exec sleep 60"];
      const ready = (): Promise<boolean> =>
        Promise.resolve(readFileSync(logFile(state, "sleeper"), "utf8").includes("done\n"));
      await ensureDaemon(state, daemon({ command, env: { OWN: "1" }, ready }));
    } finally {
      delete process.env["RUNNER_PLATFORM_TEST"];
    }
    const log = readFileSync(logFile(state, "sleeper"), "utf8");
    assert.match(log, /^OWN=1$/m);
    assert.match(log, /^PATH=/m);
    assert.doesNotMatch(log, /RUNNER_PLATFORM_TEST/);
  });

  it("passes over a record that was half written", async () => {
    mkdirSync(state.processes, { recursive: true });
    writeFileSync(join(state.processes, "sleeper.json"), '{"pid":');
    assert.equal(runningDaemon(state, "sleeper"), undefined);
    assert.equal(await ensureDaemon(state, daemon()), true);
  });
});

describe("stopDaemon", () => {
  const folder = temporaryFolder();

  it("ends the program and forgets it; stopping what does not run changes nothing", async () => {
    const state = paths(folder());
    await ensureDaemon(state, { name: "a", command: ["sleep", "60"], ready: () => Promise.resolve(true) });
    await ensureDaemon(state, { name: "b", command: ["sleep", "60"], ready: () => Promise.resolve(true) });
    const [a, b] = ["a", "b"].map((name) => runningDaemon(state, name));
    await stopDaemon(state, "a", 5);
    assert.ok(a && !isAlive(a));
    assert.ok(b && isAlive(b));
    assert.deepEqual(recordedDaemons(state), ["b"]);
    assert.equal(existsSync(join(state.processes, "a.json")), false);
    await stopDaemon(state, "a", 5);
    await stopDaemon(state, "b", 5);
    assert.ok(!isAlive(b));
  });
});

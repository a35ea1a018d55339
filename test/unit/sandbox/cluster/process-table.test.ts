import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

import {
  allPids,
  identify,
  isAlive,
  type ProcessIdentity,
  sendSignal,
  stopProcess,
} from "../../../../sandbox/cluster/process-table";

describe("the process table", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  async function start(script: string): Promise<ChildProcess & { readonly pid: number }> {
    const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    await once(child, "spawn");
    assert.ok(child.pid !== undefined);
    return child as typeof child & { pid: number };
  }

  function identityOf(pid: number): ProcessIdentity {
    const identity = identify(pid);
    assert.ok(identity);
    return identity;
  }

  it("identifies a living process by id and start time", async () => {
    const { pid } = await start("sleep 30");
    const identity = identityOf(pid);
    assert.equal(identity.pid, pid);
    assert.match(identity.startTicks, /^\d+$/);
    assert.equal(identity.boot, readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    assert.deepEqual(identify(pid), identity);
    assert.ok(isAlive(identity));
    assert.ok(allPids().includes(pid));
  });

  it("reads the start time of a process whose name holds brackets and blanks", async () => {
    // The kernel takes the name from the first argument of exec's file; `comm` is writable by the process itself.
    const child = await start('printf "a) R 1 (b" > /proc/$$/comm; echo ready; sleep 30');
    await once(child.stdout ?? child, "data");
    const own = identityOf(process.pid);
    const { startTicks } = identityOf(child.pid);
    assert.match(startTicks, /^\d+$/);
    assert.ok(Number(startTicks) >= Number(own.startTicks));
  });

  it("takes a later process with the same id for another", async () => {
    const identity = identityOf((await start("sleep 30")).pid);
    assert.equal(isAlive({ ...identity, startTicks: "1" }), false);
  });

  it("takes a process of an earlier boot for another, whatever its id and start time", async () => {
    const identity = identityOf((await start("sleep 30")).pid);
    assert.equal(isAlive({ ...identity, boot: "an-earlier-one" }), false);
  });

  it("takes a process that is gone, and one that only waits to be reaped, for dead", async () => {
    const child = await start("exit 0");
    await once(child, "exit");
    assert.equal(identify(child.pid), undefined);
    // `exec` leaves a parent that never waits for the child it was given; one that ends before, the shell itself may reap.
    const parent = await start("sleep 0.5 & echo $!; exec sleep 30");
    const [line] = (await once(parent.stdout ?? parent, "data")) as [Buffer];
    const zombie = Number(line.toString());
    for (let tries = 0; identify(zombie) !== undefined && tries < 100; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(allPids().includes(zombie), "it is still listed");
    assert.equal(identify(zombie), undefined);
  });

  it("stops a process that ends when asked", async () => {
    const child = await start("exec sleep 30");
    const ended = once(child, "exit");
    await stopProcess(identityOf(child.pid), 10);
    assert.deepEqual(await ended, [null, "SIGTERM"]);
  });

  it("kills a process that does not end when asked", async () => {
    const child = await start("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await once(child.stdout ?? child, "data");
    const ended = once(child, "exit");
    await stopProcess(identityOf(child.pid), 0.2);
    assert.deepEqual(await ended, [null, "SIGKILL"]);
  });

  it("stops no other process that got the same id, and nothing that is gone", async () => {
    const child = await start("sleep 30");
    await stopProcess({ ...identityOf(child.pid), startTicks: "1" }, 1);
    assert.ok(isAlive(identityOf(child.pid)));
    sendSignal(2 ** 22 + 1, "SIGTERM");
  });
});

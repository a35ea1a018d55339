import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ArcClient, RunnerClient, type ScaleSet, type Session } from "./arc-client";
import { send, startFixture, type Fixture } from "./fixtures";

describe("the runner's side of the stand-in", () => {
  let github: Fixture;
  let arc: ArcClient;
  let set: ScaleSet;
  let session: Session;

  beforeEach(async () => {
    github = await startFixture({ timing: { runnerSeconds: 3, heartbeatSeconds: 0.3 } });
    arc = await ArcClient.login(github.url, "0.14.2");
    set = await arc.createScaleSet("runner-base");
    session = await arc.openSession(set.id);
  });
  afterEach(() => github.close());

  async function assignedJob(): Promise<number> {
    const { jobs } = await github.admin.queueJobs({ scaleSet: "runner-base" });
    await arc.nextMessage(session);
    return jobs[0]?.id ?? 0;
  }

  const ledger = async (id: number) => {
    const [job] = (await github.admin.ledger()).filter((candidate) => candidate.id === id);
    return { ...job, path: job?.transitions.map((transition) => transition.name) };
  };

  /** Waits for a transition; mocha's time limit ends a vain wait. */
  const until = async (id: number, transition: string) => {
    while ((await ledger(id)).path?.includes(transition) !== true) await sleep(50);
  };

  it("returns a job to the line when its runner dies before it began", async () => {
    const id = await assignedJob();
    const first = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
    assert.equal(await first.job(), id);
    await until(id, "requeued");
    const second = await RunnerClient.connect((await arc.generateJit(set.id, "r2")).encodedJITConfig);
    assert.equal(await second.job(), id);
    assert.equal((await first.started(id)).status, 409, "the first runner must not run it any more");
    assert.equal((await second.started(id)).status, 204);
    assert.equal((await second.finished(id)).status, 204);
    const way = [
      "queued",
      "available",
      "assigned",
      "runnerAssigned",
      "requeued",
      "assigned",
      "runnerAssigned",
      "started",
    ];
    assert.deepEqual((await ledger(id)).path, [...way, "completed"]);
  });

  it("ends a job as failed when its runner dies in the middle of it, and never runs it again", async () => {
    const id = await assignedJob();
    const { runner, encodedJITConfig } = await arc.generateJit(set.id, "r1");
    const process = await RunnerClient.connect(encodedJITConfig);
    await process.job();
    await process.started(id);
    await until(id, "completed");
    const job = await ledger(id);
    assert.equal(job.result, "failed");
    assert.match(job.reason ?? "", /^abandoned: runner r1 was silent/);
    assert.deepEqual(job.path?.slice(-2), ["abandoned", "completed"]);
    assert.equal((await arc.agent(runner.id)).status, 404);
    assert.equal((await process.finished(id)).status, 404);
  });

  it("keeps a runner that reports, however long its job lasts", async () => {
    const id = await assignedJob();
    const process = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
    await process.job();
    await process.started(id);
    for (let beat = 0; beat < 12; beat += 1) {
      await sleep(300);
      assert.equal((await process.call("POST", "heartbeat")).status, 204);
    }
    assert.equal((await process.finished(id, "failed")).status, 204);
    assert.equal((await ledger(id)).result, "failed");
  });

  it("takes a second process of a runner for the proof that the first is dead", async () => {
    const id = await assignedJob();
    const { encodedJITConfig } = await arc.generateJit(set.id, "r1");
    const first = await RunnerClient.connect(encodedJITConfig);
    await first.job();
    await first.started(id);
    const { address, secret } = RunnerClient.decode(encodedJITConfig);
    const second = await send("POST", address, `Bearer ${secret}`, {});
    assert.equal(second.status, 404, "its one job was begun, so there is nothing left for it");
    assert.match((await ledger(id)).reason ?? "", /was started anew/);
  });

  it("hands an idle runner's place over without ado", async () => {
    const { encodedJITConfig } = await arc.generateJit(set.id, "r1");
    const first = await RunnerClient.connect(encodedJITConfig);
    const second = await RunnerClient.connect(encodedJITConfig);
    assert.equal((await first.call("GET", "job")).status, 409);
    assert.equal((await second.call("DELETE", "")).status, 204);
    assert.equal((await github.admin.statistics()).totalRegisteredRunners, 1);
  });

  it("tells a runner that it is too old, and does not make the next job wait for that", async () => {
    const { jobs } = await github.admin.queueJobs({ scaleSet: "runner-base", outcome: "deprecated" });
    await arc.nextMessage(session);
    const process = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
    assert.deepEqual(await process.call("GET", "job"), { status: 200, body: { kind: "deprecated" } });
    const job = await ledger(jobs[0]?.id ?? 0);
    assert.equal(job.reason, "the runner's version is deprecated");
    assert.equal(job.starts, 0);
  });

  it("hands over the job's containers, and keeps the reason why it failed", async () => {
    const container = { image: "python:3", env: { A: "1" } };
    const services = [{ name: "cache", image: "redis:7" }];
    const { jobs } = await github.admin.queueJobs({ scaleSet: "runner-base", container, services });
    assert.deepEqual([jobs[0]?.container, jobs[0]?.services], [container, services]);
    const id = jobs[0]?.id ?? 0;
    await arc.nextMessage(session);
    const process = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
    const { body } = await process.call("GET", "job");
    const { container: given, services: beside, repository } = body as Record<string, unknown>;
    assert.deepEqual([given, beside, repository], [container, services, "sandbox"]);
    await process.started(id);
    const report = { requestId: id, result: "failed", reason: "failed to create job pod: exceeded quota" };
    assert.equal((await process.call("POST", "finished", report)).status, 204);
    const job = await ledger(id);
    assert.deepEqual([job.result, job.reason], ["failed", "failed to create job pod: exceeded quota"]);
    assert.equal(job.transitions?.at(-1)?.detail, "failed: failed to create job pod: exceeded quota");
  });

  it("refuses a wrong secret, and another runner's job", async () => {
    const id = await assignedJob();
    const { encodedJITConfig } = await arc.generateJit(set.id, "r1");
    const { address } = RunnerClient.decode(encodedJITConfig);
    assert.equal((await send("POST", address, "Bearer wrong", {})).status, 401);
    const process = await RunnerClient.connect(encodedJITConfig);
    assert.equal((await process.started(id)).status, 409);
  });
});

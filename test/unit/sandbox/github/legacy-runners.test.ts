import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { ArcClient, RunnerClient } from "./arc-client";
import { send, startFixture, type Fixture } from "./fixtures";
import { register, rest, startRunner, tryRegister } from "./legacy-client";

const runnerList = z.object({
  total_count: z.number(),
  runners: z.array(
    z.object({
      id: z.number(),
      name: z.string(),
      status: z.string(),
      busy: z.boolean(),
      labels: z.array(z.object({ name: z.string(), type: z.string() })),
    }),
  ),
});

describe("runners that register themselves", () => {
  let github: Fixture;

  beforeEach(async () => {
    github = await startFixture({ runnerGroups: ["gpu"], timing: { runnerSeconds: 2, heartbeatSeconds: 0.3 } });
  });
  afterEach(() => github.close());

  const runners = async (scope = "orgs/acme") =>
    runnerList.parse((await rest(github, "GET", `/${scope}/actions/runners`)).body).runners;
  const job = async (id: number) => (await github.admin.ledger()).find((candidate) => candidate.id === id);

  it("are listed where they registered, with the labels of every runner and their own", async () => {
    await register(github, { name: "r1", labels: ["gpu", "linux"] });
    const [runner] = await runners();
    assert.equal(runner?.status, "offline");
    assert.deepEqual(
      runner.labels.map(({ name, type }) => `${name} ${type}`),
      [
        "self-hosted read-only",
        "Linux read-only",
        `${process.arch === "arm64" ? "ARM64" : "X64"} read-only`,
        "gpu custom",
      ],
    );
    assert.deepEqual(await runners("repos/acme/sandbox"), []);
    assert.deepEqual(await runners("enterprises/globex"), []);
  });

  it("are listed beside those of scale sets", async () => {
    const arc = await ArcClient.login(github.url, "0.6.1");
    const set = await arc.createScaleSet("runner-base");
    await arc.generateJit(set.id, "of-the-set");
    await register(github, { name: "own" });
    assert.deepEqual(
      (await runners()).map(({ name }) => name),
      ["of-the-set", "own"],
    );
  });

  it("take a job whose labels they carry all of, and leave the others", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted", "gpu", "large"] });
    const plain = await startRunner(github, { name: "plain", labels: ["gpu"] });
    assert.equal(await plain.job(), undefined);
    const fitting = await startRunner(github, { name: "fitting", labels: ["GPU", "large", "more"] });
    assert.equal(await fitting.job(), jobs[0]?.id);
    assert.equal(jobs[0]?.scaleSet, "self-hosted,gpu,large");
  });

  it("of a repository take the jobs of no other", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted"], repository: "api" });
    const other = await startRunner(github, { name: "other", scope: "acme/sandbox" });
    assert.equal(await other.job(), undefined);
    const own = await startRunner(github, { name: "own", scope: "acme/api" });
    assert.equal(await own.job(), jobs[0]?.id);
  });

  it("of an enterprise take the jobs of all its organisations", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted"] });
    const runner = await startRunner(github, { scope: "enterprises/globex" });
    assert.equal(await runner.job(), jobs[0]?.id);
  });

  it("run a job exactly once and are gone after it when they are ephemeral", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted"], count: 2 });
    const runner = await startRunner(github);
    const id = (await runner.job()) ?? 0;
    assert.equal(id, jobs[0]?.id);
    assert.equal((await runners())[0]?.busy, true);
    assert.equal((await runner.started(id)).status, 204);
    assert.equal((await runner.finished(id)).status, 204);
    assert.deepEqual(await runners(), []);
    assert.equal((await runner.call("GET", "job")).status, 404);
    const path = (await job(id))?.transitions.map(({ name }) => name);
    assert.deepEqual(path, ["queued", "runnerAssigned", "started", "completed"]);
  });

  it("stay and take the next job when they are not", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted"], count: 2 });
    const runner = await startRunner(github, { ephemeral: false });
    for (const { id } of jobs) {
      assert.equal(await runner.job(), id);
      await runner.started(id);
      assert.equal((await runner.finished(id)).status, 204);
    }
    assert.equal((await runners())[0]?.busy, false);
  });

  it("that die before they began a job give it back to the others", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted"] });
    await (await startRunner(github, { name: "dying" })).job();
    while ((await job(jobs[0]?.id ?? 0))?.state !== "queued") await sleep(50);
    const second = await startRunner(github, { name: "second" });
    assert.equal(await second.job(), jobs[0]?.id);
    assert.equal((await second.started(jobs[0]?.id ?? 0)).status, 204);
  });

  it("may be removed while they are idle, and then are told that they are gone", async () => {
    const runner = await startRunner(github);
    assert.equal((await rest(github, "DELETE", `/orgs/acme/actions/runners/${runner.id}`)).status, 204);
    assert.equal((await runner.call("GET", "job")).status, 404);
  });

  it("may not be removed once they have a job, whoever asks", async () => {
    await github.admin.queueJobs({ runsOn: ["self-hosted"] });
    const config = await register(github);
    const runner = await RunnerClient.connect(config.encoded);
    await runner.job();
    assert.equal((await rest(github, "DELETE", `/orgs/acme/actions/runners/${config.runnerId}`)).status, 422);
    const itself = await send("DELETE", `${github.url}/_runner/${config.runnerId}`, `Bearer ${config.secret}`);
    assert.equal(itself.status, 400);
  });

  it("may take themselves out", async () => {
    const { runnerId, secret } = await register(github);
    assert.equal((await send("DELETE", `${github.url}/_runner/${runnerId}`, "Bearer wrong")).status, 401);
    assert.equal((await send("DELETE", `${github.url}/_runner/${runnerId}`, `Bearer ${secret}`)).status, 204);
    assert.deepEqual(await runners(), []);
  });

  it("replace an idle one of their name in the same scope, and no other", async () => {
    const first = await register(github, { name: "r1" });
    const second = await register(github, { name: "r1" });
    assert.notEqual(first.runnerId, second.runnerId);
    assert.equal((await runners()).length, 1);
    assert.equal((await tryRegister(github, { name: "r1", scope: "acme/sandbox" })).status, 409);
  });

  it("are refused with a token of another scope, with none, and for a group that does not exist", async () => {
    const wrongScope = await send("POST", `${github.url}/_runner`, "RemoteAuth forged", { url: github.url, name: "r" });
    assert.equal(wrongScope.status, 401);
    const unknown = await tryRegister(github, { group: "nobody" });
    assert.equal(unknown.status, 404);
    assert.match(JSON.stringify(unknown.body), /no runner group named nobody/);
    assert.equal((await tryRegister(github, { group: "gpu" })).status, 201);
  });

  it("survive a restart of the stand-in, with their jobs", async () => {
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted", "gpu"], count: 2 });
    const runner = await startRunner(github, { labels: ["gpu"] });
    const id = (await runner.job()) ?? 0;
    await runner.started(id);
    const before = await runners();
    github = await github.restart();
    assert.deepEqual(await runners(), before);
    assert.equal((await runner.finished(id)).status, 204);
    const next = await startRunner(github, { name: "r2", labels: ["gpu"] });
    assert.equal(await next.job(), jobs[1]?.id);
  });

  it("share single labels with scale sets: who asks first gets the job", async () => {
    const arc = await ArcClient.login(github.url, "0.14.2");
    await arc.createScaleSet("runner-base");
    await github.admin.queueJobs({ runsOn: ["runner-base"] });
    const runner = await startRunner(github, { labels: ["runner-base"] });
    assert.equal(await runner.job(), undefined, "the scale set has it");
    await github.admin.queueJobs({ scaleSet: "no-such-set" });
    const other = await startRunner(github, { name: "r2", labels: ["no-such-set"] });
    assert.notEqual(await other.job(), undefined);
  });
});

describe("jobs for labels", () => {
  it("need either a scale set or labels, and not both", async () => {
    const github = await startFixture();
    try {
      for (const request of [{}, { scaleSet: "a", runsOn: ["b"] }, { runsOn: [] }, { runsOn: ["a,b"] }]) {
        await assert.rejects(github.admin.queueJobs(request), /scaleSet|runsOn/);
      }
    } finally {
      await github.close();
    }
  });
});

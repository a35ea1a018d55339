import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { commonLabels, firstJobFor } from "../../../../sandbox/github/service/legacy-runners";
import { ManualClock } from "../../../../sandbox/github/actions/clock";
import { JobsFollower } from "../../../../sandbox/github/actions/from-jobs";
import { ActionsModel, newest } from "../../../../sandbox/github/actions/model";
import type { Job, JobResult, JobState } from "../../../../sandbox/github/service/types";
import { send, startFixture, token, type Fixture } from "./fixtures";
import { rest, startRunner } from "./legacy-client";

function job(part: Partial<Job> = {}): Job {
  return {
    id: 1,
    jobId: "a",
    batch: "b",
    scaleSetName: "x",
    displayName: "job 1",
    workflowRunId: 1,
    owner: "acme",
    repository: "api",
    seconds: 0,
    exitCode: 0,
    outcome: "success",
    state: "queued",
    starts: 0,
    queuedAt: 1000,
    transitions: [],
    ...part,
  };
}

describe("workflow runs of a repository", () => {
  const table: [what: string, jobs: [JobState, JobResult?][], status: string, conclusion?: string][] = [
    ["are queued while no job was begun", [["queued"], ["runnerAssigned"]], "queued"],
    ["are in progress once one was begun", [["queued"], ["started"]], "in_progress"],
    ["are in progress while one waits though others are done", [["queued"], ["completed", "succeeded"]], "in_progress"],
    ["are completed when all are", [["completed", "succeeded"]], "completed", "success"],
    [
      "fail with one job",
      [
        ["completed", "succeeded"],
        ["completed", "failed"],
        ["completed", "canceled"],
      ],
      "completed",
      "failure",
    ],
    [
      "are cancelled with one job",
      [
        ["completed", "succeeded"],
        ["completed", "canceled"],
      ],
      "completed",
      "cancelled",
    ],
  ];
  for (const [what, states, status, conclusion] of table) {
    it(what, () => {
      const jobs = states.map(([state, result], id) =>
        job({
          ...{ id, state },
          ...((state === "started" || state === "completed") && { startedAt: 2000 + id }),
          ...(result && { result, finishedAt: 3000 + id }),
        }),
      );
      for (const model of [replayed(jobs), followed(jobs)]) {
        const [run, ...others] = [...model.allRuns()];
        const attempt = run && newest(run);
        assert.deepEqual([attempt?.status, attempt?.conclusion, others.length], [status, conclusion ?? null, 0]);
      }
    });
  }

  it("are those of that repository alone, one for each call that queued jobs", () => {
    const jobs = [1, 2, 3].map((id) => job({ id, workflowRunId: id, ...(id === 3 && { repository: "web" }) }));
    assert.deepEqual(
      replayed(jobs)
        .runsOf("Acme/API")
        .map(({ id }) => id),
      [1, 2],
    );
  });
});

describe("what is read back of runs", () => {
  it("holds although everything happened in the same moment, or the clock was set back", () => {
    const over = { state: "completed", result: "succeeded", startedAt: 1000, finishedAt: 1000 } as const;
    const same = [job({ id: 1, ...over }), job({ id: 2, ...over }), job({ id: 3, attempt: 2, ...over })];
    const run = replayed(same).run(1);
    assert.deepEqual(
      run?.attempts.map(({ conclusion, jobs }) => [conclusion, jobs.length]),
      [
        ["success", 2],
        ["success", 1],
      ],
    );
    const back = replayed([job({ ...over, startedAt: 900, finishedAt: 800 })]).job(1)?.job;
    assert.deepEqual([back?.startedAt, back?.completedAt, back?.status], [1000, 1000, "completed"]);
  });
});

const follower = (model: ActionsModel) =>
  new JobsFollower(model, ({ agentId = 0 }) => ({ id: agentId, name: "", groupId: 1, groupName: "Default" }));

/** As after a restart: from what the jobs are now. */
function replayed(jobs: readonly Job[]): ActionsModel {
  const model = new ActionsModel(new ManualClock());
  follower(model).replay(jobs);
  return model;
}

/** As it goes: each job is seen queued first, then with whatever came next. */
function followed(jobs: readonly Job[]): ActionsModel {
  const model = new ActionsModel(new ManualClock());
  const seen = follower(model);
  for (const { id } of jobs) seen.follow(job({ id }));
  for (const each of [...jobs].sort((left, right) => (left.finishedAt ?? 0) - (right.finishedAt ?? 0))) {
    seen.follow({ ...each, state: "started", finishedAt: undefined });
    seen.follow(each);
  }
  return model;
}

describe("the job that a runner takes", () => {
  const label = fc.constantFrom("gpu", "GPU", "large", "linux", "self-hosted", "x64", "other");

  it("is the first of its scope whose labels it carries all of, whatever their case", () => {
    fc.assert(
      fc.property(
        fc.array(label),
        fc.array(fc.record({ runsOn: fc.array(label, { minLength: 1 }), repository: fc.constantFrom("api", "web") })),
        fc.constantFrom("acme", "acme/api", "enterprises/globex", "elsewhere"),
        (labels, wanted, scope) => {
          const jobs = wanted.map((part, id) => job({ ...part, id }));
          const taken = firstJobFor({ scope, groupId: 1, labels, ephemeral: true }, jobs);
          const lower = [...commonLabels, ...labels].map((name) => name.toLowerCase());
          const fits = ({ runsOn = [], repository }: Job) =>
            runsOn.every((name) => lower.includes(name.toLowerCase())) &&
            (scope === "acme" || scope.startsWith("enterprises/") || (scope === "acme/api" && repository === "api"));
          assert.equal(taken?.id, jobs.find(fits)?.id);
        },
      ),
    );
  });
});

describe("workflow runs and jobs on the wire", () => {
  const runList = z.object({
    total_count: z.number(),
    workflow_runs: z.array(z.object({ id: z.number(), status: z.string() })),
  });
  const jobList = z.object({
    total_count: z.number(),
    jobs: z.array(z.object({ status: z.string(), labels: z.array(z.string()), runner_name: z.string().nullable() })),
  });
  let github: Fixture;
  beforeEach(async () => {
    github = await startFixture();
  });
  afterEach(() => github.close());

  const runs = async (status: string) =>
    runList.parse((await rest(github, "GET", `/repos/acme/sandbox/actions/runs?status=${status}`)).body).workflow_runs;

  it("move from queued over in_progress to completed, and so do the jobs", async () => {
    await github.admin.queueJobs({ runsOn: ["self-hosted", "gpu"] });
    const [run] = await runs("queued");
    const jobs = async () =>
      jobList.parse((await rest(github, "GET", `/repos/acme/sandbox/actions/runs/${run?.id ?? 0}/jobs`)).body).jobs;
    assert.deepEqual(await jobs(), [{ status: "queued", labels: ["self-hosted", "gpu"], runner_name: null }]);
    const runner = await startRunner(github, { labels: ["gpu"] });
    const id = (await runner.job()) ?? 0;
    await runner.started(id);
    assert.deepEqual([await runs("queued"), (await runs("in_progress")).length], [[], 1]);
    assert.deepEqual(await jobs(), [{ status: "in_progress", labels: ["self-hosted", "gpu"], runner_name: "r1" }]);
    await runner.finished(id, "failed");
    assert.deepEqual(
      [await runs("in_progress"), (await runs("completed")).length, (await runs("failure")).length],
      [[], 1, 1],
    );
  });

  it("come in pages, each with the way to the others", async () => {
    await github.admin.queueJobs({ runsOn: ["self-hosted"], count: 120 });
    const found: number[] = [];
    let next: string | undefined = `${github.url}/api/v3/repos/acme/sandbox/actions/runs/1/jobs?per_page=50`;
    while (next !== undefined) {
      const reply: Response = await fetch(next, { headers: { Authorization: `Bearer ${token}` } });
      const page = jobList.parse(await reply.json());
      assert.equal(page.total_count, 120);
      found.push(page.jobs.length);
      next = /<([^>]+)>; rel="next"/.exec(reply.headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(found, [50, 50, 20]);
  });

  it("says nothing of other pages when there are none, and gives at most a hundred at once", async () => {
    await github.admin.queueJobs({ runsOn: ["self-hosted"], count: 101 });
    const get = (query: string) =>
      fetch(`${github.url}/repos/acme/sandbox/actions/runs${query}`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal((await get("")).headers.get("link"), null);
    const jobs = await rest(github, "GET", "/repos/acme/sandbox/actions/runs/1/jobs?per_page=500");
    assert.equal(jobList.parse(jobs.body).jobs.length, 100);
    const unknown = await send("GET", `${github.url}/repos/acme/sandbox/actions/runs/9/jobs`, `Bearer ${token}`);
    assert.equal(unknown.status, 404);
  });
});

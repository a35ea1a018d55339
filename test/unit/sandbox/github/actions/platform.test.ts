import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startFixture, token, type Fixture } from "../fixtures";
import { rest, startRunner } from "../legacy-client";
import { startReceiver } from "./fixtures";

const secret = "the-webhook-secret";

describe("jobs of the stand-in, seen as runs", () => {
  let github: Fixture;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeEach(async () => {
    [github, receiver] = await Promise.all([startFixture({ runnerGroups: ["gpu"] }), startReceiver()]);
  });
  afterEach(() => Promise.all([github.close(), receiver.close()]));

  /** Queues two jobs in one run; one fails, the other is cancelled before a runner has it. */
  const play = async () => {
    const origin = { repository: "api", workflow: ".github/workflows/deploy.yml", branch: "feature/x", event: "push" };
    const { jobs } = await github.admin.queueJobs({ runsOn: ["self-hosted", "fast"], count: 2, ...origin });
    const runner = await startRunner(github, { labels: ["fast"] });
    const id = (await runner.job()) ?? 0;
    await runner.started(id);
    await runner.finished(id, "failed");
    const other = jobs.find((job) => job.id !== id);
    await github.admin.cancelJob(other?.id ?? 0);
    return { id, other: other?.id };
  };
  const messages = async (count: number) => {
    for (let tries = 0; receiver.received.length < count && tries < 100; tries += 1) await sleep(20);
    return receiver.received.map(({ headers, text }) => {
      const { action } = z.object({ action: z.string() }).parse(JSON.parse(text));
      return `${String(headers["x-github-event"])} ${action}`;
    });
  };

  it("tell webhooks of each step, and stand in the ledger with the times of the jobs", async () => {
    const { id: hook } = await github.admin.addWebhook({ url: receiver.url, secret });
    const { id, other } = await play();
    assert.deepEqual((await messages(8)).sort(), [
      "workflow_job completed",
      "workflow_job completed",
      "workflow_job in_progress",
      "workflow_job queued",
      "workflow_job queued",
      "workflow_run completed",
      "workflow_run in_progress",
      "workflow_run requested",
    ]);
    const { attempts, transitions } = await github.admin.actionsLedger();
    assert.equal(transitions.length, 8);
    assert.equal(attempts.length, 1);
    const { repository, workflow, branch, event, status, conclusion, jobs = [] } = { ...attempts[0] };
    assert.deepEqual(
      [repository, workflow, branch, event, status, conclusion],
      ["acme/api", ".github/workflows/deploy.yml", "feature/x", "push", "completed", "failure"],
    );
    const known = new Map((await github.admin.jobs()).map((job) => [job.id, job]));
    for (const job of jobs) {
      const { queuedAt, startedAt = null, finishedAt } = known.get(job.jobId) ?? {};
      assert.deepEqual([job.createdAt, job.startedAt, job.completedAt], [queuedAt, startedAt, finishedAt]);
    }
    assert.deepEqual(
      jobs.map(({ jobId, conclusion: end }) => [jobId, end]),
      [
        [id, "failure"],
        [other, "cancelled"],
      ],
    );
    const [shown] = await github.admin.webhooks();
    assert.deepEqual(shown?.deliveries, { total: 8, failed: 0 });
    assert.ok(!JSON.stringify(shown).includes(secret));
    const log = z.array(z.object({ status_code: z.number() }));
    const deliveries = await rest(github, "GET", `/orgs/acme/hooks/${hook}/deliveries`);
    assert.equal(log.parse(deliveries.body).length, 8);
  });

  it("are the same after a restart, and so is where webhooks go", async () => {
    await github.admin.addWebhook({ url: receiver.url, secret, events: ["workflow_run"] });
    await play();
    await messages(3);
    const before = await github.admin.actionsLedger();
    const file = join(github.folder, "state", "webhooks.json");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    github = await github.restart();
    const after = await github.admin.actionsLedger();
    assert.deepEqual(after.attempts, before.attempts);
    const inOrder = (entries: typeof before.transitions) => entries.map((entry) => JSON.stringify(entry)).sort();
    assert.deepEqual(inOrder(after.transitions), inOrder(before.transitions));
    assert.equal(receiver.received.length, 3);
    await github.admin.queueJobs({ runsOn: ["nobody"] });
    assert.equal((await messages(4)).at(-1), "workflow_run requested");
    await github.admin.removeWebhook(1);
    await github.admin.queueJobs({ runsOn: ["nobody"] });
    assert.deepEqual(await github.admin.webhooks(), []);
    await assert.rejects(github.admin.removeWebhook(1), /Not Found/);
    await sleep(50);
    assert.equal(receiver.received.length, 4);
  });

  it("run again as the next attempt of the same run, also after a restart", async () => {
    await assert.rejects(github.admin.rerun(1), /no run with id 1/);
    await play();
    const { jobs } = await github.admin.rerun(1);
    await assert.rejects(github.admin.rerun(1), /run 1 cannot run again yet: its job \d is queued/);
    for (const { id } of jobs) await github.admin.cancelJob(id);
    const told = await github.admin.actionsLedger();
    const [first, second] = told.attempts;
    assert.equal(told.attempts.length, 2);
    assert.deepEqual([first?.attempt, second?.attempt, first?.runId, second?.runId], [1, 2, 1, 1]);
    assert.deepEqual([first?.conclusion, second?.conclusion, second?.branch], ["failure", "cancelled", "feature/x"]);
    github = await github.restart();
    assert.deepEqual((await github.admin.actionsLedger()).attempts, told.attempts);
    const one = await rest(github, "GET", "/repos/acme/api/actions/runs/1");
    assert.equal(z.object({ run_attempt: z.number() }).parse(one.body).run_attempt, 2);
  });

  it("refuse a webhook that makes no sense, and whoever is not the admin", async () => {
    const wrong = github.admin.addWebhook({ url: "ftp://x", secret: "", lossRate: 2 });
    await assert.rejects(wrong, /url: .*secret: .*lossRate: /);
    const response = await fetch(`${github.url}/_sandbox/webhooks`, { headers: { authorization: "Bearer wrong" } });
    assert.equal(response.status, 401);
  });

  it("are listed with tags that hold until something changes, and the log says what was charged", async () => {
    await github.admin.queueJobs({ runsOn: ["fast"], repository: "api" });
    const look = (known = "") =>
      fetch(`${github.url}/api/v3/repos/acme/api/actions/runs`, {
        headers: { authorization: `Bearer ${token}`, "if-none-match": known },
      });
    const first = await look();
    const tag = first.headers.get("etag") ?? "";
    const again = await look(tag);
    assert.deepEqual([first.status, again.status, again.headers.get("etag")], [200, 304, tag]);
    assert.equal(again.headers.get("x-ratelimit-used"), "1");
    const repositories = await rest(github, "GET", "/orgs/acme/repos");
    const names = z.array(z.object({ full_name: z.string() })).parse(repositories.body);
    assert.deepEqual(names, [{ full_name: "acme/api" }]);
  });
});

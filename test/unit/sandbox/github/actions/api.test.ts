import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import type { ActionsServer } from "../../../../../sandbox/github/actions/serve";
import { serveActions, type ServeOptions } from "../../../../../sandbox/github/actions/serve";
import type { Job } from "../../../../../sandbox/github/actions/types";
import { get, jobsOf, runner } from "./fixtures";

const idList = z.object({ total_count: z.number(), workflow_runs: z.array(z.object({ id: z.number() })) });
const jobList = z.object({ jobs: z.array(z.object({ id: z.number(), run_attempt: z.number(), status: z.string() })) });
const runs = "/repos/acme/api/actions/runs";
const job = { labels: ["runner-cpu"] };

describe("the REST API of the stand-in for Actions", () => {
  let github: ActionsServer;
  let clock: ManualClock;
  const serve = async (options: ServeOptions = {}) => {
    clock = new ManualClock();
    github = await serveActions({ firstId: 1, clock, ...options });
    github.model.addRepository("acme/api");
  };
  afterEach(() => github.close());

  const used = async () => (await get(github, "/rate_limit")).headers.get("x-ratelimit-used");

  it("answers 304 without charge while nothing has changed, and charges for what has", async () => {
    await serve();
    const run = github.model.startRun({ repository: "acme/api", jobs: [job] });
    const first = await get(github, runs);
    const tag = first.headers.get("etag") ?? "";
    assert.match(tag, /^W\/"[0-9a-f]{64}"$/);
    assert.equal(first.headers.get("cache-control"), "private, max-age=60, s-maxage=60");
    for (const known of [tag, tag.replace("W/", ""), `"other", ${tag}`]) {
      const again = await get(github, runs, { "if-none-match": known });
      assert.deepEqual([again.status, again.body, again.headers.get("x-ratelimit-used")], [304, undefined, "1"]);
      assert.equal(again.headers.get("etag"), tag);
    }
    github.model.startJob(jobsOf(run)[0]?.id ?? 0, runner);
    const changed = await get(github, runs, { "if-none-match": tag });
    assert.deepEqual([changed.status, changed.headers.get("x-ratelimit-used")], [200, "2"]);
    assert.deepEqual(
      github.requests.map(({ status, charged, who }) => [status, charged, who]),
      [[200, true, "token"], ...Array.from({ length: 3 }, () => [304, false, "token"]), [200, true, "token"]],
    );
  });

  it("knows a tag only of the very token and address that got it", async () => {
    await serve();
    github.model.startRun({ repository: "acme/api", jobs: [job] });
    const tag = (await get(github, runs)).headers.get("etag") ?? "";
    const other = await get(github, runs, { authorization: "Bearer two", "if-none-match": tag });
    const address = await get(github, `${runs}?created=2026-01-05`, { "if-none-match": tag });
    assert.deepEqual([other.status, address.status], [200, 200]);
  });

  it("changes the tag of a list with each kind of change in it, and with none elsewhere", async () => {
    await serve();
    const { model } = github;
    const tag = async (path = runs) => (await get(github, path)).headers.get("etag");
    const seen = new Set([await tag()]);
    const run = model.startRun({ repository: "acme/api", jobs: [job] });
    const [only] = jobsOf(run) as [Job];
    const jobs = `${runs}/${run.id}/jobs`;
    seen.add(await tag());
    const queued = await tag(jobs);
    model.startJob(only.id, runner);
    seen.add(await tag());
    assert.notEqual(await tag(jobs), queued);
    model.endJob(only.id, "success");
    seen.add(await tag());
    model.startRun({ repository: "acme/web", jobs: [job] });
    seen.add(await tag());
    model.rerun(run);
    seen.add(await tag());
    assert.equal(seen.size, 5);
  });

  it("shows runs newest first in pages of a hundred at most, and says where the others are", async () => {
    await serve();
    const ids = Array.from({ length: 120 }, () => github.model.startRun({ repository: "acme/api", jobs: [] }).id);
    const found: number[] = [];
    let next: string | undefined = `${github.url}/api/v3${runs}?per_page=500`;
    while (next !== undefined) {
      const { body, headers } = await get(github, next);
      const list = idList.parse(body);
      assert.equal(list.total_count, 120);
      found.push(...list.workflow_runs.map(({ id }) => id));
      assert.ok(found.length === 100 || found.length === 120);
      next = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(found, ids.reverse());
  });

  it("gives no more than a thousand results with a filter, and all without", async () => {
    await serve();
    for (let index = 0; index < 1010; index += 1) github.model.startRun({ repository: "acme/api", jobs: [] });
    const count = async (query: string) => idList.parse((await get(github, `${runs}?${query}`)).body);
    const capped = await count("per_page=100&page=11&branch=main");
    assert.deepEqual([capped.total_count, capped.workflow_runs.length], [1010, 0]);
    assert.equal((await count("per_page=100&page=10&branch=main")).workflow_runs.length, 100);
    assert.equal((await count("per_page=100&page=11")).workflow_runs.length, 10);
  });

  it("shows the jobs of the newest attempt, of one, or of all", async () => {
    await serve();
    const run = github.model.startRun({ repository: "acme/api", jobs: [job, job] });
    github.model.cancelRun(run);
    github.model.rerun(run);
    const attempts = async (path: string) => {
      const { body } = await get(github, `${runs}/${run.id}${path}`);
      return jobList.parse(body).jobs.map(({ run_attempt }) => run_attempt);
    };
    assert.deepEqual(await attempts("/jobs"), [2, 2]);
    assert.deepEqual(await attempts("/jobs?filter=all"), [1, 1, 2, 2]);
    assert.deepEqual(await attempts("/attempts/1/jobs"), [1, 1]);
    const first = await get(github, `${runs}/${run.id}/attempts/1`);
    const shown = z.object({ run_attempt: z.number(), conclusion: z.string() }).parse(first.body);
    assert.deepEqual(shown, { run_attempt: 1, conclusion: "cancelled" });
    assert.equal((await get(github, `${runs}/${run.id}/attempts/3`)).status, 404);
  });

  it("fills started_at of a job that nobody has, as GitHub does, and may show its end late", async () => {
    await serve({ jobsLagMillis: 5000 });
    const run = github.model.startRun({ repository: "acme/api", jobs: [job] });
    const [only] = jobsOf(run) as [Job];
    const path = `${runs}/${run.id}/jobs`;
    const shape = z.object({
      jobs: z.array(z.object({ status: z.string(), started_at: z.string(), runner_id: z.number().nullable() })),
    });
    const look = async () => shape.parse((await get(github, path)).body).jobs[0];
    assert.deepEqual(await look(), { status: "queued", started_at: "2026-01-05T00:00:00Z", runner_id: null });
    clock.advance(60_000);
    github.model.startJob(only.id, runner);
    github.model.endJob(only.id, "success");
    const began = { started_at: "2026-01-05T00:01:00Z", runner_id: 7 };
    assert.deepEqual(await look(), { status: "in_progress", ...began });
    clock.advance(5000);
    assert.deepEqual(await look(), { status: "completed", ...began });
  });

  it("hides what is not there behind 404, and all of it from those without a token", async () => {
    await serve({ tokens: ["one"] });
    const run = github.model.startRun({ repository: "acme/web", jobs: [job] });
    for (const path of [
      "/repos/acme/nothing/actions/runs",
      `${runs}/${run.id}`,
      `${runs}/${run.id}/jobs`,
      "/orgs/nobody/repos",
      "/orgs/acme/hooks/1/deliveries",
      "/nonsense",
    ]) {
      assert.equal((await get(github, path)).status, 404, path);
    }
    assert.equal((await get(github, runs, { authorization: "Bearer two" })).status, 401);
    assert.equal((await get(github, "/installation/repositories")).status, 403);
    assert.equal((await get(github, `${runs}?created=yesterday`)).status, 422);
  });

  it("refuses when the budget is used up, and says so in the log", async () => {
    await serve({ limits: { tokenPerHour: 1 } });
    await get(github, runs);
    const refused = await get(github, runs);
    assert.deepEqual([refused.status, refused.headers.get("x-ratelimit-remaining")], [403, "0"]);
    const { limited, early, charged } = github.requests[1] ?? {};
    assert.deepEqual({ limited, early, charged }, { limited: "primary", early: true, charged: false });
    assert.equal(await used(), "1");
  });

  it("takes its time, breaks what it is told to break, and writes one line for each request", async () => {
    const logFolder = mkdtempSync(join(tmpdir(), "actions-"));
    await serve({ latency: { millis: 60, spread: 0.5 }, logFolder });
    const began = performance.now();
    await get(github, runs);
    const took = performance.now() - began;
    assert.ok(took >= 29 && took < 1000, `${took} ms`);
    github.faults = { badGateway: 1 };
    const bad = await fetch(`${github.url}${runs}`, { headers: { authorization: "Bearer one" } });
    assert.deepEqual([bad.status, bad.headers.get("content-type")], [502, "text/html"]);
    github.model.startRun({ repository: "acme/api", jobs: [job] });
    github.faults = { cut: 1 };
    await assert.rejects(async () => get(github, runs));
    github.faults = { reset: 1 };
    await assert.rejects(async () => get(github, runs), /fetch failed/);
    github.faults = { stall: 1, stallMillis: 200 };
    await get(github, runs);
    await github.close();
    const lines = readFileSync(join(logFolder, "requests.ndjson"), "utf8").trim().split("\n");
    rmSync(logFolder, { recursive: true });
    const line = z.object({
      status: z.number(),
      charged: z.boolean().optional(),
      fault: z.string().optional(),
      ms: z.number(),
    });
    const log = lines.map((text) => line.parse(JSON.parse(text)));
    assert.deepEqual(
      log.map(({ status, charged, fault }) => [status, charged, fault]),
      [
        [200, true, undefined],
        [502, undefined, "badGateway"],
        [200, true, "cut"],
        [0, undefined, "reset"],
        [200, true, "stall"],
      ],
    );
    assert.ok((log.at(-1)?.ms ?? 0) >= 200);
    await serve();
  });
});

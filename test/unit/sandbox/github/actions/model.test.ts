import assert from "node:assert/strict";
import fc from "fast-check";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { Ledger, truthOf, type AttemptTruth, type LedgerEntry } from "../../../../../sandbox/github/actions/ledger";
import { ActionsModel, newest } from "../../../../../sandbox/github/actions/model";
import { endOf, statusOf } from "../../../../../sandbox/github/actions/status";
import type { Conclusion, Job, Status } from "../../../../../sandbox/github/actions/types";
import { jobsOf, runner } from "./fixtures";

function start() {
  const clock = new ManualClock();
  const model = new ActionsModel(clock);
  return { clock, model, ledger: new Ledger(model) };
}

const spec = { repository: "acme/api", jobs: [{ labels: ["runner-cpu"] }, { labels: ["runner-gpu"] }] };
const said = ({ event, action, attempt, conclusion }: LedgerEntry) => [event, action, attempt, conclusion];

describe("the model of GitHub Actions", () => {
  it("takes a run from its request to its end, and writes down each step", () => {
    const { clock, model, ledger } = start();
    const began = clock.now();
    const run = model.startRun(spec);
    const [first, second] = jobsOf(run) as [Job, Job];
    clock.advance(20_000);
    model.startJob(first.id, runner);
    clock.advance(60_000);
    model.endJob(first.id, "success");
    model.startJob(second.id, runner);
    clock.advance(5_000);
    model.endJob(second.id, "failure");
    assert.deepEqual(ledger.entries.map(said), [
      ["workflow_run", "requested", 1, null],
      ["workflow_job", "queued", 1, null],
      ["workflow_job", "queued", 1, null],
      ["workflow_run", "in_progress", 1, null],
      ["workflow_job", "in_progress", 1, null],
      ["workflow_job", "completed", 1, "success"],
      ["workflow_job", "in_progress", 1, null],
      ["workflow_job", "completed", 1, "failure"],
      ["workflow_run", "completed", 1, "failure"],
    ]);
    const [truth] = truthOf(model) as [AttemptTruth];
    assert.deepEqual([truth.conclusion, truth.startedAt, truth.updatedAt], ["failure", began, began + 85_000]);
    assert.deepEqual(
      truth.jobs.map(({ startedAt, completedAt }) => [startedAt, completedAt]),
      [
        [began + 20_000, began + 80_000],
        [began + 80_000, began + 85_000],
      ],
    );
  });

  it("runs again under the same id and time of creation, with a time, jobs and a number of its own", () => {
    const { clock, model, ledger } = start();
    const run = model.startRun(spec);
    const { createdAt, id } = run;
    model.cancelRun(run);
    clock.advance(3_600_000);
    const again = model.rerun(run);
    assert.deepEqual([run.id, run.createdAt, again.number, again.startedAt], [id, createdAt, 2, createdAt + 3_600_000]);
    assert.deepEqual(
      again.jobs.map(({ attempt, labels }) => [attempt, labels]),
      spec.jobs.map(({ labels }) => [2, labels]),
    );
    const ids = run.attempts.flatMap(({ jobs }) => jobs.map((job) => job.id));
    assert.equal(new Set(ids).size, 4);
    assert.deepEqual(said(ledger.entries.at(-3) as LedgerEntry), ["workflow_run", "requested", 2, null]);
  });

  it("lets jobs wait for an environment, and be added to a run that is kept open", () => {
    const { model } = start();
    const run = model.startRun({ ...spec, jobs: [{ labels: ["a"], waiting: true }], open: true });
    const [waiting] = jobsOf(run) as [Job];
    assert.equal(newest(run).status, "waiting");
    assert.throws(() => model.startJob(waiting.id, runner), /job 1 is waiting, must be queued/);
    model.releaseJob(waiting.id);
    model.startJob(waiting.id, runner);
    model.endJob(waiting.id, "success");
    assert.equal(newest(run).status, "in_progress");
    const further = model.addJob(run, { labels: ["b"] });
    assert.throws(() => model.endRun(run), /its job 2 is queued/);
    model.endJob(further.id, "skipped");
    model.endRun(run);
    assert.deepEqual([newest(run).status, newest(run).conclusion], ["completed", "success"]);
    assert.throws(() => model.addJob(run, { labels: ["c"] }), /run 1 is completed/);
    assert.throws(() => model.endJob(further.id, "success"), /job 2 is completed/);
  });

  const ends: [what: string, jobs: Conclusion[], run: Conclusion][] = [
    ["succeeds with all of them", ["success", "neutral", "skipped"], "success"],
    ["fails with one of them", ["success", "cancelled", "failure"], "failure"],
    ["fails when one takes too long", ["success", "timed_out"], "failure"],
    ["is cancelled with one of them", ["success", "cancelled"], "cancelled"],
    ["is skipped when all are", ["skipped", "skipped"], "skipped"],
    ["succeeds without any", [], "success"],
  ];
  for (const [what, jobs, run] of ends) {
    it(`says that a run ${what}`, () => {
      assert.equal(endOf(jobs.map((conclusion) => ({ conclusion }) as Job)), run);
    });
  }

  it("says what a run is by what its jobs are", () => {
    const table: [Status[], Status, Status][] = [
      [["queued", "waiting"], "queued", "queued"],
      [["waiting"], "queued", "waiting"],
      [["queued", "completed"], "queued", "in_progress"],
      [["queued"], "in_progress", "in_progress"],
      [["completed", "waiting"], "in_progress", "waiting"],
    ];
    for (const [jobs, former, status] of table) {
      assert.equal(
        statusOf(
          jobs.map((each) => ({ status: each }) as Job),
          former,
        ),
        status,
        jobs.join(),
      );
    }
  });

  it("keeps a ledger from which the truth follows, whatever happens", () => {
    const step = fc.tuple(fc.nat(5), fc.nat(20), fc.nat(9_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { clock, model, ledger } = start();
        for (const [kind, which, pause] of steps) play(model, kind, which, () => clock.advance(pause));
        for (const truth of truthOf(model)) {
          const own = ledger.entries.filter((one) => one.runId === truth.runId && one.attempt === truth.attempt);
          const last = own.filter(({ event }) => event === "workflow_run").at(-1);
          assert.equal(last?.action === "completed", truth.status === "completed");
          assert.equal(
            truth.status === "completed",
            truth.jobs.every(({ status }) => status === "completed"),
          );
          assert.deepEqual(
            [...own].sort((left, right) => left.at - right.at),
            own,
          );
          for (const job of truth.jobs) {
            const at = (action: string) =>
              own.find((one) => one.jobId === job.jobId && one.action === action)?.at ?? null;
            assert.deepEqual([at("queued"), at("in_progress")], [job.createdAt, job.startedAt]);
            assert.equal(at("completed"), job.completedAt);
          }
        }
      }),
    );
  });
});

/** One thing that may happen now; nothing when it may not. */
function play(model: ActionsModel, kind: number, which: number, pause: () => void): void {
  const runs = [...model.allRuns()];
  const jobs = runs.flatMap(jobsOf);
  const [run, job] = [runs[which % Math.max(1, runs.length)], jobs[which % Math.max(1, jobs.length)]];
  if (kind === 0 || run === undefined || job === undefined) {
    model.startRun({
      repository: "acme/api",
      jobs: Array.from({ length: 1 + (which % 3) }, () => ({ labels: ["a"] })),
    });
  } else if (kind === 1 && newest(run).status === "completed") model.rerun(run);
  else if (kind === 2 && newest(run).status !== "completed") model.cancelRun(run);
  else if (kind === 3 && job.status === "queued") model.startJob(job.id, runner);
  else if (job.status !== "completed") model.endJob(job.id, which % 2 === 0 ? "success" : "failure");
  pause();
}

describe("the clock that is moved by hand", () => {
  it("does what is due in order, each at its own time", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 50 }), (delays) => {
        const clock = new ManualClock(0);
        const done: [number, number][] = [];
        delays.forEach((delay, index) => clock.after(delay, () => done.push([clock.now(), index])));
        clock.advance(1000);
        const wanted = delays.map((delay, index): [number, number] => [delay, index]);
        assert.deepEqual(
          done,
          wanted.sort((left, right) => left[0] - right[0] || left[1] - right[1]),
        );
        assert.equal(clock.now(), 1000);
      }),
    );
  });

  it("does what was put off on the way, and leaves what was called off or is not due", () => {
    const clock = new ManualClock(0);
    const done: number[] = [];
    clock.after(10, () => clock.after(10, () => done.push(clock.now())));
    clock.after(15, () => done.push(-1))();
    clock.after(31, () => done.push(31));
    clock.advance(30);
    assert.deepEqual(done, [20]);
  });
});

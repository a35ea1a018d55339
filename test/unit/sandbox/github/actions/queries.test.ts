import assert from "node:assert/strict";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { ActionsModel } from "../../../../../sandbox/github/actions/model";
import { dateRange, matches, runFilter } from "../../../../../sandbox/github/actions/queries";

describe("filters of run lists", () => {
  const noon = "2026-01-05T12:00:00Z";
  const table: [created: string, at: string, fits: boolean][] = [
    ["2026-01-05", "2026-01-05T23:59:59.999Z", true],
    ["2026-01-05", "2026-01-06T00:00:00Z", false],
    [`>=${noon}`, noon, true],
    [`>${noon}`, "2026-01-05T12:00:00.900Z", false],
    [`>${noon}`, "2026-01-05T12:00:01Z", true],
    [`<=${noon}`, "2026-01-05T12:00:00.900Z", true],
    [`<${noon}`, noon, false],
    ["<2026-01-05", "2026-01-04T23:59:59Z", true],
    [`${noon}..*`, "2030-01-01T00:00:00Z", true],
    [`*..${noon}`, "2026-01-05T12:00:01Z", false],
    ["2026-01-04..2026-01-05", "2026-01-05T23:00:00Z", true],
    ["2026-01-05T12:00:00+02:00", "2026-01-05T10:00:00Z", true],
  ];
  for (const [created, at, fits] of table) {
    it(`created=${created} ${fits ? "takes" : "leaves"} ${at}`, () => {
      const model = new ActionsModel(new ManualClock(Date.parse(at)));
      const run = model.startRun({ repository: "acme/api", jobs: [] });
      assert.equal(matches(run, { created: dateRange(created) }), fits);
    });
  }

  it("fails for what is no date", () => {
    for (const text of ["yesterday", ">=", "2026-13-45", ""]) assert.throws(() => dateRange(text), /no date|created/);
  });

  it("are absent unless something is asked for that narrows the list down", () => {
    assert.equal(runFilter(new URLSearchParams("per_page=100&page=2&exclude_pull_requests=true")), undefined);
    const filter = runFilter(new URLSearchParams("branch=main&event=push&status=failure&head_sha=abc&actor=octocat"));
    assert.deepEqual(
      { ...filter, created: undefined },
      { branch: "main", event: "push", status: "failure", headSha: "abc", actor: "octocat", created: undefined },
    );
  });

  it("take a status as well as a conclusion, and all of them must fit", () => {
    const model = new ActionsModel(new ManualClock());
    const run = model.startRun({ repository: "acme/api", branch: null, event: "schedule", jobs: [{ labels: ["a"] }] });
    assert.ok(matches(run, { status: "queued", event: "schedule" }));
    assert.ok(!matches(run, { branch: "main" }));
    model.cancelRun(run);
    assert.ok(matches(run, { status: "cancelled" }) && matches(run, { status: "completed" }));
    assert.ok(!matches(run, { status: "cancelled", event: "push" }));
  });
});

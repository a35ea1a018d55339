import assert from "node:assert/strict";

import { ApiError, type ScaleSet, type ScaleSets } from "../../../../apps/runner-schedule/kubernetes";
import { passes, pauseMs } from "../../../../apps/runner-schedule/loop";
import { Metrics } from "../../../../apps/runner-schedule/metrics";
import type { ScheduledSet } from "../../../../components/arc/schedule/config";
import { limitAnnotations } from "../../../../components/arc/schedule/handover";

function scheduled(name: string, start = "0 9 * * *"): ScheduledSet {
  return {
    name,
    namespace: "runners",
    base: { minRunners: 1, maxRunners: 10 },
    windows: [{ name: "day", start, end: "0 18 * * *", timeZone: "UTC", minRunners: 5 }],
  };
}

/** Scale sets in memory; a name in `broken` fails. */
function cluster(names: readonly string[], broken: Set<string> = new Set()) {
  const objects = new Map<string, ScaleSet>(
    names.map((name) => [
      name,
      {
        metadata: { resourceVersion: "1", annotations: limitAnnotations(true) },
        spec: { minRunners: 1, maxRunners: 10 },
      },
    ]),
  );
  const patched: string[] = [];
  const scaleSets: ScaleSets = {
    get: (_namespace, name) =>
      broken.has(name) ? Promise.reject(new Error("connection\nrefused")) : Promise.resolve(objects.get(name)),
    patch: (_namespace, name, body) => {
      const object: ScaleSet = { ...(objects.get(name) ?? assert.fail()), spec: (body as ScaleSet).spec ?? {} };
      objects.set(name, object);
      patched.push(`${name} ${object.spec?.minRunners ?? 0}`);
      return Promise.resolve(object);
    },
  };
  return { objects, patched, scaleSets };
}

function looking(sets: readonly ScheduledSet[], scaleSets: ScaleSets) {
  const lines: string[] = [];
  const metrics = new Metrics(sets);
  const pass = passes(sets, {
    scaleSets,
    metrics,
    log: (level, message, fields) => lines.push(`${level} ${String(fields?.["scaleSet"])}: ${message}`),
  });
  return { lines, metrics, pass };
}

describe("pauseMs", () => {
  const now = Date.UTC(2026, 2, 2);
  const cases: [what: string, failures: number, until: number, expected: number][] = [
    ["until the next boundary", 0, 5_000, 5_001],
    ["a minute at most", 0, 3_600_000, 60_000],
    ["a moment when the boundary has just passed", 0, -20, 1],
    ["a second after the first failure", 1, 3_600_000, 1_000],
    ["twice as long after each further one", 4, 3_600_000, 8_000],
    ["never more than a minute", 40, 3_600_000, 60_000],
    ["not beyond a boundary", 7, 5_000, 5_001],
    ["a minute without any window", 0, Infinity, 60_000],
  ];
  for (const [what, failures, until, expected] of cases) {
    it(`waits ${what}`, () => assert.equal(pauseMs(failures, now + until, now), expected));
  }
});

describe("a look at all sets", () => {
  it("changes each set once at a boundary and says so once", async () => {
    const sets = [scheduled("a"), scheduled("b", "0 12 * * *")];
    const { scaleSets, patched } = cluster(["a", "b"]);
    const { pass, lines } = looking(sets, scaleSets);
    const early = await pass(new Date("2026-03-02T08:59:59Z"));
    assert.deepEqual(patched, []);
    assert.deepEqual(early, { failed: false, until: Date.parse("2026-03-02T09:00:00Z") });
    for (const second of ["00", "30", "59"]) await pass(new Date(`2026-03-02T09:00:${second}Z`));
    const late = await pass(new Date("2026-03-02T09:01:00Z"));
    assert.equal(late.until, Date.parse("2026-03-02T12:00:00Z"));
    assert.deepEqual(patched, ["a 5"]);
    await pass(new Date("2026-03-02T18:00:00Z"));
    assert.deepEqual(patched, ["a 5", "a 1"]);
    assert.deepEqual(lines, [
      "info a: the scale set has what the schedule wants",
      "info b: the scale set has what the schedule wants",
      "info a: changed the scale set",
      "info a: changed the scale set",
    ]);
  });

  it("makes up for boundaries that passed while it was away, in one step", async () => {
    const sets = [scheduled("a")];
    const { scaleSets, patched } = cluster(["a"]);
    await looking(sets, scaleSets).pass(new Date("2026-03-02T20:00:00Z"));
    assert.deepEqual(patched, [], "the window has opened and closed meanwhile");
    await looking(sets, scaleSets).pass(new Date("2026-03-05T10:00:00Z"));
    assert.deepEqual(patched, ["a 5"]);
  });

  it("undoes what somebody changed by hand, and takes up a set that was made anew", async () => {
    const sets = [scheduled("a")];
    const { scaleSets, patched, objects } = cluster(["a"]);
    const { pass, lines } = looking(sets, scaleSets);
    const now = new Date("2026-03-02T10:00:00Z");
    const original = objects.get("a") ?? assert.fail();
    await pass(now);
    objects.set("a", { ...original, spec: { minRunners: 9, maxRunners: 10 } });
    await pass(now);
    objects.delete("a");
    await pass(now);
    await pass(now);
    objects.set("a", original);
    await pass(now);
    assert.deepEqual(patched, ["a 5", "a 5", "a 5"]);
    assert.equal(lines.filter((line) => line.includes("there is no such scale set")).length, 1);
  });

  it("looks at the others when one fails, tells the reason on one line, and comes back to it", async () => {
    const sets = [scheduled("a"), scheduled("b")];
    const broken = new Set(["a"]);
    const { scaleSets, patched } = cluster(["a", "b"], broken);
    const { pass, lines, metrics } = looking(sets, scaleSets);
    const now = new Date("2026-03-02T10:00:00Z");
    assert.deepEqual(await pass(now), { failed: true, until: Date.parse("2026-03-02T18:00:00Z") });
    assert.deepEqual(patched, ["b 5"]);
    assert.ok(lines.includes("error a: could not look at or change the scale set; trying again soon"));
    broken.clear();
    assert.equal((await pass(now)).failed, false);
    assert.deepEqual(patched, ["b 5", "a 5"]);
    const text = metrics.text();
    for (const line of [
      'runner_schedule_errors_total{scale_set="a",scale_set_namespace="runners"} 1',
      'runner_schedule_changes_total{scale_set="b",scale_set_namespace="runners"} 1',
      'runner_schedule_min_runners{scale_set="a",scale_set_namespace="runners"} 5',
      'runner_schedule_max_runners{scale_set="a",scale_set_namespace="runners"} 10',
      'runner_schedule_window_open{scale_set="a",scale_set_namespace="runners"} 1',
      `runner_schedule_last_pass_timestamp_seconds ${now.getTime() / 1000}`,
    ])
      assert.ok(text.split("\n").includes(line), `${line} is not in\n${text}`);
  });

  it("looks again without alarm when somebody else has written in between", async () => {
    const { scaleSets, patched } = cluster(["a"]);
    let conflicts = 1;
    const contested: ScaleSets = {
      get: scaleSets.get,
      patch: (...args) =>
        conflicts-- > 0 ? Promise.reject(new ApiError(409, "the object has been modified")) : scaleSets.patch(...args),
    };
    const { pass, lines, metrics } = looking([scheduled("a")], contested);
    const now = new Date("2026-03-02T10:00:00Z");
    assert.equal((await pass(now)).failed, true);
    assert.equal((await pass(now)).failed, false);
    assert.deepEqual(patched, ["a 5"]);
    assert.deepEqual(lines, [
      "info a: the scale set was written to meanwhile; looking again",
      "info a: changed the scale set",
    ]);
    assert.match(metrics.text(), /runner_schedule_errors_total\{scale_set="a"[^}]*\} 0/);
  });

  it("warns once of a set that has become Outdated", async () => {
    const { scaleSets, objects } = cluster(["a"]);
    const { pass, lines, metrics } = looking([scheduled("a")], scaleSets);
    const now = new Date("2026-03-02T20:00:00Z");
    await pass(now);
    objects.set("a", { ...(objects.get("a") ?? assert.fail()), status: { phase: "Outdated" } });
    await pass(now);
    await pass(now);
    assert.equal(lines.filter((line) => line.startsWith("warn a: the scale set is Outdated")).length, 1);
    assert.match(metrics.text(), /runner_schedule_scale_set_outdated\{scale_set="a"[^}]*\} 1/);
  });
});

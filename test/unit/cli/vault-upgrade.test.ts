import assert from "node:assert/strict";

import fc from "fast-check";

import { parseSeconds } from "../../../cli/vault/duration";
import { nextStep, type ObservedCluster, plannedSteps } from "../../../cli/vault/plan";
import { formatCluster } from "../../../cli/vault/print";
import { upgrade, type UpgradeAccess } from "../../../cli/vault/upgrade";
import { cluster, leader, names, server, SimulatedCluster } from "./vault-fixtures";

const [first = "", second = "", third = ""] = names;
const old = { revision: "old" };

describe("the next step of an upgrade", () => {
  const cases: readonly (readonly [string, ObservedCluster, string])[] = [
    ["nothing when all are current", cluster([leader(first), server(second), server(third)]), "done"],
    [
      "the last standby that is outdated",
      cluster([leader(first, old), server(second, old), server(third, old)]),
      "replace vault-2",
    ],
    [
      "the other standby when that one is current",
      cluster([leader(first, old), server(second, old), server(third)]),
      "replace vault-1",
    ],
    [
      "a standby although the leader has a higher number",
      cluster([server(first, old), server(second), leader(third, old)]),
      "replace vault-0",
    ],
    ["the leader hands over, last", cluster([leader(first, old), server(second), server(third)]), "stepDown vault-0"],
    [
      "the former leader once it is a standby",
      cluster([server(first, old), leader(second), server(third)]),
      "replace vault-0",
    ],
    [
      "waiting for the StatefulSet's controller",
      cluster([leader(first, old)], { settled: false }),
      "wait: the StatefulSet's controller has not seen its last change yet",
    ],
    [
      "waiting for a pod",
      cluster([leader(first, old), server(second, old), server(third, { revision: undefined, health: undefined })]),
      "wait: vault-2 is being replaced",
    ],
    [
      "waiting for an answer",
      cluster([leader(first, old), server(second, old), server(third, { health: undefined })]),
      "wait: vault-2 does not answer yet",
    ],
    [
      "waiting for somebody with shares",
      cluster([
        leader(first, old),
        server(second, old),
        server(third, { ready: false, health: { initialized: true, sealed: true, leader: false } }),
      ]),
      "wait: vault-2 is sealed",
    ],
    [
      "waiting for a server to join",
      cluster([
        leader(first, old),
        server(second, { ready: false, health: { initialized: false, sealed: true, leader: false } }),
      ]),
      "wait: vault-1 has not joined yet",
    ],
    [
      "waiting for Kubernetes",
      cluster([leader(first, old), server(second, { ready: false })]),
      "wait: vault-1 is not ready yet",
    ],
    [
      "waiting for an election",
      cluster([server(first, old), server(second)], { autopilot: undefined }),
      "wait: there is no leader yet",
    ],
    [
      "waiting while two servers think that they lead",
      cluster([leader(first, old), leader(second), server(third)]),
      "wait: there is no leader yet",
    ],
    [
      "waiting for a vote",
      cluster([leader(first, old), server(second)], { autopilot: { healthy: true, voters: [first] } }),
      "wait: vault-1 is no voter yet",
    ],
    [
      "waiting for autopilot",
      cluster([leader(first, old), server(second)], { autopilot: { healthy: false, voters: names } }),
      "wait: autopilot calls the cluster unhealthy",
    ],
    [
      "waiting for a server that fails, although all are current",
      cluster([leader(first), server(second, { ready: false })]),
      "wait: vault-1 is not ready yet",
    ],
  ];
  for (const [what, observed, expected] of cases) {
    it(`is ${what}`, () => {
      const step = nextStep(observed);
      const text =
        step.kind === "wait" ? `wait: ${step.reason}` : step.kind === "done" ? "done" : `${step.kind} ${step.server}`;
      assert.equal(text, expected);
    });
  }
});

/** Runs an upgrade by a clock of its own. */
async function run(access: UpgradeAccess, timeoutSeconds = 60): Promise<{ replaced: number; lines: string[] }> {
  const lines: string[] = [];
  let clock = 0;
  const replaced = await upgrade(access, {
    timeoutSeconds,
    report: (line) => lines.push(line),
    sleep: (seconds) => {
      clock += seconds;
      return Promise.resolve();
    },
    now: () => clock,
  });
  return { replaced, lines };
}

describe("upgrade", () => {
  it("replaces the standbys, lets the leader hand over, and replaces it last", async () => {
    const access = new SimulatedCluster(3, { leader: 1 });
    assert.equal((await run(access)).replaced, 3);
    assert.deepEqual(access.done, ["replace vault-2", "replace vault-0", "stepDown vault-1", "replace vault-1"]);
  });

  it("goes on where it was broken off, and does nothing to a cluster that is current", async () => {
    const half = new SimulatedCluster(3, { leader: 0, current: [2] });
    await run(half);
    assert.deepEqual(half.done, ["replace vault-1", "stepDown vault-0", "replace vault-0"]);
    const current = new SimulatedCluster(3, { leader: 0, current: [0, 1, 2] });
    assert.equal((await run(current)).replaced, 0);
    assert.deepEqual(current.done, []);
  });

  it("says what it waits for, once", async () => {
    const { lines } = await run(new SimulatedCluster(3, { leader: 0, away: () => 4 }));
    assert.deepEqual(lines.slice(0, 3), [
      "replacing vault-2",
      "  waiting: vault-2 does not answer yet",
      "replacing vault-1",
    ]);
  });

  it("touches no other server when one does not come back, and says so", async () => {
    const access = new SimulatedCluster(3, { leader: 0, away: () => 1_000_000 });
    await assert.rejects(run(access), {
      name: "UserError",
      message:
        "nothing has moved for 60 s: vault-2 does not answer yet. No further server is touched; when it is solved, start the command again",
    });
    assert.deepEqual(access.done, ["replace vault-2"]);
  });

  it("gives up on a leader that is elected again and again", async () => {
    const access = new SimulatedCluster(3, { leader: 0, current: [1, 2], elect: (from) => from });
    await assert.rejects(run(access), /vault-0 has become the leader again 3 times/);
    assert.equal(access.done.length, 3);
  });

  it("waits while a disruption budget refuses", async () => {
    const access = new SimulatedCluster(3, { leader: 0, current: [0, 1] });
    let refusals = 2;
    const guarded: UpgradeAccess = {
      observe: () => access.observe(),
      stepDown: (name) => access.stepDown(name),
      replace: (name) => (refusals-- > 0 ? Promise.resolve(false) : access.replace(name)),
    };
    assert.equal((await run(guarded)).replaced, 1);
    const always: UpgradeAccess = {
      ...guarded,
      observe: new SimulatedCluster(3, { leader: 0 }).observe.bind(new SimulatedCluster(3, { leader: 0 })),
      replace: () => Promise.resolve(false),
    };
    await assert.rejects(run(always), /a disruption budget does not let vault-2 go/);
  });

  it("never has two servers away at once, and replaces each outdated one exactly once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(3, 5),
        fc.nat(4),
        fc.uniqueArray(fc.nat(4)),
        fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 5, maxLength: 5 }),
        async (size, position, current, pauses) => {
          const access = new SimulatedCluster(size, {
            leader: position % size,
            current,
            away: (replacement) => pauses[replacement] ?? 1,
          });
          const { replaced } = await run(access, 600);
          const outdated = Array.from({ length: size }, (_, index) => index).filter(
            (index) => !current.includes(index),
          );
          assert.equal(replaced, outdated.length);
          const replacements = access.done.filter((line) => line.startsWith("replace"));
          assert.deepEqual([...replacements].sort(), outdated.map((index) => `replace vault-${index}`).sort());
          assert.ok(access.mostMissing <= 1);
          assert.ok(access.done.filter((line) => line.startsWith("stepDown")).length <= 1);
          if (!current.includes(position % size)) assert.equal(replacements.at(-1), `replace vault-${position % size}`);
        },
      ),
    );
  });
});

describe("what the command prints", () => {
  it("is the servers, and what is to be done", () => {
    const text = formatCluster(cluster([server(first, old), leader(second, old), server(third)]));
    assert.match(text, /vault-0\s+outdated\s+ready\s+standby\s+yes/);
    assert.match(text, /vault-2\s+current/);
    assert.match(
      text,
      / {2}1\. replace vault-0\n {2}2\. vault-1 hands over to another server\n {2}3\. replace vault-1$/,
    );
  });

  it("is why nothing can be done", () => {
    const sealed = server(third, { ready: false, health: { initialized: true, sealed: true, leader: false } });
    const text = formatCluster(cluster([leader(first), server(second), sealed]));
    assert.match(text, /All servers are current\.\nNothing can be done at present: vault-2 is sealed\.$/);
  });

  it("plans what an undisturbed upgrade does", async () => {
    const access = new SimulatedCluster(5, { leader: 2, current: [4] });
    const planned = plannedSteps(await access.observe()).map(({ kind, server: name }) => `${kind} ${name}`);
    await run(access);
    assert.deepEqual(access.done, planned);
  });
});

describe("parseSeconds", () => {
  it("reads durations, and refuses what is none", () => {
    assert.deepEqual(["90s", "15m", "1h"].map(parseSeconds), [90, 900, 3600]);
    for (const text of ["", "0s", "5", "1.5m", "-1s"]) assert.throws(() => parseSeconds(text), /use a number/);
  });
});

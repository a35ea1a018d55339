import assert from "node:assert/strict";
import fc from "fast-check";
import { ActionsService } from "../../../../sandbox/github/service";
import type { Change } from "../../../../sandbox/github/service/state";
import type { Agent, Job, Statistics } from "../../../../sandbox/github/service/types";
import { ServiceError } from "../../../../sandbox/github/service";

const runnerMillis = 30_000;
const sessionMillis = 60_000;
const reportMillis = 2_000;

/** One step of a listener, a controller, a runner, a user, or time; the numbers choose among what there is. */
type Step = readonly [kind: string, choice: number, amount: number];

/** How often each kind of step comes: those that a job needs to get ahead more often than those that throw it back. */
const weights: Readonly<Record<string, number>> = {
  ...{ queue: 6, createSet: 4, openSession: 4, pollDirect: 8, pollOffer: 8, acknowledge: 3, acquire: 8, acquirable: 1 },
  ...{ register: 10, connect: 12, take: 14, start: 14, finish: 8 },
  ...{ removeSet: 1, closeSession: 1, disconnect: 1, removeAgent: 1, cancel: 1, wait: 4, restart: 1 },
};

// fast-check would keep the scripts short, and short ones never come to a running job.
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.oneof(...Object.entries(weights).map(([kind, weight]) => ({ weight, arbitrary: fc.constant(kind) }))),
    fc.nat(20),
    fc.nat(12),
  ),
  { minLength: 1, maxLength: 150, size: "max" },
);

/** Drives the service with arbitrary steps; refusals are part of the game, anything else that is thrown is a fault. */
class World {
  now = 1_700_000_000_000;
  journal: Change[] = [];
  queued = 0;
  service = this.boot();
  private serial = 0;
  private names = 0;

  do([kind, choice, amount]: Step): void {
    try {
      this.step(kind, choice, amount);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
    this.write();
  }

  /** Lets everybody behave: after that no job may be left. */
  settle(): void {
    for (const name of ["a", "b"]) {
      const set =
        this.service.scaleSets.list({ name })[0] ?? this.service.scaleSets.create("acme", { name, runnerGroupId: 1 });
      this.now += Math.max(runnerMillis, sessionMillis) + 1;
      this.service.tick();
      const session = this.service.sessions.open(set.id, "healthy");
      for (let round = 0; this.unfinished(set.name).length > 0; round += 1) {
        assert.ok(round < 2000, "the jobs must come to an end");
        this.service.sessions.nextMessage(session.id, session.lastMessageId, 5);
        for (const message of [...session.messages]) this.service.sessions.acknowledge(session.id, message.id);
        this.runOne(set.id);
        this.now += reportMillis;
        this.service.tick();
      }
      this.service.sessions.close(session.id);
    }
    this.write();
  }

  jobs(): Job[] {
    return [...this.service.state.jobs.values()];
  }

  private write(): void {
    this.journal.push(...(JSON.parse(JSON.stringify(this.service.state.drain())) as Change[]));
  }

  private runOne(scaleSetId: number): void {
    const { agent } = this.service.agents.register(scaleSetId, `healthy-${(this.names += 1)}`);
    const { connection = "" } = this.service.agents.connect(agent.id);
    const work = this.service.agents.takeJob(agent.id, connection);
    if (work?.kind !== "job") {
      this.service.agents.remove(agent.id);
      return;
    }
    this.service.agents.started(agent.id, connection, work.job.id);
    this.service.agents.finished(agent.id, connection, work.job.id, "succeeded");
  }

  private unfinished(name: string): Job[] {
    return this.jobs().filter((job) => job.scaleSetName === name && job.state !== "completed");
  }

  private boot(): ActionsService {
    return new ActionsService({
      now: () => this.now,
      ids: { uuid: () => `id-${(this.serial += 1)}`, secret: () => `secret-${(this.serial += 1)}` },
      organization: "acme",
      limits: { runnerMillis, sessionMillis, reportMillis },
      journal: JSON.parse(JSON.stringify(this.journal)) as Change[],
    });
  }

  private step(kind: string, choice: number, amount: number): void {
    const { service } = this;
    const { state } = service;
    const pick = <T>(values: Iterable<T>): T | undefined => {
      const all = [...values];
      return all[choice % Math.max(1, all.length)];
    };
    const name = choice % 2 === 0 ? "a" : "b";
    const agent = pick(state.agents.values());
    const session = pick(state.sessions.values());
    const set = pick(state.scaleSets.values());
    const job = pick(state.jobs.values());
    const acting = (act: (agent: Agent, connection: string) => void) => {
      if (agent) act(agent, agent.connection ?? "none");
    };
    switch (kind) {
      case "queue":
        this.queued += service.jobs.queue({
          scaleSet: name,
          count: 1 + (amount % 4),
          outcome: outcomes[amount % 4],
        }).length;
        break;
      case "createSet":
        service.scaleSets.create("acme", { name, runnerGroupId: 1 });
        break;
      case "removeSet":
        if (set) service.scaleSets.remove(set.id);
        break;
      case "openSession":
        if (set) service.sessions.open(set.id, `owner-${amount}`);
        break;
      case "closeSession":
        if (session) service.sessions.close(session.id);
        break;
      case "pollDirect":
      case "pollOffer":
        if (session) this.poll(session.id, kind === "pollDirect" ? amount : undefined);
        break;
      case "acknowledge":
        if (session?.messages[0]) service.sessions.acknowledge(session.id, session.messages[0].id);
        break;
      case "acquire":
        if (session)
          service.sessions.acquireJobs(session.id, offered(session.messages.flatMap((message) => message.items)));
        break;
      case "acquirable":
        if (set) service.sessions.acquirableJobs(set.id);
        break;
      case "register":
        if (set) service.agents.register(set.id, `runner-${(this.names += 1)}`);
        break;
      case "connect":
        if (agent) service.agents.connect(agent.id);
        break;
      case "take":
        acting((runner, connection) => service.agents.takeJob(runner.id, connection));
        break;
      case "start":
        acting((runner, connection) => service.agents.started(runner.id, connection, runner.jobId ?? 0));
        break;
      case "finish":
        acting((runner, connection) => service.agents.finished(runner.id, connection, runner.jobId ?? 0, "succeeded"));
        break;
      case "disconnect":
        acting((runner, connection) => service.agents.disconnect(runner.id, connection));
        break;
      case "removeAgent":
        if (agent) service.agents.remove(agent.id);
        break;
      case "cancel":
        if (job && amount === 0) service.jobs.cancel(job.id);
        break;
      case "wait":
        this.now += amount * 4_000;
        service.tick();
        break;
      case "restart":
        this.service = this.boot();
        break;
    }
  }

  private poll(id: string, capacity: number | undefined): void {
    const session = this.service.sessions.get(id);
    const before = this.assigned(session.scaleSetId);
    const message = this.service.sessions.nextMessage(id, 0, capacity);
    if (message) assert.ok(message.items.length >= 1 && message.items.length <= 50);
    const after = this.assigned(session.scaleSetId);
    if (capacity === undefined) assert.equal(after, before, "without a capacity nothing is assigned unasked");
    else assert.ok(after <= Math.max(before, capacity), "no more is assigned than there is capacity for");
  }

  private assigned(scaleSetId: number): number {
    return this.service.statistics(scaleSetId).totalAssignedJobs;
  }
}

const outcomes = ["success", "failure", "crash", "success"] as const;

function offered(items: readonly { kind: string; job: number }[]): number[] {
  return items.filter((item) => item.kind === "JobAvailable").map((item) => item.job);
}

/** Counts again, from the ledgers alone. */
function recount(service: ActionsService, now: number): Statistics {
  const ledgers = [...service.state.jobs.values()].map((job) => job.transitions);
  const last = ledgers.map((transitions) => transitions.at(-1));
  const among = (...names: string[]) => last.filter((transition) => names.includes(transition?.name ?? "")).length;
  const unreported = ledgers.filter((transitions) => {
    const [former, end] = transitions.slice(-2);
    const waited = former?.name === "queued" || former?.name === "available";
    return end?.name === "completed" && !waited && end.at > now - reportMillis;
  }).length;
  const agents = [...service.state.agents.values()];
  return {
    totalAvailableJobs: among("available"),
    totalAcquiredJobs: 0,
    totalAssignedJobs: among("assigned", "runnerAssigned", "started") + unreported,
    totalRunningJobs: among("started"),
    totalRegisteredRunners: agents.length,
    totalBusyRunners: among("runnerAssigned", "started"),
    totalIdleRunners: agents.filter((agent) => agent.connection !== undefined && agent.jobId === undefined).length,
  };
}

/** Times of the last sign of life are not written down. */
function remembered(service: ActionsService): unknown {
  const text = JSON.stringify(service.state.everything(), (key, value: unknown) => (key === "lastSeen" ? 0 : value));
  return (JSON.parse(text) as Change[]).sort((a, b) => `${a.table}/${a.id}`.localeCompare(`${b.table}/${b.id}`));
}

describe("the scale-set service, whatever happens in whatever order", () => {
  it("comes by all the ways a job can take", () => {
    const seen = new Set<string>();
    for (const script of fc.sample(steps, { numRuns: 100, seed: 1 })) {
      const world = new World();
      for (const step of script) world.do(step);
      for (const job of world.jobs()) for (const { name } of job.transitions) seen.add(name);
      for (const job of world.jobs()) if (job.result) seen.add(job.result);
    }
    const ways = [
      "abandoned",
      "acquired",
      "assigned",
      "available",
      "canceled",
      "completed",
      "failed",
      "queued",
      "requeued",
    ];
    assert.deepEqual([...seen].sort(), [...ways, "runnerAssigned", "started", "succeeded"].sort());
  });

  it("runs no job twice, ends each job once, and writes a ledger whose last line is the job's state", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const world = new World();
        for (const step of script) {
          world.do(step);
          for (const job of world.jobs()) {
            const times = (name: string) => job.transitions.filter((transition) => transition.name === name).length;
            assert.ok(job.starts <= 1 && times("started") === job.starts);
            assert.equal(times("completed"), job.state === "completed" ? 1 : 0);
            assert.equal(job.transitions.at(-1)?.name, job.state);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("loses no job: once listener and runners behave, all jobs end", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const world = new World();
        for (const step of script) world.do(step);
        world.settle();
        assert.equal(world.jobs().length, world.queued);
        assert.ok(world.jobs().every((job) => job.state === "completed" && job.result !== undefined));
      }),
      { numRuns: 200 },
    );
  });

  it("gives a job to one runner at a time, and a runner one job", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const world = new World();
        for (const step of script) {
          world.do(step);
          const holders = [...world.service.state.agents.values()].filter((agent) => agent.jobId !== undefined);
          const held = world.jobs().filter((job) => job.state === "runnerAssigned" || job.state === "started");
          assert.deepEqual(
            holders.map((agent) => `${agent.id} runs ${agent.jobId}`).sort(),
            held.map((job) => `${job.agentId} runs ${job.id}`).sort(),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  it("shows statistics that equal a recount of the ledgers", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const world = new World();
        for (const step of script) {
          world.do(step);
          world.service.tick();
          const all = [...world.service.state.scaleSets.keys()].map((id) => world.service.statistics(id));
          const { totalAvailableJobs } = recount(world.service, world.now);
          assert.equal(
            all.reduce((sum, counts) => sum + counts.totalAvailableJobs, 0),
            totalAvailableJobs,
          );
          assert.deepEqual(world.service.statistics(), recount(world.service, world.now));
        }
      }),
      { numRuns: 200 },
    );
  });

  it("remembers all of its state in the journal", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const world = new World();
        for (const step of script) world.do(step);
        const before = remembered(world.service);
        world.do(["restart", 0, 0]);
        assert.deepEqual(remembered(world.service), before);
      }),
      { numRuns: 200 },
    );
  });
});

import { createHash, timingSafeEqual } from "node:crypto";
import { announce, record, type Context } from "./context";
import {
  agentExists,
  agentNotFound,
  connectionReplaced,
  jobNotYours,
  jobStillRunning,
  scaleSetNotFound,
} from "./errors";
import type { Jobs } from "./jobs";
import { firstJobFor } from "./legacy-runners";
import type { Agent, Job, JobResult, Registration } from "./types";

/** What a connected runner gets when it asks for work. */
export type Work = { readonly kind: "job"; readonly job: Job } | { readonly kind: "deprecated" };

/** Registered runners and the processes that act for them. */
export class Agents {
  constructor(
    private readonly context: Context,
    private readonly jobs: Jobs,
  ) {}

  /** Registers a runner; the secret is known only to the caller, the service keeps its hash. */
  register(scaleSetId: number, name: string, registration?: Registration): { agent: Agent; secret: string } {
    const { state, ids, now } = this.context;
    if (!registration && !state.scaleSets.has(scaleSetId)) throw scaleSetNotFound(scaleSetId);
    if (this.byName(name)) throw agentExists(name);
    const secret = ids.secret();
    const agent: Agent = {
      id: state.next("agent"),
      name,
      scaleSetId,
      ...(registration && { registration }),
      secretHash: hash(secret),
      createdAt: now(),
      lastSeen: now(),
    };
    state.save("agents", agent);
    return { agent, secret };
  }

  get(id: number): Agent {
    const agent = this.context.state.agents.get(id);
    if (!agent) throw agentNotFound(`with id ${id}`);
    return agent;
  }

  byName(name: string): Agent | undefined {
    return [...this.context.state.agents.values()].find((agent) => agent.name === name);
  }

  knows(agent: Agent, secret: string): boolean {
    return timingSafeEqual(Buffer.from(hash(secret)), Buffer.from(agent.secretHash));
  }

  /** Takes a runner out of the service. An unknown one is no error: ARC removes runners it never registered (id 0). */
  remove(id: number): void {
    const agent = this.context.state.agents.get(id);
    if (!agent) return;
    const job = this.jobOf(agent);
    if (job?.state === "started") throw jobStillRunning(agent.name, job.id);
    if (job) this.jobs.requeue(job, `runner ${agent.name} was removed`);
    this.drop(agent);
  }

  /**
   * A runner process comes up. A process that was there before must be dead (a pod has one), so what it had is settled
   * first; if it was in the middle of a job, the registration is used up and the newcomer finds no runner to be.
   */
  connect(id: number): Agent {
    const agent = this.get(id);
    if (agent.connection !== undefined) this.lost(agent, `runner ${agent.name} was started anew`);
    if (!this.context.state.agents.has(id)) throw agentNotFound(`with id ${id}: its one job was begun`);
    agent.connection = this.context.ids.uuid();
    this.touch(agent);
    this.context.state.save("agents", agent);
    return agent;
  }

  /** The runner, if this connection is the one that acts for it. */
  connected(id: number, connection: string): Agent {
    const agent = this.get(id);
    if (agent.connection !== connection) throw connectionReplaced(agent.name);
    return agent;
  }

  disconnect(id: number, connection: string): void {
    this.lost(this.connected(id, connection), "the runner went away");
  }

  heartbeat(id: number, connection: string): void {
    this.touch(this.connected(id, connection));
  }

  /** Hands the oldest assigned job to the runner; the same one again if it asks again. */
  takeJob(id: number, connection: string): Work | undefined {
    const agent = this.connected(id, connection);
    this.touch(agent);
    const held = this.jobOf(agent);
    if (held) return { kind: "job", job: held };
    const job = agent.registration
      ? firstJobFor(agent.registration, this.jobs.queued())
      : this.jobs.open(agent.scaleSetId, "assigned")[0];
    if (!job) return undefined;
    if (job.outcome === "deprecated") {
      this.jobs.complete(job, "failed", "the runner's version is deprecated");
      this.lost(agent, "the runner's version is deprecated");
      return { kind: "deprecated" };
    }
    job.state = "runnerAssigned";
    job.agentId = agent.id;
    job.agentName = agent.name;
    job.runnerAssignedAt = this.context.now();
    agent.jobId = job.id;
    record(this.context, job, "runnerAssigned", agent.name);
    this.context.state.save("jobs", job);
    this.context.state.save("agents", agent);
    this.context.wake();
    return { kind: "job", job };
  }

  /** The runner begins; from here on the job is never given to another. */
  started(id: number, connection: string, jobId: number): void {
    const agent = this.connected(id, connection);
    this.touch(agent);
    const job = this.owned(agent, jobId);
    if (job.state === "started") return;
    job.state = "started";
    job.starts += 1;
    job.startedAt = this.context.now();
    record(this.context, job, "started", agent.name);
    this.context.state.save("jobs", job);
    announce(this.context, job, "JobStarted");
    this.context.wake();
  }

  /** The runner is done, and with it its registration: ARC 0.6.1 counts a runner that still exists after exit 0 as failed. */
  finished(id: number, connection: string, jobId: number, result: JobResult, reason?: string): void {
    const agent = this.connected(id, connection);
    const job = this.owned(agent, jobId);
    if (job.state !== "started") throw jobNotYours(jobId);
    this.release(agent);
    this.jobs.complete(job, result, reason);
    this.context.wake();
  }

  /** Gives up the runners that have not been heard of for too long. */
  expire(): void {
    const { state, now, limits } = this.context;
    for (const agent of [...state.agents.values()]) {
      const silent = now() - agent.lastSeen;
      if (agent.connection === undefined || silent <= limits.runnerMillis) continue;
      this.lost(agent, `runner ${agent.name} was silent for ${Math.round(silent / 1000)} s`);
    }
  }

  /** After a pause of the service itself nobody can be blamed for silence. */
  forgive(): void {
    for (const agent of this.context.state.agents.values()) this.touch(agent);
  }

  private lost(agent: Agent, reason: string): void {
    const job = this.jobOf(agent);
    delete agent.connection;
    delete agent.jobId;
    if (job?.state === "started") {
      this.release(agent);
      this.jobs.abandon(job, reason);
    } else {
      if (job) this.jobs.requeue(job, reason);
      this.context.state.save("agents", agent);
    }
    this.context.wake();
  }

  /** Ends the registration of a runner that was for one job. */
  private release(agent: Agent): void {
    if (agent.registration?.ephemeral !== false) {
      this.drop(agent);
      return;
    }
    delete agent.jobId;
    this.context.state.save("agents", agent);
  }

  private drop(agent: Agent): void {
    this.context.state.remove("agents", agent.id);
    this.context.wake();
  }

  private jobOf(agent: Agent): Job | undefined {
    return agent.jobId === undefined ? undefined : this.context.state.jobs.get(agent.jobId);
  }

  private owned(agent: Agent, jobId: number): Job {
    const job = this.jobOf(agent);
    if (job?.id !== jobId) throw jobNotYours(jobId);
    return job;
  }

  private touch(agent: Agent): void {
    agent.lastSeen = this.context.now();
  }
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

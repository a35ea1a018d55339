import type { Context } from "./context";
import { groupNotFound, scaleSetExists, scaleSetNotFound } from "./errors";
import { sameName, type Jobs } from "./jobs";
import type { Sessions } from "./sessions";
import type { Label, RunnerGroup, ScaleSet } from "./types";

export interface ScaleSetRequest {
  readonly name: string;
  readonly runnerGroupId: number;
  readonly labels?: readonly Label[];
  readonly setting?: Record<string, unknown>;
}

/** Runner groups and the scale sets in them. */
export class ScaleSets {
  constructor(
    private readonly context: Context,
    private readonly jobs: Jobs,
    private readonly sessions: Sessions,
  ) {}

  /** Declares a runner group unless there is one of that name; the first one declared is the default group, id 1. */
  declareGroup(name: string): RunnerGroup {
    const { state } = this.context;
    const known = this.groups(name)[0];
    if (known) return known;
    const group: RunnerGroup = { id: state.next("group"), name, isDefault: state.groups.size === 0 };
    state.save("groups", group);
    return group;
  }

  groups(name?: string): RunnerGroup[] {
    return [...this.context.state.groups.values()].filter((group) => name === undefined || sameName(group.name, name));
  }

  group(id: number): RunnerGroup {
    const group = this.context.state.groups.get(id);
    if (!group) throw groupNotFound(id);
    return group;
  }

  list(filter: { scope?: string; runnerGroupId?: number; name?: string } = {}): ScaleSet[] {
    return [...this.context.state.scaleSets.values()].filter(
      (set) =>
        (filter.scope === undefined || set.scope === filter.scope) &&
        (filter.runnerGroupId === undefined || set.groupId === filter.runnerGroupId) &&
        (filter.name === undefined || sameName(set.name, filter.name)),
    );
  }

  get(id: number): ScaleSet {
    const set = this.context.state.scaleSets.get(id);
    if (!set) throw scaleSetNotFound(id);
    return set;
  }

  create(scope: string, request: ScaleSetRequest): ScaleSet {
    const { state, now } = this.context;
    this.group(request.runnerGroupId);
    this.refuseTaken(scope, request.runnerGroupId, request.name);
    const set: ScaleSet = {
      id: state.next("scaleSet"),
      scope,
      name: request.name,
      groupId: request.runnerGroupId,
      labels: [...(request.labels ?? [{ type: "System", name: request.name }])],
      setting: request.setting ?? {},
      createdAt: now(),
      outbox: [],
    };
    state.save("scaleSets", set);
    this.jobs.adopt(set);
    this.context.wake();
    return set;
  }

  update(id: number, request: Partial<ScaleSetRequest>): ScaleSet {
    const set = this.get(id);
    const groupId = request.runnerGroupId ?? set.groupId;
    const name = request.name ?? set.name;
    this.group(groupId);
    if (groupId !== set.groupId || !sameName(name, set.name)) this.refuseTaken(set.scope, groupId, name);
    set.groupId = groupId;
    set.name = name;
    if (request.labels) set.labels = [...request.labels];
    if (request.setting) set.setting = request.setting;
    this.context.state.save("scaleSets", set);
    this.jobs.adopt(set);
    this.context.wake();
    return set;
  }

  /** Removes the set with its session and its runners, except those that are in the middle of a job. */
  remove(id: number): void {
    const { state, wake } = this.context;
    const set = this.get(id);
    this.jobs.orphan(set);
    for (const session of [...state.sessions.values()]) {
      if (session.scaleSetId === id) this.sessions.close(session.id);
    }
    for (const agent of [...state.agents.values()]) {
      if (agent.scaleSetId !== id) continue;
      const job = agent.jobId === undefined ? undefined : state.jobs.get(agent.jobId);
      if (job?.state !== "started") state.remove("agents", agent.id);
    }
    state.remove("scaleSets", id);
    for (const other of this.list({ name: set.name })) this.jobs.adopt(other);
    wake();
  }

  private refuseTaken(scope: string, runnerGroupId: number, name: string): void {
    if (this.list({ scope, runnerGroupId, name }).length > 0) throw scaleSetExists(name);
  }
}

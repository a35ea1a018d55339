import type { Agents } from "./agents";
import type { Context } from "./context";
import { agentExists, agentNotFound, groupNamedNotFound, jobStillRunning } from "./errors";
import { sameName } from "./jobs";
import type { Agent, Job, Registration } from "./types";

/** The labels that the runner program puts on every runner by itself. */
export const commonLabels: readonly string[] = ["self-hosted", "Linux", process.arch === "arm64" ? "ARM64" : "X64"];

export interface RunnerRequest {
  readonly name: string;
  readonly labels: readonly string[];
  /** Name of a runner group. @default the default group */
  readonly group?: string;
  readonly ephemeral: boolean;
}

/** Runners that register themselves by a registration token, as those of the older kinds of ARC do. */
export class LegacyRunners {
  constructor(
    private readonly context: Context,
    private readonly agents: Agents,
  ) {}

  /** Registers a runner in a scope. One of that name there is replaced, as `config.sh --replace` does. */
  register(scope: string, { name, labels, group, ephemeral }: RunnerRequest): { agent: Agent; secret: string } {
    const groupId = this.groupId(group);
    const former = this.agents.byName(name);
    if (former) {
      if (!former.registration || !sameName(former.registration.scope, scope)) throw agentExists(name);
      this.remove(scope, former.id);
    }
    return this.agents.register(0, name, { scope, groupId, labels, ephemeral });
  }

  /** All runners of a scope, those of its scale sets too, by their ids. */
  list(scope: string): Agent[] {
    return [...this.context.state.agents.values()].filter((agent) => sameName(this.scopeOf(agent), scope));
  }

  get(scope: string, id: number): Agent {
    const agent = this.list(scope).find((candidate) => candidate.id === id);
    if (!agent) throw agentNotFound(`with id ${id}`);
    return agent;
  }

  /** Takes a runner out; one that has a job must be left alone. */
  remove(scope: string, id: number): void {
    const agent = this.get(scope, id);
    if (agent.jobId !== undefined) throw jobStillRunning(agent.name, agent.jobId);
    this.agents.remove(id);
  }

  /** Labels that the runner program gave the runner, and labels of its own. */
  labels(agent: Agent): { readonly given: readonly string[]; readonly own: readonly string[] } {
    if (agent.registration) return { given: commonLabels, own: ownLabels(agent.registration) };
    const set = this.context.state.scaleSets.get(agent.scaleSetId);
    return { given: [], own: set?.labels.map((label) => label.name) ?? [] };
  }

  groupOf(agent: Agent): number | undefined {
    return agent.registration?.groupId ?? this.context.state.scaleSets.get(agent.scaleSetId)?.groupId;
  }

  private scopeOf(agent: Agent): string {
    return agent.registration?.scope ?? this.context.state.scaleSets.get(agent.scaleSetId)?.scope ?? "";
  }

  private groupId(name: string | undefined): number {
    const groups = [...this.context.state.groups.values()];
    const found = groups.find((group) => (name === undefined ? group.isDefault : sameName(group.name, name)));
    if (!found) throw groupNamedNotFound(name ?? "Default");
    return found.id;
  }
}

function ownLabels({ labels }: Registration): string[] {
  return labels.filter((label) => !commonLabels.some((common) => sameName(common, label)));
}

/** The labels of `runs-on`. */
export function labelsOf(job: Job): readonly string[] {
  return job.runsOn ?? [job.scaleSetName];
}

/** Of the jobs given, the first that the runner may take: from where it is registered, and with no label that it lacks. */
export function firstJobFor(registration: Registration, jobs: readonly Job[]): Job | undefined {
  const carried = [...commonLabels, ...registration.labels];
  return jobs.find(
    (job) =>
      serves(registration.scope, job) &&
      labelsOf(job).every((wanted) => carried.some((label) => sameName(label, wanted))),
  );
}

/** Whether runners of a scope may take the job; those of an enterprise serve all its organisations. */
function serves(scope: string, { owner, repository }: Job): boolean {
  return scope.startsWith("enterprises/") || sameName(scope, owner) || sameName(scope, `${owner}/${repository}`);
}

import type { Context } from "./context";
import { defaultGroupKept, groupExists } from "./errors";
import type { ScaleSets } from "./scale-sets";
import type { RunnerGroup, RunnerGroupAccess } from "./types";

/** Access of a group of which nothing was said. */
export const openAccess: RunnerGroupAccess = {
  visibility: "all",
  repositoryIds: [],
  allowsPublicRepositories: false,
  restrictedToWorkflows: false,
  selectedWorkflows: [],
};

/** Runner groups, and who may use the runners in them. */
export class RunnerGroups {
  constructor(
    private readonly context: Context,
    private readonly scaleSets: ScaleSets,
  ) {}

  accessOf(group: RunnerGroup): RunnerGroupAccess {
    return group.access ?? openAccess;
  }

  create(name: string, access: RunnerGroupAccess): RunnerGroup {
    this.refuseTaken(name);
    const group = { ...this.scaleSets.declareGroup(name), access };
    this.context.state.save("groups", group);
    return group;
  }

  update(id: number, changes: { readonly name: string; readonly access: Partial<RunnerGroupAccess> }): RunnerGroup {
    const group = this.scaleSets.group(id);
    if (changes.name.toLowerCase() !== group.name.toLowerCase()) this.refuseTaken(changes.name);
    const given = Object.entries<unknown>(changes.access).filter(([, value]) => value !== undefined);
    const access = { ...this.accessOf(group), ...Object.fromEntries(given) };
    const updated = { ...group, name: changes.name, access };
    this.context.state.save("groups", updated);
    return updated;
  }

  /** Its scale sets go on in the default group, which is open to all. */
  remove(id: number): void {
    const group = this.scaleSets.group(id);
    if (group.isDefault) throw defaultGroupKept();
    const fallback = [...this.context.state.groups.values()].find(({ isDefault }) => isDefault);
    for (const set of this.scaleSets.list({ runnerGroupId: id }))
      this.scaleSets.update(set.id, { runnerGroupId: fallback?.id ?? id });
    this.context.state.remove("groups", id);
  }

  /** Whether workflows of a repository may use it. */
  isVisibleTo(group: RunnerGroup, repositoryId: number): boolean {
    const { visibility, repositoryIds } = this.accessOf(group);
    return visibility !== "selected" || repositoryIds.includes(repositoryId);
  }

  private refuseTaken(name: string): void {
    if (this.scaleSets.groups(name).length > 0) throw groupExists(name);
  }
}

import * as pulumi from "@pulumi/pulumi";
import { ActionsRunnerGroup } from "@pulumi/github/actionsRunnerGroup";

import type { RunnerGroupSettings } from "../../stacks/organization/schema";
import type { RepositoryIds } from "./repository-ids";

export interface RunnerGroupsArgs {
  /** By name. **Another name is another group**: GitHub moves runners of one that goes into `Default`. */
  readonly groups: Readonly<Record<string, RunnerGroupSettings>>;
  readonly repositories: RepositoryIds;
}

/**
 * Runner groups of an organization: which repositories may use the runners in them. Public repositories may not, unless a group says so:
 * whoever opens a pull request there would run code on these machines.
 *
 * ```ts
 * new RunnerGroups("runner-groups", { groups: { platform: { repositories: ["app"] } }, repositories });
 * ```
 */
export class RunnerGroups extends pulumi.ComponentResource {
  public readonly nodes: {
    /** By name. */
    readonly groups: ReadonlyMap<string, ActionsRunnerGroup>;
  };

  public constructor(name: string, args: RunnerGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:RunnerGroups", name, { groups: Object.keys(args.groups) }, opts);
    const made = Object.entries(args.groups).map(([groupName, group]) => {
      const { repositories, allowPublicRepositories = false, workflows } = group;
      const resource = new ActionsRunnerGroup(
        `${name}-${groupName}`,
        {
          name: groupName,
          visibility: "selected",
          selectedRepositoryIds: args.repositories.of(repositories),
          allowsPublicRepositories: allowPublicRepositories,
          restrictedToWorkflows: workflows !== undefined,
          ...(workflows && { selectedWorkflows: [...workflows] }),
        },
        { parent: this },
      );
      return [groupName, resource] as const;
    });
    this.nodes = { groups: new Map(made) };
    this.registerOutputs({});
  }

  /** The group of that name, which GitHub finds in any spelling; undefined when it is none of these. */
  public group(name: string | undefined): ActionsRunnerGroup | undefined {
    const found = [...this.nodes.groups].find(([each]) => each.toLowerCase() === name?.toLowerCase());
    return found?.[1];
  }
}

import type { Context } from "./context";
import { repositoryId } from "./numeric-ids";
import type { ActionsPermissions, OrganizationValue, Repository, Visibility } from "./types";

/** Whom a value is for. */
export interface Audience {
  readonly visibility: Visibility;
  readonly repositoryIds: readonly number[];
}

type Kind = OrganizationValue["kind"];

/** What a new organization begins with. */
const initialPermissions: Omit<ActionsPermissions, "id"> = {
  enabledRepositories: "all",
  repositoryIds: [],
  allowedActions: "all",
  githubOwnedAllowed: false,
  verifiedAllowed: false,
  patternsAllowed: [],
  shaPinningRequired: false,
  defaultWorkflowPermissions: "read",
  canApprovePullRequestReviews: false,
  forkApproval: "first_time_contributors",
};

/** Repositories that somebody asked for, what organizations give to workflows of theirs, and what these may do. */
export class Organizations {
  constructor(private readonly context: Context) {}

  /** A repository by its name. It is remembered, so that it can be found by its id from then on. */
  repository(owner: string, name: string): Repository {
    const id = repositoryId(`${owner}/${name}`);
    const known = this.context.state.repositories.get(id);
    if (known) return known;
    const repository = { id, owner, name };
    this.context.state.save("repositories", repository);
    return repository;
  }

  repositories(ids: readonly number[]): Repository[] {
    return ids.flatMap((id) => this.context.state.repositories.get(id) ?? []);
  }

  /** Those of the ids that no repository of the organization has. */
  unknownIds(organization: string, ids: readonly number[]): number[] {
    const { repositories } = this.context.state;
    return ids.filter((id) => repositories.get(id)?.owner.toLowerCase() !== organization.toLowerCase());
  }

  values(kind: Kind, organization: string): OrganizationValue[] {
    return [...this.context.state.organizationValues.values()].filter(
      (value) => value.kind === kind && value.organization === organization.toLowerCase(),
    );
  }

  value(kind: Kind, organization: string, name: string): OrganizationValue | undefined {
    return this.context.state.organizationValues.get(idOf(kind, organization, name));
  }

  /** Makes it, or makes it anew in the place of the one that is there. Names are told apart by their letters, not by capitals. */
  set(kind: Kind, organization: string, name: string, content: string, audience: Audience): void {
    const now = this.context.now();
    const id = idOf(kind, organization, name);
    const createdAt = this.context.state.organizationValues.get(id)?.createdAt ?? now;
    this.context.state.save("organizationValues", {
      id,
      kind,
      organization: organization.toLowerCase(),
      name: name.toUpperCase(),
      content,
      visibility: audience.visibility,
      repositoryIds: [...audience.repositoryIds],
      createdAt,
      updatedAt: now,
    });
  }

  remove({ id }: OrganizationValue): void {
    this.context.state.remove("organizationValues", id);
  }

  permissions(organization: string): ActionsPermissions {
    const id = organization.toLowerCase();
    return this.context.state.actionsPermissions.get(id) ?? { id, ...initialPermissions };
  }

  /** Changes what is given; what is left out, or undefined, stays. */
  permit(organization: string, changes: Partial<Omit<ActionsPermissions, "id">>): void {
    const given = Object.entries<unknown>(changes).filter(([, value]) => value !== undefined);
    const permissions = { ...this.permissions(organization), ...Object.fromEntries(given) };
    this.context.state.save("actionsPermissions", permissions);
  }

  /** What workflows of a repository get. Every repository here is private. */
  seenBy(kind: Kind, { id, owner }: Repository): OrganizationValue[] {
    return this.values(kind, owner).filter(
      ({ visibility, repositoryIds }) => visibility !== "selected" || repositoryIds.includes(id),
    );
  }
}

function idOf(kind: Kind, organization: string, name: string): string {
  return `${kind}/${organization.toLowerCase()}/${name.toUpperCase()}`;
}

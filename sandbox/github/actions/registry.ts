import { numericId } from "../service/numeric-ids";
import type { Clock } from "./clock";
import type { Millis, Repository, Workflow } from "./types";

export interface RepositoryChange {
  readonly defaultBranch?: string;
  readonly archived?: boolean;
}

const usualWorkflow = ".github/workflows/ci.yml";

/** Repositories and their workflows. */
export class Registry {
  private readonly repositories = new Map<string, Repository>();
  private readonly workflows = new Map<string, Workflow>();
  private readonly runNumbers = new Map<number, number>();

  constructor(private readonly clock: Clock) {}

  /** The repository, made known if it was not yet, and changed if anything is given. */
  declare(fullName: string, change: RepositoryChange = {}, at: Millis = this.clock.now()): Repository {
    const key = fullName.toLowerCase();
    const known = this.repositories.get(key) ?? create(fullName, at);
    const repository = { ...known, ...change };
    this.repositories.set(key, repository);
    return repository;
  }

  repository(fullName: string): Repository | undefined {
    return this.repositories.get(fullName.toLowerCase());
  }

  /** Those of an owner, oldest first. @param owner all when absent */
  list(owner?: string): Repository[] {
    const wanted = owner?.toLowerCase();
    return [...this.repositories.values()].filter((one) => wanted === undefined || one.owner.toLowerCase() === wanted);
  }

  remove(fullName: string): void {
    this.repositories.delete(fullName.toLowerCase());
    for (const { path } of this.workflowsOf(fullName)) this.workflows.delete(keyOf(fullName, path));
  }

  pushed(fullName: string, at: Millis): void {
    const repository = this.repository(fullName);
    if (repository)
      this.repositories.set(fullName.toLowerCase(), { ...repository, pushedAt: Math.max(at, repository.pushedAt) });
  }

  /** The workflow of that file, made known if it was not yet. */
  workflow(fullName: string, path = usualWorkflow, name = fileName(path), at: Millis = this.clock.now()): Workflow {
    const key = keyOf(fullName, path);
    const known = this.workflows.get(key);
    if (known) return known;
    const workflow = { id: numericId(key), repository: fullName, name, path, createdAt: at };
    this.workflows.set(key, workflow);
    return workflow;
  }

  workflowsOf(fullName: string): Workflow[] {
    const wanted = fullName.toLowerCase();
    return [...this.workflows.values()].filter(({ repository }) => repository.toLowerCase() === wanted);
  }

  nextRunNumber({ id }: Workflow): number {
    const number = (this.runNumbers.get(id) ?? 0) + 1;
    this.runNumbers.set(id, number);
    return number;
  }
}

function create(fullName: string, createdAt: Millis): Repository {
  const [owner = "", name = "", ...more] = fullName.split("/");
  if (owner === "" || name === "" || more.length > 0) throw new Error(`repository ${fullName}: must be owner/name`);
  return { owner, name, fullName, defaultBranch: "main", archived: false, createdAt, pushedAt: createdAt };
}

const keyOf = (fullName: string, path: string) => `${fullName.toLowerCase()}/${path}`;

function fileName(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/\.ya?ml$/, "");
}

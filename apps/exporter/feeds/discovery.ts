import picomatch from "picomatch";

import type { Fetched, Request, Tag } from "../github/client";
import { type RepositoryObject, repositorySchema } from "./payloads";

/** Which repositories are watched. */
export interface WatchOptions {
  readonly organizations: readonly string[];
  /** `OWNER/NAME` */
  readonly repositories: readonly string[];
  /** Globs over `OWNER/NAME` that a repository of an organization has to match one of. Empty: all. */
  readonly include: readonly string[];
  /** Globs over `OWNER/NAME`; these are never watched. */
  readonly exclude: readonly string[];
}

/** What there is now. Absent when something could not be read: then nothing is known to be gone. */
export type Discovered =
  | { readonly kind: "found"; readonly repositories: readonly RepositoryObject[] }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

export function watchFilter({
  organizations,
  repositories,
  include,
  exclude,
}: WatchOptions): (name: string) => boolean {
  const owners = new Set(organizations.map((name) => name.toLowerCase()));
  const named = new Set(repositories.map((name) => name.toLowerCase()));
  // Names on GitHub differ by more than case.
  const matcher = (globs: readonly string[]) => picomatch([...globs], { nocase: true, dot: true });
  const included = include.length === 0 ? () => true : matcher(include);
  const excluded = exclude.length === 0 ? () => false : matcher(exclude);
  return (name) => {
    if (excluded(name)) return false;
    if (named.has(name.toLowerCase())) return true;
    return owners.has((name.split("/")[0] ?? "").toLowerCase()) && included(name);
  };
}

interface CachedPage {
  readonly tag?: Tag;
  readonly repositories: readonly RepositoryObject[];
  readonly next?: string;
}

/** Lists the repositories of organizations; pages that have not changed cost nothing. */
export class Discovery {
  private readonly pages = new Map<string, CachedPage>();
  private readonly watches;

  public constructor(
    private readonly options: WatchOptions,
    private readonly client: { fetch(request: Request): Promise<Fetched> },
  ) {
    this.watches = watchFilter(options);
  }

  public async discover(): Promise<Discovered> {
    const problems: string[] = [];
    const found = new Map<string, RepositoryObject>();
    for (const organization of this.options.organizations) {
      const path = `/orgs/${organization}/repos?type=all&sort=full_name&per_page=100`;
      await this.list(`the repositories of ${organization}`, path, found, problems);
    }
    for (const name of this.options.repositories) await this.list(name, `/repos/${name}`, found, problems);
    if (problems.length > 0) return { kind: "failed", problems };
    const repositories = [...found.values()].filter(
      ({ full_name, archived, disabled }) => archived !== true && disabled !== true && this.watches(full_name),
    );
    return { kind: "found", repositories };
  }

  private async list(
    what: string,
    first: string,
    found: Map<string, RepositoryObject>,
    problems: string[],
  ): Promise<void> {
    for (let path: string | undefined = first; path !== undefined;) {
      const cached = this.pages.get(path);
      const tag = cached?.tag === undefined ? {} : { tag: cached.tag };
      const fetched = await this.client.fetch({ endpoint: "repositories", lane: "discovery", path, ...tag });
      const read = fetched.kind === "changed" ? pageOf(fetched) : fetched.kind === "unchanged" ? cached : undefined;
      if (read === undefined) {
        problems.push(`${what}: ${reasonOf(fetched)}`);
        return;
      }
      this.pages.set(path, read);
      for (const repository of read.repositories) found.set(repository.full_name, repository);
      path = read.next;
    }
  }
}

function pageOf({ body, tag, next }: Extract<Fetched, { kind: "changed" }>): CachedPage | undefined {
  const objects = (Array.isArray(body) ? body : [body]).map((each) => repositorySchema.safeParse(each));
  const repositories = objects.flatMap(({ data }) => data ?? []);
  if (repositories.length < objects.length) return undefined;
  return { repositories, ...(tag && { tag }), ...(next !== undefined && { next }) };
}

/** What a request came to, for people. */
export function reasonOf(fetched: Fetched): string {
  switch (fetched.kind) {
    case "gone":
      return `GitHub answered ${fetched.status}: it is not there, or the credential may not see it`;
    case "forbidden":
      return `GitHub answered ${fetched.status}: ${fetched.message}`;
    case "failed":
      return fetched.reason;
    default:
      return "GitHub's answer is not what it should be";
  }
}

import * as pulumi from "@pulumi/pulumi";
import { getRepositoryOutput } from "@pulumi/github/getRepository";

/** Numeric ids of an organization's repositories, by which GitHub's interface wants them. */
export interface RepositoryIds {
  /** Sorted by name, so that another order in the settings is no change. */
  of(names: readonly string[]): pulumi.Output<number>[];
}

/**
 * Looks ids up at GitHub, once for each repository. The look-up is a function of the provider, so it happens in previews too and needs the
 * token there. Where the provider cannot ask (it answers nothing in a preview without credentials, and for a repository that it does not
 * find), the id is unknown in a preview and an error in an update.
 */
export function repositoryIds(owner: string, provider: pulumi.ProviderResource): RepositoryIds {
  const found = new Map<string, pulumi.Output<number>>();
  const idOf = (name: string): pulumi.Output<number> => {
    const known = found.get(name.toLowerCase());
    if (known) return known;
    const fullName = `${owner}/${name}`;
    const answer = getRepositoryOutput({ fullName }, { provider });
    const id = answer.apply(({ repoId }) => checkedId(fullName, repoId, pulumi.runtime.isDryRun()));
    found.set(name.toLowerCase(), id);
    return id;
  };
  return { of: (names) => [...names].sort(byLowerCase).map(idOf) };
}

function byLowerCase(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()];
  return a < b ? -1 : Number(a > b);
}

/**
 * @param id as the provider gave it; nothing when it found no repository
 * @throws Error that says what to do, in an update
 */
export function checkedId(fullName: string, id: number | undefined, preview: boolean): number {
  if (id !== undefined && id > 0) return id;
  // An Output of it is unknown as a whole; its type has no word for that.
  if (preview) return pulumi.unknown as unknown as number;
  throw new Error(
    `there is no repository ${fullName}, or the token in organizationToken may not see it: ` +
      "correct its name in the section organization, or give the token read access to its metadata",
  );
}

import { type GitHubScope, parseGitHubUrl } from "../../components/arc/github-url";
import { joinPath } from "../problems";
import type { Readable } from "../checks";

/** An address at which scale sets register, with the setting that names it. */
export interface NamedScope {
  readonly path: string;
  readonly url: string;
  readonly scope: GitHubScope;
}

/** All of them, `github.configUrl` first; none when that could not be read. */
export function scopesOf({ github, scaleSets }: Readable): readonly NamedScope[] {
  if (!github) return [];
  const named = [
    { path: "github.configUrl", url: github.configUrl },
    ...Object.entries(scaleSets).flatMap(([name, set]) => {
      const url = set.github?.configUrl;
      return url === undefined ? [] : [{ path: joinPath("scaleSets", name, "github", "configUrl"), url }];
    }),
  ];
  return named.flatMap(({ path, url }) => {
    const scope = parseGitHubUrl(url);
    return scope ? [{ path, url, scope }] : [];
  });
}

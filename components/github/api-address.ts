import { parseGitHubUrl } from "../arc/github-url";

/**
 * The `baseUrl` of the GitHub provider for an address at which scale sets register. Of an Enterprise Server it takes the server itself and adds
 * `api/v3` on its own. Source: getBaseURL in terraform-provider-github.
 */
export function apiAddress(configUrl: string): string {
  const scope = parseGitHubUrl(configUrl);
  if (scope?.enterpriseServer) return `${new URL(configUrl).origin}/`;
  return scope?.host.endsWith(".ghe.com") ? `https://api.${scope.host}/` : "https://api.github.com/";
}

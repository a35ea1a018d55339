/** A GitHub address to which scale sets register, taken apart. */
export interface GitHubScope {
  readonly kind: "organization" | "repository" | "enterprise";
  readonly host: string;
  /** The organization, the enterprise, or the owner of the repository. In lower case, because GitHub does not tell the cases apart. */
  readonly owner: string;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** TCP port, made explicit. */
  readonly port: number;
  /** GitHub Enterprise Server, i.e. neither github.com nor a `*.ghe.com` tenant. */
  readonly enterpriseServer: boolean;
}

/** What a `githubConfigUrl` may be, for messages. */
export const githubUrlAllowed =
  "https://HOST/ORGANIZATION, https://HOST/OWNER/REPOSITORY or https://HOST/enterprises/ENTERPRISE";

/**
 * Takes a `githubConfigUrl` apart by the rules of ARC (`github/actions/config.go`): one path part is an organization, two are a repository,
 * or an enterprise when the first is `enterprises`; anything else is refused. A trailing slash is ignored.
 *
 * @returns `undefined` when the text is no such address.
 */
export function parseGitHubUrl(text: string): GitHubScope | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!["https:", "http:"].includes(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "")
    return undefined;
  const parts = url.pathname.replace(/^\/|\/$/g, "").split("/");
  if (parts.some((part) => part === "")) return undefined;
  const [first = "", second = ""] = parts;
  if (parts.length > 2 || (parts.length === 1 && first === "enterprises")) return undefined;
  return {
    kind: parts.length === 1 ? "organization" : first === "enterprises" ? "enterprise" : "repository",
    host: url.hostname,
    owner: (first === "enterprises" ? second : first).toLowerCase(),
    secure: url.protocol === "https:",
    port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
    enterpriseServer: !isHosted(url.hostname),
  };
}

/** TCP port of a GitHub whose address settings have checked. */
export function githubPort(configUrl: string): number {
  return parseGitHubUrl(configUrl)?.port ?? 443;
}

function isHosted(host: string): boolean {
  return ["github.com", "www.github.com", "github.localhost"].includes(host) || host.endsWith(".ghe.com");
}

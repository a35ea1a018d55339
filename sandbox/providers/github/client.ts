import { requestJson } from "../../../apps/shared/json-request.js";
import { ProviderError } from "../shared/errors.js";
import { isObject, type Json, type JsonObject, listAt, textAt, valueAt } from "../shared/json.js";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const timeoutMs = 30_000;
const pageSize = 100;
const mostPages = 1000;

/** GitHub's REST interface with the settings of the provider `github`: address, owner and token. It dials when something is first done. */
export class GithubClient {
  public constructor(private readonly settings: JsonObject) {}

  /** The organization whose things are set. */
  public get owner(): string {
    const owner = textAt(this.settings, "owner") ?? process.env["GITHUB_OWNER"];
    if (owner === undefined || owner === "") throw new ProviderError("the github provider has no owner");
    return owner;
  }

  /** A path below the organization's Actions. Parts are written into it as they are. */
  public actions(...parts: readonly string[]): string {
    return ["orgs", this.owner, "actions", ...parts].map(encodeURIComponent).join("/");
  }

  /** What lies at a path; undefined where there is nothing, or nothing that the token may see. */
  public async read(path: string): Promise<JsonObject | undefined> {
    const { status, body } = await this.send("GET", path);
    if (status === 404) return undefined;
    this.refuse("read", path, status, body);
    return isObject(body) ? body : {};
  }

  /** All entries of a list that comes in pages. */
  public async readAll(path: string, key: string): Promise<Json[]> {
    const all: Json[] = [];
    for (let page = 1; page <= mostPages; page += 1) {
      const answer = await this.read(`${path}?per_page=${String(pageSize)}&page=${String(page)}`);
      const items = listAt(answer, key);
      all.push(...items);
      if (items.length < pageSize) return all;
    }
    throw new ProviderError(`GitHub's list ${path} does not end`);
  }

  public async write(method: Exclude<Method, "GET" | "DELETE">, path: string, body: JsonObject): Promise<JsonObject> {
    const answer = await this.send(method, path, body);
    this.refuse("write", path, answer.status, answer.body);
    return isObject(answer.body) ? answer.body : {};
  }

  /** What is gone already counts as removed. */
  public async remove(path: string): Promise<void> {
    const { status, body } = await this.send("DELETE", path);
    if (status !== 404) this.refuse("delete", path, status, body);
  }

  /** GitHub's own words say what is wrong; what was sent is not repeated. */
  private refuse(what: string, path: string, status: number, body: Json | undefined): void {
    if (status < 400) return;
    const said = textAt(body, "message") ?? "";
    const details = valueAt(body, "errors");
    const more = details === undefined ? "" : ` ${JSON.stringify(details)}`;
    throw new ProviderError(`GitHub refuses to ${what} ${path} (${String(status)}): ${said}${more}`.trim());
  }

  private async send(method: Method, path: string, body?: JsonObject): Promise<{ status: number; body: Json }> {
    const url = new URL(path, this.address());
    try {
      const answer = await requestJson({
        url,
        method,
        headers: {
          accept: "application/vnd.github+json",
          "x-github-api-version": "2022-11-28",
          "user-agent": "runner-platform",
          ...this.authorization(),
        },
        body,
        timeoutMs,
      });
      return { status: answer.status, body: (answer.body ?? null) as Json };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ProviderError(`GitHub at ${url.origin} cannot be reached: ${why}`, { cause: error });
    }
  }

  /** An Enterprise Server has its interface below `api/v3`, which the provider's address leaves out. */
  private address(): URL {
    const base = new URL(textAt(this.settings, "baseUrl") ?? "https://api.github.com/");
    if (base.hostname === "api.github.com" || /^api\..+\.ghe\.com$/.test(base.hostname)) return base;
    return new URL("/api/v3/", base);
  }

  private authorization(): Record<string, string> {
    const token = textAt(this.settings, "token") ?? process.env["GITHUB_TOKEN"];
    return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
  }
}

import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { requestJson } from "../../../apps/shared/json-request.js";
import { ProviderError } from "../shared/errors.js";
import { isObject, type JsonObject, textAt, valueAt } from "../shared/json.js";

/** What Vault answered. */
interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

const defaultRetries = 2;
const firstPauseMs = 500;
const timeoutMs = 30_000;

/**
 * Vault's HTTP interface with the settings of the provider `vault`: address, authority, and a token that is read when it is first needed, as
 * the real plugin does.
 */
export class VaultClient {
  private token: string | undefined;

  public constructor(private readonly settings: JsonObject) {}

  /** The answer's `data`; undefined where there is nothing at the path. */
  public async read(path: string): Promise<JsonObject | undefined> {
    const { status, body } = await this.send("GET", path);
    if (status === 404) return undefined;
    this.refuse("read", path, status, body);
    const data = valueAt(body, "data");
    return isObject(data) ? data : body;
  }

  public async write(path: string, body: JsonObject, method: "POST" | "PUT" = "POST"): Promise<void> {
    const answer = await this.send(method, path, body);
    this.refuse("write", path, answer.status, answer.body);
  }

  /** What is gone already counts as removed. */
  public async remove(path: string): Promise<void> {
    const { status, body } = await this.send("DELETE", path);
    if (status !== 404) this.refuse("delete", path, status, body);
  }

  private refuse(what: string, path: string, status: number, body: JsonObject): void {
    if (status < 400) return;
    const errors = valueAt(body, "errors");
    const said = Array.isArray(errors) ? errors.filter((each) => typeof each === "string").join("; ") : "";
    throw new ProviderError(
      `Vault refuses to ${what} ${path} (${String(status)})${said === "" ? "" : `: ${said.trim()}`}`,
    );
  }

  /** A server that is just taking over, or not there for a moment, is asked again. */
  private async send(method: Method, path: string, body?: JsonObject): Promise<Answer> {
    const { maxRetries } = this.settings;
    const retries = Number(maxRetries ?? defaultRetries);
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.once(method, path, body).catch((error: unknown) => {
        if (error instanceof ProviderError || attempt >= retries) throw this.unreachable(error);
        return undefined;
      });
      if (answer && (answer.status < 500 || attempt >= retries)) return answer;
      await sleep(Math.min(firstPauseMs * 2 ** attempt, 5_000));
    }
  }

  private unreachable(error: unknown): Error {
    if (error instanceof ProviderError) return error;
    const why = error instanceof Error ? error.message : String(error);
    return new ProviderError(`Vault at ${this.address()} cannot be reached: ${why}`, { cause: error });
  }

  private address(): string {
    const address = textAt(this.settings, "address") ?? process.env["VAULT_ADDR"];
    if (address === undefined) throw new ProviderError("the vault provider has no address: set it, or VAULT_ADDR");
    return address;
  }

  private async once(method: Method, path: string, body?: JsonObject): Promise<Answer> {
    const authority = textAt(this.settings, "caCertFile");
    const servername = textAt(this.settings, "tlsServerName");
    const answer = await requestJson({
      // A server in development mode has no certificate, and http in its address.
      url: new URL(`/v1/${path.split("/").map(encodeURIComponent).join("/")}`, this.address()),
      method,
      ...(authority !== undefined && { ca: readFileSync(authority) }),
      ...(servername !== undefined && { servername }),
      headers: { "x-vault-token": this.tokenOf(), "x-vault-request": "true" },
      body,
      timeoutMs,
    });
    return { status: answer.status, body: isObject(answer.body) ? answer.body : {} };
  }

  private tokenOf(): string {
    this.token ??= this.findToken();
    return this.token;
  }

  private findToken(): string {
    const file = textAt(this.settings, "authLoginTokenFile", "filename");
    if (file !== undefined) {
      if (!existsSync(file)) throw new ProviderError(`there is no file ${file} with a token of Vault`);
      return readFileSync(file, "utf8").trim();
    }
    const token = textAt(this.settings, "token") ?? process.env["VAULT_TOKEN"];
    if (token === undefined || token === "")
      throw new ProviderError("no token of Vault: set VAULT_TOKEN, or authLoginTokenFile of the vault provider");
    return token;
  }
}

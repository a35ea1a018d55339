import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GitHubAdminClient } from "../../../../sandbox/github/client";
import type { GitHubOptions } from "../../../../sandbox/github/options";
import { GitHubServer } from "../../../../sandbox/github/server";

export const token = "the-access-token";

/** A stand-in on a free port with a folder of its own. */
export interface Fixture {
  readonly folder: string;
  readonly url: string;
  readonly server: GitHubServer;
  readonly admin: GitHubAdminClient;
  /** Stops the server and starts another on the same folder and port. */
  restart(): Promise<Fixture>;
  close(): Promise<void>;
}

export async function startFixture(options: Partial<GitHubOptions> = {}): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), "github-"));
  writeFileSync(join(folder, "token"), `${token}\n`);
  return start(folder, options);
}

async function start(folder: string, options: Partial<GitHubOptions>): Promise<Fixture> {
  const server = new GitHubServer({
    listen: ["127.0.0.1:0"],
    stateFolder: join(folder, "state"),
    organizations: ["acme"],
    enterprises: ["globex"],
    tokenFile: join(folder, "token"),
    ...options,
    timing: { listenerPollSeconds: 0.3, runnerPollSeconds: 0.3, reportSeconds: 0, ...options.timing },
  });
  const [url = ""] = await server.listen();
  return {
    folder,
    url,
    server,
    admin: new GitHubAdminClient(url, token),
    restart: async () => {
      await server.close();
      // Else the next request could go out on a connection whose end was not noticed yet.
      await sleep(50);
      return start(folder, { ...options, listen: [new URL(url).host] });
    },
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function send(
  method: string,
  url: string,
  authorization?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      "Content-Type": "application/json",
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { ActionsServer } from "../../../../../sandbox/github/actions/serve";
import type { Job, Run } from "../../../../../sandbox/github/actions/types";

export const runner = { id: 7, name: "runner-cpu-abc", groupId: 1, groupName: "Default" };

/** The jobs of the newest attempt. */
export const jobsOf = (run: Run): Job[] => run.attempts.at(-1)?.jobs ?? [];

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export async function get(server: ActionsServer, path: string, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(path.startsWith("http") ? path : `${server.url}${path}`, {
    headers: { authorization: "Bearer one", ...headers },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Takes webhooks in, in the order in which they come. */
export async function startReceiver() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, text: Buffer.concat(chunks).toString("utf8") });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

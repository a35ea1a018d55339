import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";

import { type KubeConfig, PortForward } from "@kubernetes/client-node";

import { requestJson } from "../../apps/shared/json-request";

/** A request to one server of a cluster. */
export interface ServerRequest {
  readonly method: "GET" | "PUT";
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

export interface ServerAnswer {
  readonly status: number;
  /** `undefined` for an empty answer, and for one that is no JSON. */
  readonly body: unknown;
}

/** Sends a request to the server in a pod. */
export type AskServer = (pod: string, request: ServerRequest) => Promise<ServerAnswer>;

export interface TunnelArgs {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly port: number;
  /** PEM of the servers' authority. */
  readonly authority: string;
  /** Name in the certificate of a pod's server. */
  readonly hostOf: (pod: string) => string;
}

const timeoutMs = 15_000;
/** No answer here is larger; what comes beyond is no answer of Vault. */
const mostBytes = 1024 * 1024;

interface Closable {
  close(): void;
}

/** Reaches servers through the API server, so that it works from wherever `kubectl port-forward` does. The certificate is checked all the same. */
export function tunnel({ config, namespace, port, authority, hostOf }: TunnelArgs): AskServer {
  const forward = new PortForward(config);
  return async (pod, what) => {
    const ends: (() => void)[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      ends.push(() => socket.destroy());
      // Its type names one of the WebSocket package, which is not at hand here. Without retries it is the connection itself.
      const opening = forward.portForward(namespace, pod, [port], socket, null, socket) as Promise<Closable>;
      opening.then(
        // It does not end with the socket, and would keep the program from ending.
        (opened) => ends.push(() => opened.close()),
        (error: unknown) => socket.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    });
    try {
      return await ask(await listen(server), hostOf(pod), authority, what);
    } finally {
      for (const end of ends) end();
      server.close();
    }
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** One request to a server on this machine's port, whose certificate has to be for `host`. */
export async function ask(
  port: number,
  host: string,
  authority: string,
  { method, path, token, body }: ServerRequest,
): Promise<ServerAnswer> {
  const answer = await requestJson({
    url: new URL(path, `https://127.0.0.1:${port}`),
    method,
    ca: authority,
    servername: host,
    headers: { host: `${host}:${port}`, ...(token !== undefined && { "x-vault-token": token }) },
    body,
    timeoutMs,
    mostBytes,
  });
  return { status: answer.status, body: answer.body };
}

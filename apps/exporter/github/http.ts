import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";

import { readAll } from "../../shared/read-all";

/** An answer of GitHub, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface Sent {
  readonly url: URL;
  /** @default GET */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** No page that is asked for is as large: 100 runs are about 1.2 MB. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Sends requests over connections that stay open, with Node's own client: a 304 costs it a third of what it costs `fetch`. A company's
 * authorities are the process's (`NODE_EXTRA_CA_CERTS`), and so is its proxy (`HTTPS_PROXY`, `NO_PROXY`), through which `https` goes.
 */
export class Http {
  private readonly kept;
  private readonly plain;
  /** By address of the proxy; the empty one stands for the direct way. */
  private readonly tls = new Map<string, PlainAgent>();

  public constructor(private readonly options: { readonly timeoutMs: number; readonly mostConnections: number }) {
    this.kept = { keepAlive: true, maxSockets: options.mostConnections, keepAliveMsecs: 30_000 };
    this.plain = new PlainAgent(this.kept);
  }

  /** @throws Error when no whole answer came. It names the path, never a header. */
  public send({ url, method = "GET", headers, body }: Sent): Promise<Answer> {
    const { timeoutMs } = this.options;
    const [request, agent] = url.protocol === "http:" ? [plainRequest, this.plain] : [tlsRequest, this.agentFor(url)];
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(timeoutMs);
      const fail = (error: Error): void => {
        const what = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : error.message;
        reject(new Error(`${method} ${url.pathname}: ${what}`));
      };
      const pending = request(
        url,
        { method, agent, signal, headers: { "accept-encoding": "gzip", ...headers } },
        (response) => {
          const zipped = response.headers["content-encoding"] === "gzip";
          response.once("aborted", () => fail(new Error("the connection broke off")));
          // What goes wrong with the answer ends the unpacking too, where it is reported.
          const stream = zipped ? pipeline(response, createGunzip(), () => undefined) : response;
          readAll(stream, mostBytes).then(
            (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: bytes.toString() }),
            fail,
          );
        },
      );
      pending.once("error", fail);
      pending.end(body);
    });
  }

  public close(): void {
    for (const agent of [this.plain, ...this.tls.values()]) agent.destroy();
  }

  private agentFor(url: URL): PlainAgent {
    const proxy = getProxyForUrl(url.href);
    const known = this.tls.get(proxy);
    if (known) return known;
    const agent = proxy === "" ? new TlsAgent(this.kept) : new HttpsProxyAgent(proxy, this.kept);
    this.tls.set(proxy, agent);
    return agent;
  }
}

import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { createGunzip } from "node:zlib";

/** An answer of GitHub, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface Get {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** No page that is asked for is as large: 100 runs are about 1.2 MB. */
const mostBytes = 16 * 1024 * 1024;

/**
 * Sends GET requests over connections that stay open, with Node's own client: a 304 costs it a third of what it costs `fetch`. A company's
 * authorities are the process's (`NODE_EXTRA_CA_CERTS`).
 */
export class Http {
  private readonly plain;
  private readonly tls;

  public constructor(private readonly options: { readonly timeoutMs: number; readonly mostConnections: number }) {
    const kept = { keepAlive: true, maxSockets: options.mostConnections, keepAliveMsecs: 30_000 };
    this.plain = new PlainAgent(kept);
    this.tls = new TlsAgent(kept);
  }

  /** @throws Error when no whole answer came. It names the path, never a header. */
  public get({ url, headers }: Get): Promise<Answer> {
    const { timeoutMs } = this.options;
    const [request, agent] = url.protocol === "http:" ? [plainRequest, this.plain] : [tlsRequest, this.tls];
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        const what = error.name === "TimeoutError" ? `no answer within ${timeoutMs / 1000} s` : error.message;
        reject(new Error(`GET ${url.pathname}: ${what}`));
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const pending = request(
        url,
        { agent, signal, headers: { "accept-encoding": "gzip", ...headers } },
        (response) => {
          const zipped = response.headers["content-encoding"] === "gzip";
          const stream = zipped ? response.pipe(createGunzip()) : response;
          const chunks: Buffer[] = [];
          let size = 0;
          stream.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > mostBytes) pending.destroy(new Error(`the answer is larger than ${mostBytes} bytes`));
            else chunks.push(chunk);
          });
          response.once("error", fail);
          response.once("aborted", () => fail(new Error("the connection broke off")));
          stream.once("error", fail);
          stream.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      pending.once("error", fail);
      pending.end();
    });
  }

  public close(): void {
    this.plain.destroy();
    this.tls.destroy();
  }
}

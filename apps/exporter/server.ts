import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Exposed } from "./metrics/exposition";
import type { Delivery, DeliveryResult } from "./feeds/webhook";

export interface MetricsServerOptions {
  readonly expose: (accept: string | undefined) => Promise<Exposed>;
  /** See `unreadyReasons`. */
  readonly unready: () => readonly string[];
}

/** Serves `/metrics` from memory, `/healthz` (the program goes round) and `/readyz` (its numbers may be believed). */
export function metricsServer({ expose, unready }: MetricsServerOptions): Server {
  return createServer((request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      answer(response, 405, "GET only\n");
      return;
    }
    switch (pathOf(request)) {
      case "/metrics":
        expose(request.headers.accept).then(
          (exposed) => sendMetrics(request, response, exposed),
          (error: unknown) => answer(response, 500, `${String(error)}\n`),
        );
        return;
      case "/healthz": {
        answer(response, 200, "ok\n");
        return;
      }
      case "/readyz": {
        const reasons = unready();
        answer(
          response,
          reasons.length === 0 ? 200 : 503,
          `${JSON.stringify({ ready: reasons.length === 0, reasons })}\n`,
        );
        return;
      }
      default: {
        answer(response, 404, "there are /metrics, /healthz and /readyz\n");
        return;
      }
    }
  });
}

function sendMetrics(request: IncomingMessage, response: ServerResponse, exposed: Exposed): void {
  const zipped = /\bgzip\b/.test([request.headers["accept-encoding"]].join());
  response.writeHead(200, {
    "content-type": exposed.contentType,
    vary: "accept, accept-encoding",
    ...(zipped && { "content-encoding": "gzip" }),
  });
  response.end(zipped ? exposed.zipped : exposed.plain);
}

/** GitHub sends no more. */
const mostBytes = 25 * 1024 * 1024;

const statusOf: Readonly<Record<DeliveryResult, number>> = {
  accepted: 202,
  duplicate: 202,
  ignored: 202,
  unsigned: 401,
  malformed: 400,
};

/** Takes webhooks at `/webhook`. It has a port of its own, so that nothing else of the exporter need be reachable from outside. */
export function webhookServer(receive: (delivery: Delivery) => Promise<DeliveryResult>): Server {
  const server = createServer((request, response) => {
    if (pathOf(request) !== "/webhook") {
      answer(response, 404, "there is /webhook\n");
      return;
    }
    if (request.method !== "POST") {
      answer(response, 405, "POST only\n");
      return;
    }
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return typeof value === "string" ? value : undefined;
    };
    readBody(request).then(
      async (body) => {
        if (body === undefined) {
          answer(response, 413, `at most ${mostBytes} bytes\n`);
          return;
        }
        const result = await receive({
          event: header("x-github-event"),
          id: header("x-github-delivery"),
          signature: header("x-hub-signature-256"),
          body,
        });
        answer(response, statusOf[result], `${result}\n`);
      },
      () => response.destroy(),
    );
  });
  // GitHub gives up after 10 seconds.
  server.requestTimeout = 30_000;
  return server;
}

function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once("error", reject);
    request.once("aborted", () => reject(new Error("aborted")));
    request.once("end", () => resolve(Buffer.concat(chunks)));
  });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?")[0] ?? "";
}

function answer(response: ServerResponse, status: number, text: string): void {
  const type = text.startsWith("{") ? "application/json" : "text/plain; charset=utf-8";
  response.writeHead(status, { "content-type": type }).end(text);
}

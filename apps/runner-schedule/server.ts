import { createServer, type Server } from "node:http";

import { longestPauseMs } from "./loop";
import type { Metrics } from "./metrics";

/** A look at many sets with a slow API server takes its time; three missed ones in a row mean that the program hangs. */
const unhealthyAfterMs = 3 * longestPauseMs + 120_000;

/** Serves `/healthz`, which says whether the program still goes round (not whether the API server answers), and `/metrics`. */
export function serve(port: number, metrics: Metrics): Server {
  return createServer((request, response) => {
    const reply = (status: number, text: string): void => {
      response.writeHead(status, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
    };
    if (request.method !== "GET" && request.method !== "HEAD") reply(405, "GET only\n");
    else if (request.url === "/metrics") reply(200, metrics.text());
    else if (request.url === "/healthz") {
      const healthy = metrics.sinceLastPass(Date.now()) < unhealthyAfterMs;
      reply(healthy ? 200 : 503, healthy ? "ok\n" : "no look at the scale sets for minutes\n");
    } else reply(404, "there are /healthz and /metrics\n");
  }).listen(port);
}

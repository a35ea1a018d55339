import type { ServerResponse } from "node:http";
import type { Reply } from "../http/reply";
import { bodyOf } from "../http/send";

/** What goes wrong between GitHub and its clients: shares of all requests, 0 to 1 each. */
export interface FaultOptions {
  /** A page of HTML with status 502, as load balancers send it. @default 0 */
  readonly badGateway?: number;
  /** The body ends in the middle, though its length was told. @default 0 */
  readonly cut?: number;
  /** The connection is reset before any reply. @default 0 */
  readonly reset?: number;
  /** The reply comes only after `stallMillis`. @default 0 */
  readonly stall?: number;
  /** @default 10000 */
  readonly stallMillis?: number;
}

export type Fault = "badGateway" | "cut" | "reset" | "stall";
const faults: readonly Fault[] = ["badGateway", "cut", "reset", "stall"];

/** What goes wrong with the next request. @param random in [0, 1) */
export function pickFault(options: FaultOptions, random: number): Fault | undefined {
  let left = random;
  for (const fault of faults) {
    left -= options[fault] ?? 0;
    if (left < 0) return fault;
  }
  return undefined;
}

export const badGateway = "<html><head><title>502 Bad Gateway</title></head><body>Unicorn!</body></html>\n";

export function sendBadGateway(response: ServerResponse): number {
  response.writeHead(502, { "Content-Type": "text/html", "Content-Length": badGateway.length }).end(badGateway);
  return badGateway.length;
}

/** Sends the first half of a reply, then closes the connection. */
export function sendCut(response: ServerResponse, reply: Reply): number {
  const bytes = Buffer.from(bodyOf(reply) ?? "");
  const half = bytes.subarray(0, bytes.length >> 1);
  const headers = { "Content-Type": "application/json; charset=utf-8", "Content-Length": bytes.length };
  response.writeHead(reply.status, { ...reply.headers, ...headers });
  response.write(half, () => response.destroy());
  return half.length;
}

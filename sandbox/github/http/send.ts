import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { Reply } from "./reply";

/** Smaller bodies would hardly become smaller. */
const worthwhileBytes = 1024;

/** The body of a reply as it goes out; undefined when there is none. */
export function bodyOf({ body, text }: Reply): string | undefined {
  return text ?? (body === undefined ? undefined : JSON.stringify(body));
}

/**
 * Writes a reply; gives the length of its body as it went out.
 * @param acceptEncoding what the client said it takes: gzip makes long bodies a tenth as long. @default no compression
 */
export function send(response: ServerResponse, reply: Reply, acceptEncoding = ""): number {
  if (response.destroyed) return 0;
  const text = bodyOf(reply);
  if (text === undefined) {
    response.writeHead(reply.status, { ...reply.headers }).end();
    return 0;
  }
  const zip = acceptEncoding.includes("gzip") && text.length > worthwhileBytes;
  const bytes = zip ? gzipSync(text, { level: 1 }) : Buffer.from(text);
  response.writeHead(reply.status, {
    ...reply.headers,
    "Content-Type": "application/json; charset=utf-8",
    ...(zip && { "Content-Encoding": "gzip" }),
    "Content-Length": bytes.length,
  });
  response.end(bytes);
  return bytes.length;
}

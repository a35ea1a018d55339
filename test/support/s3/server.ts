import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

import {
  compositeHeader,
  digestProblem,
  etag,
  keptHeaders,
  listPage,
  type PendingUpload,
  sha256Header,
  type StoredObject,
  xmlError,
} from "./objects";

export type Operation =
  | "AbortMultipartUpload"
  | "CompleteMultipartUpload"
  | "CreateMultipartUpload"
  | "DeleteObject"
  | "GetObject"
  | "HeadObject"
  | "ListObjectsV2"
  | "PutObject"
  | "UploadPart";

export interface S3Request {
  readonly operation: Operation;
  readonly key: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/**
 * What the server does wrong. `error`: it refuses. `reset`: the connection breaks before anything is done; `lost`: after. `stall`: no answer.
 * `damage`: the body changes on the way, before the server compares sums; `drop`, `garble`: it stores less, or something else, and says nothing.
 */
export type Fault =
  | { readonly kind: "error"; readonly status: number; readonly code: string; readonly message?: string }
  | { readonly kind: "reset" | "lost" | "stall" | "damage" | "drop" | "garble" | "wrong-etag" };

/** Status, headers and body. */
type Answer = readonly [status: number, headers?: Record<string, string>, text?: string | Buffer];

/** A small S3 server in this process that goes wrong as it is told: path style, one bucket, signatures not looked at. */
export class S3Server {
  public readonly objects = new Map<string, StoredObject>();
  public readonly uploads = new Map<string, PendingUpload>();
  public readonly requests: S3Request[] = [];
  /** Asked before each request; `count` says how often this operation has been asked for, from 1. */
  public fault: (request: S3Request, count: number) => Fault | undefined = () => undefined;
  /** How far its clock is off. `undefined`: answers have no `Date`. */
  public clockOffsetMs: number | undefined = 0;
  public pageSize = 1000;
  public keepsMetadata = true;
  /** Most parts that were on their way at the same time. */
  public mostPartsAtOnce = 0;
  private partsNow = 0;
  private lastUpload = 0;

  private constructor(
    public readonly endpoint: string,
    private readonly stop: () => Promise<void>,
  ) {}

  /** Listens on a free port of the loopback address; with a certificate, it speaks TLS. */
  public static async start(tls?: { readonly cert: string; readonly key: string }): Promise<S3Server> {
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      void self.serve(request, response).catch(() => request.socket.destroy());
    };
    const server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const self = new S3Server(`${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    });
    return self;
  }

  public close(): Promise<void> {
    return this.stop();
  }

  public count(operation: Operation): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  public put(key: string, body: string | Buffer, lastModified: Date): void {
    this.objects.set(key, { body: Buffer.from(body), headers: {}, lastModified });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.endpoint);
    const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
    const asked = {
      operation: operationOf(request.method ?? "", url.searchParams, key),
      key,
      headers: request.headers,
    };
    this.requests.push(asked);
    if (asked.operation === "UploadPart") this.watchPart(response);
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    let body: Buffer = Buffer.concat(chunks);
    const fault = this.fault(asked, this.count(asked.operation));
    const answer = (...[status, headers = {}, text = ""]: Answer): void => {
      response.sendDate = false;
      const date = this.clockOffsetMs === undefined ? {} : { date: new Date(this.now()).toUTCString() };
      if (fault?.kind === "lost") request.socket.destroy();
      else response.writeHead(status, { ...date, ...headers }).end(request.method === "HEAD" ? "" : text);
    };
    if (fault?.kind === "stall") return;
    if (fault?.kind === "reset") {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "error") {
      answer(fault.status, {}, xmlError(fault.code, fault.message ?? fault.code));
      return;
    }
    if (fault?.kind === "damage") body = garbled(body);
    const problem = digestProblem(request.headers, body);
    if (problem !== undefined) {
      answer(400, {}, xmlError(problem, "the body is not what its checksum says"));
      return;
    }
    if (fault?.kind === "drop") body = body.subarray(0, -1);
    if (fault?.kind === "garble") body = garbled(body);
    const tag = fault?.kind === "wrong-etag" ? '"00000000000000000000000000000000"' : etag(body);
    answer(...this.act(asked, url.searchParams, body, tag));
  }

  private watchPart(response: ServerResponse): void {
    this.partsNow += 1;
    this.mostPartsAtOnce = Math.max(this.mostPartsAtOnce, this.partsNow);
    response.once("close", () => (this.partsNow -= 1));
  }

  private now(): number {
    return Date.now() + (this.clockOffsetMs ?? 0);
  }

  private act({ operation, key, headers }: S3Request, query: URLSearchParams, body: Buffer, tag: string): Answer {
    const object = this.objects.get(key);
    const upload = this.uploads.get(query.get("uploadId") ?? "");
    const occupied = headers["if-none-match"] === "*" && object !== undefined;
    const store = (content: Buffer, kept: Record<string, string>): void => {
      this.objects.set(key, {
        body: content,
        headers: this.keepsMetadata ? kept : {},
        lastModified: new Date(this.now()),
      });
    };
    switch (operation) {
      case "PutObject":
        if (occupied) return [412, {}, xmlError("PreconditionFailed", "there is an object")];
        store(body, { ...keptHeaders(headers), ...sha256Header(body) });
        return [200, { etag: tag }];
      case "CreateMultipartUpload": {
        this.lastUpload += 1;
        const id = `upload-${this.lastUpload}`;
        this.uploads.set(id, { key, headers: keptHeaders(headers), parts: new Map() });
        return [200, {}, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`];
      }
      case "UploadPart":
        if (upload === undefined) return [404, {}, xmlError("NoSuchUpload", "no such upload")];
        upload.parts.set(Number(query.get("partNumber")), body);
        return [200, { etag: tag }];
      case "CompleteMultipartUpload": {
        if (upload === undefined) return [404, {}, xmlError("NoSuchUpload", "no such upload")];
        if (occupied) return [412, {}, xmlError("PreconditionFailed", "there is an object")];
        const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
        store(Buffer.concat(parts), { ...upload.headers, ...compositeHeader(parts) });
        this.uploads.delete(query.get("uploadId") ?? "");
        return [200, {}, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"];
      }
      case "AbortMultipartUpload":
        this.uploads.delete(query.get("uploadId") ?? "");
        return [204];
      case "DeleteObject":
        this.objects.delete(key);
        return [204];
      case "ListObjectsV2": {
        const after = query.get("continuation-token") ?? "";
        const size = Math.min(this.pageSize, Number(query.get("max-keys") ?? 1000));
        return [200, {}, listPage(this.objects, query.get("prefix") ?? "", after, size)];
      }
      default:
        if (object === undefined) return [404, {}, xmlError("NoSuchKey", "no such key")];
        return [200, { ...object.headers, "content-length": String(object.body.length) }, object.body];
    }
  }
}

function operationOf(method: string, query: URLSearchParams, key: string): Operation {
  if (key === "") return "ListObjectsV2";
  if (method === "POST") return query.has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload";
  if (method === "PUT") return query.has("partNumber") ? "UploadPart" : "PutObject";
  if (method === "DELETE") return query.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
  return method === "HEAD" ? "HeadObject" : "GetObject";
}

function garbled(body: Buffer): Buffer {
  const other = Buffer.from(body);
  const middle = Math.floor(other.length / 2);
  other[middle] = (other[middle] ?? 0) ^ 1;
  return other;
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";

/** A request as the fake registry saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers a request; `undefined` breaks the connection off, `silence` leaves it open without a word. */
export type Answer = (request: Seen) => Reply | "silence" | undefined;

/** An HTTP server that lives for one test of the enclosing `describe`, answers as the test says, and remembers what it was asked. */
export class FakeRegistry {
  public readonly seen: Seen[] = [];
  private answer: Answer = () => ({ status: 404 });
  private address = "";

  public constructor() {
    const server = createServer((request, response) => void this.serve(request, response));
    beforeEach((done) => {
      this.seen.length = 0;
      this.answer = () => ({ status: 404 });
      server.listen(0, "127.0.0.1", () => {
        this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        done();
      });
    });
    afterEach((done) => {
      server.closeAllConnections();
      server.close(() => done());
    });
  }

  /** `host:port` at which it listens. */
  public get host(): string {
    return this.address;
  }

  public answers(answer: Answer): void {
    this.answer = answer;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const seen = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    this.seen.push(seen);
    const reply = this.answer(seen);
    if (reply === "silence") return;
    if (!reply) {
      response.destroy();
      return;
    }
    response.writeHead(reply.status ?? 200, reply.headers);
    response.end(seen.method === "HEAD" ? undefined : reply.body);
  }
}

export const indexType = "application/vnd.oci.image.index.v1+json";
export const manifestType = "application/vnd.oci.image.manifest.v1+json";

export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** An index of images for some platforms; `marker` makes it another one. */
export function imageIndex(platforms: readonly Readonly<Record<string, string>>[], marker = ""): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: platforms.map((platform) => ({ mediaType: manifestType, size: 2, digest: digestOf("{}"), platform })),
    annotations: { marker },
  });
}

/** The answer of a registry that holds this manifest. */
export function manifestReply(body: string, mediaType = indexType): Reply {
  return { headers: { "Content-Type": mediaType, "Docker-Content-Digest": digestOf(body) }, body };
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

import type { Identity } from "./identity";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers of a server of Vault that a backup asks; each can be made to fail. */
export class StubVault {
  public readonly requests: string[] = [];
  /** Tokens that came, by request. */
  public readonly tokens: string[] = [];
  public readonly canaries: unknown[] = [];
  public logins = 0;
  public revoked = 0;
  public clusterId = "11111111-2222-3333-4444-555555555555";
  /** What Vault's clock is ahead, in milliseconds. */
  public aheadMs = 0;
  /** Replaced by tests. */
  public health: Handler = (_, response) =>
    json(response, 200, {
      initialized: true,
      sealed: false,
      cluster_id: this.clusterId,
      cluster_name: "c",
      version: "2.7.2",
    });
  public login: Handler = (_, response) => {
    this.logins += 1;
    json(response, 200, { auth: { client_token: `s.token-number-${this.logins}` } });
  };
  public snapshot: Handler = (_, response) => json(response, 500, {});
  private server: Server | undefined;

  public async open(identity: Identity): Promise<void> {
    this.server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) =>
      this.handle(request, response),
    );
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
  }

  public get address(): string {
    return `https://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** How often a snapshot was asked for. */
  public get snapshots(): number {
    return this.requests.filter((each) => each === "GET /v1/sys/storage/raft/snapshot").length;
  }

  public close(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "").split("?")[0] ?? "";
    this.requests.push(`${request.method ?? ""} ${path}`);
    const token = request.headers["x-vault-token"];
    if (typeof token === "string") this.tokens.push(token);
    response.setHeader("date", new Date(Date.now() + this.aheadMs).toUTCString());
    if (path === "/v1/sys/health") {
      this.health(request, response);
      return;
    }
    if (path === "/v1/auth/kubernetes/login") {
      this.login(request, response);
      return;
    }
    if (path === "/v1/sys/storage/raft/snapshot") {
      this.snapshot(request, response);
      return;
    }
    if (path === "/v1/auth/token/revoke-self") {
      this.revoked += 1;
      json(response, 204, undefined);
      return;
    }
    if (path === "/v1/secret/data/vault-backup/canary") {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        this.canaries.push(JSON.parse(text));
        json(response, 200, {});
      });
      return;
    }
    json(response, 404, { errors: [] });
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** One handler after the other, the last for ever. */
export function inTurn(...handlers: readonly Handler[]): Handler {
  let next = 0;
  return (request, response) => {
    const handler = handlers[Math.min(next, handlers.length - 1)];
    next += 1;
    handler?.(request, response);
  };
}

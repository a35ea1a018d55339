import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { OidcIssuer } from "../../../sandbox/github/auth/oidc";
import { type JobIdentity, jobClaims } from "../../../sandbox/github/service/identity";
import { freePort } from "../../support/free-port";

const rootToken = "root-of-the-test";

/** GitHub's issuer of tokens, with the address where a job asks for its own. */
export class TokenService {
  private readonly server: Server;
  private readonly issuer: OidcIssuer;
  /** The job that asks next. */
  public job: JobIdentity = { repository: "acme/app", ref: "refs/heads/main", event: "push" };

  public constructor(folder: string) {
    this.issuer = new OidcIssuer(folder, Date.now);
    this.server = createServer((incoming, outgoing) => {
      void this.answer(new URL(incoming.url ?? "", this.address)).then((body) => outgoing.end(JSON.stringify(body)));
    });
  }

  public async open(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  public get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ pathname, searchParams }: URL): Promise<unknown> {
    if (pathname === "/jwks") return this.issuer.keys();
    if (pathname === "/token")
      return {
        value: await this.issuer.sign(this.address, searchParams.get("audience") ?? "", jobClaims(this.job)),
      };
    return {
      issuer: this.address,
      jwks_uri: `${this.address}/jwks`,
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }
}

/** An OpenBao in memory with TLS, as `bao server -dev` starts it: with a key-value engine of version 2 at `secret`. */
export class DevServer {
  private constructor(
    private readonly child: ChildProcess,
    public readonly address: string,
    public readonly authority: string,
  ) {}

  /** @param folder where its certificate goes. */
  public static async start(bao: string, folder: string): Promise<DevServer> {
    const listen = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      bao,
      [
        ...["server", "-dev", "-dev-tls", `-dev-tls-cert-dir=${folder}`, "-dev-no-store-token"],
        ...[`-dev-root-token-id=${rootToken}`, `-dev-listen-address=${listen}`],
      ],
      { stdio: "ignore", env: { HOME: folder, PATH: process.env["PATH"] } },
    );
    for (let patience = 100; ; patience--) {
      try {
        const server = new DevServer(child, `https://${listen}`, readFileSync(join(folder, "vault-ca.pem"), "utf8"));
        await server.call("GET", "secret/config");
        return server;
      } catch (cause) {
        if (patience === 0 || child.exitCode !== null) throw new Error("OpenBao does not start", { cause });
        await wait(200);
      }
    }
  }

  /** Asks as root; gives `data` of the answer. */
  public async call(method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> {
    const call = request(`${this.address}/v1/${path}`, {
      method,
      ca: this.authority,
      agent: false,
      headers: { "x-vault-token": rootToken },
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(call, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    if ((response.statusCode ?? 500) >= 300) throw new Error(`${method} ${path}: ${response.statusCode ?? 0} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as { readonly data?: unknown }).data;
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    this.child.kill();
    await once(this.child, "exit");
  }
}

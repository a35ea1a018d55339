import { strict as assert } from "node:assert";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { type ServerCertificate, TestAuthority } from "../../e2e/support/server-certificates";
import { temporaryFolder } from "../../support/temporary";
import { runStep, type Step, visible } from "./runner";

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

export interface Asked {
  /** `METHOD path`, with the query. */
  readonly request: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
}

export const bearer = "bearer-of-the-job";
const claims = { aud: "https://vault.example.com", repository_id: "42", ref: "refs/heads/main", event_name: "push" };
export const jwt = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2lnbmF0dXJl`;
export const vaultToken = "hvb.token-of-vault";

const signingKey = "-----BEGIN KEY-----\r\nMIIE%25vQ\n  indented line  \n\n-----END KEY-----";

/** The secret at `secret/data/harbor` of each world. */
export const harbor = { username: "robot$ci", password: "hunter2::set-output%0A", "signing-key": signingKey } as const;

/** Lines that read its login. */
export const harborLogin =
  "secret/data/harbor username | HARBOR_USERNAME\nsecret/data/harbor password | HARBOR_PASSWORD\n";

/** A world for each test of the enclosing `describe`; the function gives it. */
export function worlds(): () => World {
  const folder = temporaryFolder();
  let authority: TestAuthority;
  let identity: ServerCertificate;
  let world: World;
  before(async () => {
    authority = await TestAuthority.create();
    identity = await authority.issue([{ type: "ip", value: "127.0.0.1" }]);
  });
  beforeEach(async () => {
    world = new World(folder(), identity, authority.pem);
    world.secrets.set("secret/data/harbor", harbor);
    await world.open();
  });
  afterEach(() => {
    world.close();
  });
  return () => world;
}

/** Nothing that a person can read in the log is a secret or opens one. */
export function assertNothingShows(step: Step): void {
  const secrets = [harbor.password, harbor.username, "MIIE", "indented line", jwt, bearer, vaultToken];
  for (const secret of secrets) assert.ok(!visible(step).includes(secret), `the log has ${secret}`);
}

/** GitHub's service for OIDC tokens and a Vault, behind one certificate. */
export class World {
  public readonly asked: Asked[] = [];
  /** Secrets by path of the request. */
  public readonly secrets = new Map<string, Record<string, unknown>>();
  /** The role that may log in. */
  public role = "harbor-reader";
  public tokenType = "batch";
  /** Answers instead of the servers; "cut" ends the connection. */
  public intercept: (request: string, count: number) => Reply | "cut" | undefined = () => undefined;
  private readonly server: Server;

  public constructor(
    private readonly folder: string,
    identity: ServerCertificate,
    private readonly authority: string,
  ) {
    this.server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
      void this.answer(request).then((reply) => {
        if (reply === "cut") return response.destroy();
        response.writeHead(reply.status, { "content-type": "application/json" });
        return response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
      });
    });
  }

  public async open(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    writeFileSync(join(this.folder, "authority.pem"), this.authority);
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  public get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The requests so far, each as `METHOD path`. */
  public get requests(): string[] {
    return this.asked.map(({ request }) => request);
  }

  /** A step of a job at this GitHub, with this Vault. */
  public step(
    inputs: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Step> {
    return runStep(
      this.folder,
      { url: this.url, role: "harbor-reader", "ca-certificate": this.authority, "retry-seconds": "0", ...inputs },
      {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${this.url}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
        // Of the runner's machine: the authority of GitHub itself.
        NODE_EXTRA_CA_CERTS: join(this.folder, "authority.pem"),
        ...environment,
      },
    );
  }

  private async answer(message: IncomingMessage): Promise<Reply | "cut"> {
    const request = `${message.method ?? ""} ${message.url ?? ""}`;
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    this.asked.push({ request, headers: message.headers, body });
    const count = this.requests.filter((other) => other === request).length;
    const { pathname } = new URL(message.url ?? "", this.url);
    return this.intercept(request, count) ?? this.usual(message, pathname, body);
  }

  private usual(message: IncomingMessage, path: string, body: Readonly<Record<string, unknown>>): Reply {
    if (path === "/token") {
      return message.headers.authorization === `Bearer ${bearer}` ? reply(200, { value: jwt }) : reply(401);
    }
    if (path === "/v1/auth/github/login") return this.logIn(body);
    if (message.headers["x-vault-token"] !== vaultToken) return reply(403, { errors: ["permission denied"] });
    if (path === "/v1/auth/token/revoke-self") return reply(204);
    const name = path.replace("/v1/", "");
    if (message.method === "POST") {
      this.secrets.set(name, body["data"] as Record<string, unknown>);
      return reply(200, { data: { version: 2 } });
    }
    const data = this.secrets.get(name);
    return data === undefined ? reply(404, { errors: [] }) : reply(200, { data: { data, metadata: { version: 1 } } });
  }

  private logIn({ role, jwt: given }: Readonly<Record<string, unknown>>): Reply {
    if (given !== jwt) return reply(400, { errors: ["error verifying token"] });
    if (role !== this.role) return reply(400, { errors: [`role "${String(role)}" could not be found`] });
    return reply(200, { auth: { client_token: vaultToken, token_type: this.tokenType } });
  }
}

function reply(status: number, body?: unknown): Reply {
  return { status, body };
}

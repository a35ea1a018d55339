import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { VaultInitConfig } from "../../../../components/vault/init-config";
import { StubKubernetes } from "./stub-kubernetes";
import { type Reply, StubVault } from "./stub-vault";

export interface Identity {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Three servers of Vault and an API server, for a program that may be killed at any moment. */
export class World {
  public readonly kubernetes = new StubKubernetes();
  public readonly vault: StubVault;
  /** What the last run asked to be changed, as `METHOD host path`. */
  public readonly changesAsked: string[] = [];
  public output = "";
  /** Asked before a request takes effect; what it returns is answered instead. */
  public intercept: (request: string) => Reply | undefined = () => undefined;
  private readonly servers: Server[] = [];
  private child: ChildProcess | undefined;
  private lastChange: number | undefined;

  public constructor(
    private readonly folder: string,
    private readonly program: string,
    private readonly identity: Identity,
    private readonly changes: Partial<VaultInitConfig>,
  ) {
    this.vault = new StubVault(changes.seal ?? "auto");
    this.vault.reviewed = (jwt, audience) => {
      const issued = this.kubernetes.issued.get(jwt);
      return issued?.audience === audience ? issued.account : undefined;
    };
    mkdirSync(folder, { recursive: true });
  }

  public async open(): Promise<void> {
    for (const host of ["kubernetes", "vault-0", "vault-1", "vault-2"]) {
      const server = createServer({ cert: this.identity.certificate, key: this.identity.key }, (request, response) => {
        void this.answer(host, request).then((reply) => {
          if (!reply) return response.destroy();
          response.writeHead(reply.status, { "content-type": "application/json" });
          return response.end(reply.body === undefined ? "" : JSON.stringify(reply.body));
        });
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      this.servers.push(server);
    }
    writeFileSync(join(this.folder, "ca.crt"), this.identity.authority);
    writeFileSync(join(this.folder, "token"), this.kubernetes.token);
    writeFileSync(join(this.folder, "init.json"), JSON.stringify(this.config()));
  }

  public close(): void {
    this.child?.kill("SIGKILL");
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** Everything that must not have been written anywhere. */
  public get secrets(): string[] {
    return [...this.vault.secrets, ...this.kubernetes.issued.keys(), this.kubernetes.token];
  }

  /**
   * Runs the program to its end.
   *
   * @param lastChange number, from 0, of the request that changes something after which the program is killed. It gets no answer
   */
  public async run(lastChange?: number): Promise<Ended> {
    this.changesAsked.length = 0;
    this.lastChange = lastChange;
    const child = spawn(process.execPath, [this.program, "run"], {
      cwd: "/",
      env: {
        VAULT_INIT_CONFIG: join(this.folder, "init.json"),
        SERVICE_ACCOUNT_FOLDER: this.folder,
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String(this.port(0)),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += String(chunk)));
    const [code] = (await once(child, "close")) as [number | null];
    this.output += output;
    return { code, output };
  }

  public signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  private port(index: number): number {
    return (this.servers[index]?.address() as AddressInfo).port;
  }

  private config(): VaultInitConfig {
    return {
      distribution: "openbao",
      namespace: "vault",
      peers: [0, 1, 2].map((index) => ({
        name: `vault-${index}`,
        address: `https://127.0.0.1:${this.port(index + 1)}`,
      })),
      claims: ["data-vault-0", "data-vault-1", "data-vault-2"],
      caFile: join(this.folder, "ca.crt"),
      recoverySecret: "vault-recovery",
      bootstrapSecret: "vault-bootstrap",
      seal: "auto",
      shares: 3,
      threshold: 2,
      login: {
        mount: "kubernetes",
        kubernetesHost: "https://kubernetes.default.svc",
        role: "platform-admin",
        policy: { name: "platform-admin", text: 'path "sys/mounts" { capabilities = ["read"] }' },
        serviceAccount: "vault-provisioner",
        audience: "vault",
        ttlSeconds: 1200,
      },
      timing: { pollSeconds: 0.02, waitSeconds: 5, storeSeconds: 20 },
      ...this.changes,
    };
  }

  private async answer(host: string, request: IncomingMessage): Promise<Reply | undefined> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    const { method = "", url = "", headers } = request;
    const asked = `${method} ${host} ${url}`;
    const number = method === "GET" ? -1 : this.changesAsked.push(asked) - 1;
    const reply =
      this.intercept(asked) ??
      (host === "kubernetes"
        ? this.kubernetes.handle(method, url, headers.authorization ?? "", body)
        : this.vault.handle(
            Number(host.slice("vault-".length)),
            method,
            url.replace("/v1/", ""),
            String(headers["x-vault-token"]),
            body,
          ));
    if (number !== this.lastChange) return reply;
    this.child?.kill("SIGKILL");
    return undefined;
  }
}

import { randomBytes } from "node:crypto";

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

interface Server {
  joined: boolean;
  sealed: boolean;
}

const refused: Reply = { status: 403, body: { errors: ["permission denied"] } };
const bad = (...errors: string[]): Reply => ({ status: 400, body: { errors } });
const done: Reply = { status: 204 };

/** As much of a cluster of three servers as its initialisation sees. All of them answer for the one that leads. */
export class StubVault {
  public initializations = 0;
  public readonly audit = new Map<string, unknown>();
  public readonly mounts = new Map<string, { type: string; config?: object; roles: Map<string, Role> }>();
  public readonly policies = new Map<string, string>();
  /** Good tokens with what they may do. */
  public readonly tokens = new Map<string, "root" | "platform-admin">();
  /** Whatever must never be seen outside. */
  public readonly secrets: string[] = [];
  public readonly servers: Server[] = [0, 1, 2].map(() => ({ joined: false, sealed: true }));
  /** Tokens of ServiceAccounts that Kubernetes vouches for. */
  public reviewed: (jwt: string, audience: string) => string | undefined = () => undefined;
  private shares: string[] = [];

  public constructor(private readonly seal: "auto" | "shamir") {}

  public get initialized(): boolean {
    return this.initializations > 0;
  }

  /** Somebody initialises it, without telling anyone. */
  public initializeElsewhere(): string {
    const { root_token } = this.initialize({ secret_shares: 1, recovery_shares: 1 }).body as { root_token: string };
    return root_token;
  }

  /** The node forgets everything, as one whose volumes were lost. */
  public loseEverything(): void {
    this.initializations = 0;
    this.servers.forEach((server) => Object.assign(server, { joined: false, sealed: true }));
  }

  public handle(server: number, method: string, path: string, token: string, body: Record<string, unknown>): Reply {
    if (path === "sys/health") return this.health(server);
    if (path === "sys/init") return this.initialized ? bad("Vault is already initialized") : this.initialize(body);
    if (path === "sys/unseal") return this.unseal(server, String(body["key"]));
    const of = this.servers[server];
    if (!of || of.sealed) return { status: 503, body: { errors: ["Vault is sealed"] } };
    const login = /^auth\/([^/]+)\/login$/.exec(path);
    if (login) return this.logIn(login[1] ?? "", body);
    if (!this.tokens.has(token)) return refused;
    return method === "GET" ? this.read(path) : this.write(path, token, body);
  }

  private health(server: number): Reply {
    const { joined = false, sealed = true } = this.servers[server] ?? {};
    const standby = sealed || server !== this.servers.findIndex((other) => other.joined && !other.sealed);
    return { status: joined ? (sealed ? 503 : 200) : 501, body: { initialized: joined, sealed, standby } };
  }

  private initialize(body: Record<string, unknown>): Reply {
    this.initializations += 1;
    const count = Number(this.seal === "auto" ? body["recovery_shares"] : body["secret_shares"]);
    this.shares = Array.from({ length: count }, () => randomBytes(33).toString("base64"));
    const rootToken = `s.${randomBytes(12).toString("hex")}`;
    this.tokens.set(rootToken, "root");
    this.secrets.push(rootToken, ...this.shares);
    this.servers.forEach((server) => Object.assign(server, { joined: true, sealed: this.seal === "shamir" }));
    const key = this.seal === "auto" ? "recovery_keys_base64" : "keys_base64";
    return { status: 200, body: { root_token: rootToken, [key]: this.shares } };
  }

  private unseal(server: number, share: string): Reply {
    if (!this.shares.includes(share)) return bad("not a share");
    const of = this.servers[server];
    if (of) of.sealed = false;
    return { status: 200, body: { sealed: false } };
  }

  private logIn(mount: string, { role, jwt }: Record<string, unknown>): Reply {
    const of = this.mounts.get(mount)?.roles.get(String(role));
    if (!this.mounts.has(mount)) return { status: 404, body: { errors: [] } };
    if (!of) return bad("invalid role name");
    if (this.reviewed(String(jwt), of.audience) !== of.bound_service_account_names[0]) return refused;
    const token = `s.${randomBytes(12).toString("hex")}`;
    this.tokens.set(token, "platform-admin");
    this.secrets.push(token);
    return { status: 200, body: { auth: { client_token: token } } };
  }

  private read(path: string): Reply {
    const [, mount = "", what = "", role = ""] = /^auth\/([^/]+)\/(config|role)(?:\/(.+))?$/.exec(path) ?? [];
    const found = what === "config" ? this.mounts.get(mount)?.config : what && this.mounts.get(mount)?.roles.get(role);
    if (what !== "") return found ? { status: 200, body: { data: found } } : { status: 404, body: { errors: [] } };
    const policy = /^sys\/policies\/acl\/(.+)$/.exec(path)?.[1];
    if (policy !== undefined) {
      const text = this.policies.get(policy);
      return text === undefined ? { status: 404 } : { status: 200, body: { data: { name: policy, policy: text } } };
    }
    const answers: Record<string, object> = {
      "auth/token/lookup-self": {},
      "sys/audit": Object.fromEntries([...this.audit].map(([device, value]) => [`${device}/`, value])),
      "sys/auth": Object.fromEntries([...this.mounts].map(([name, { type }]) => [`${name}/`, { type }])),
      "sys/storage/raft/configuration": {
        config: {
          servers: this.servers.flatMap(({ joined }, index) =>
            joined ? [{ node_id: `vault-${index}`, voter: true }] : [],
          ),
        },
      },
      "sys/storage/raft/autopilot/state": {
        healthy: this.servers.every(({ sealed }) => !sealed),
        failure_tolerance: this.servers.every(({ sealed }) => !sealed) ? 1 : 0,
      },
    };
    const data = answers[path];
    return data ? { status: 200, body: { data } } : { status: 404, body: { errors: [] } };
  }

  private write(path: string, token: string, body: Record<string, unknown>): Reply {
    const [, area = "", name = "", rest = ""] =
      /^(sys\/audit|sys\/auth|sys\/policies\/acl|auth)\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    if (path === "auth/token/revoke-self") {
      this.tokens.delete(token);
      return done;
    }
    if (area === "sys/audit") {
      if (this.audit.has(name)) return bad("path already in use");
      this.audit.set(name, body);
      return done;
    }
    if (area === "sys/auth") {
      if (this.mounts.has(name)) return bad(`path is already in use at ${name}/`);
      this.mounts.set(name, { type: String(body["type"]), roles: new Map() });
      return done;
    }
    if (area === "sys/policies/acl") {
      this.policies.set(name, String(body["policy"]));
      return done;
    }
    const mount = this.mounts.get(name);
    if (!mount) return { status: 404, body: { errors: [] } };
    if (rest === "config") mount.config = body;
    else mount.roles.set(rest.replace("role/", ""), body as unknown as Role);
    return done;
  }
}

interface Role {
  readonly audience: string;
  readonly bound_service_account_names: readonly string[];
}

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { autopilotOf, healthOf } from "../../../cli/vault/observe";
import type { ObservedCluster, ObservedServer } from "../../../cli/vault/plan";
import { ask, type ServerAnswer, type ServerRequest } from "../../../cli/vault/tunnel";
import type { UpgradeAccess } from "../../../cli/vault/upgrade";
import { serverConfig } from "../../../components/vault/server-config";
import { podHost } from "../../../components/vault/server-names";
import { healthPaths } from "../../../components/vault/server-pod";
import { serverRelease } from "../../../components/vault/server-release";
import type { Unseal } from "../../../components/vault/unseal-config";
import { wheelTools } from "../../../sandbox/tools/catalog";
import { collectPrograms, program } from "../../../sandbox/tools/ensure";
import { freePort } from "../../support/free-port";
import { TestAuthority } from "./server-certificates";

export interface Ports {
  readonly api: number;
  readonly cluster: number;
  readonly metrics: number;
}

interface Running {
  readonly process: ChildProcess;
  readonly revision: string;
}

const place = { name: "vault", namespace: "vault" };

/**
 * Three servers of OpenBao on this machine, with the configuration that `serverConfig` renders: as in a cluster, but for addresses and folders.
 * They can be upgraded as those of a cluster: a server that is replaced ends and starts anew with the present revision.
 */
export class VaultServers implements UpgradeAccess {
  public readonly names = ["vault-0", "vault-1", "vault-2"];
  /** What was replaced, and who handed over. */
  public readonly done: string[] = [];
  /** Of the next server that starts. */
  public revision = "1";
  public rootToken = "";
  /** How the next server that starts gets its key. */
  public unseal: Unseal = { method: "static", secret: { name: "vault-unseal", key: "key" }, keyId: "1" };
  private readonly running = new Map<string, Running>();

  private constructor(
    private readonly folder: string,
    private readonly bao: string,
    public readonly authority: TestAuthority,
    private readonly ports: ReadonlyMap<string, Ports>,
  ) {}

  public static async create(folder: string): Promise<VaultServers> {
    const bao = program(await collectPrograms([wheelTools.openbao]), "bao");
    const ports = new Map<string, Ports>();
    for (const name of ["vault-0", "vault-1", "vault-2"]) ports.set(name, await freePorts());
    const servers = new VaultServers(folder, bao, await TestAuthority.create(), ports);
    for (const each of ["tls", "audit", "seal"]) mkdirSync(join(folder, each), { recursive: true });
    servers.makeSealKey("key");
    await servers.renewCertificate();
    return servers;
  }

  public path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  public makeSealKey(file: string): void {
    writeFileSync(this.path("seal", file), randomBytes(32));
  }

  /** Puts another certificate in place, as cert-manager and the kubelet do. */
  public async renewCertificate(): Promise<string> {
    const wildcard = podHost(place, "*");
    const { certificate, key } = await this.authority.issue([
      { type: "dns", value: wildcard },
      { type: "ip", value: "127.0.0.1" },
    ]);
    writeFileSync(this.path("tls", "ca.crt"), this.authority.pem);
    writeFileSync(this.path("tls", "tls.key"), key);
    writeFileSync(this.path("tls", "tls.crt"), certificate);
    return certificate;
  }

  public startAll(): void {
    for (const name of this.names) this.start(name);
  }

  public async stopAll(): Promise<void> {
    await Promise.all(this.names.map((name) => this.stop(name)));
  }

  /** A server whose volume is lost for good. */
  public async lose(name: string): Promise<void> {
    await this.stop(name);
    rmSync(this.path(name, "data"), { recursive: true, force: true });
  }

  /** What docs/runbooks/VaultNoLeader.md puts beside the data of the one that is left. */
  public peersFile(name: string): string {
    const address = `127.0.0.1:${this.portsOf(name).cluster}`;
    return JSON.stringify([{ id: name, address, non_voter: false }]);
  }

  /** Initialises the first server; the others join by themselves. */
  public async initialise(): Promise<void> {
    const { body } = await this.ask("vault-0", {
      method: "PUT",
      path: "/v1/sys/init",
      body: { recovery_shares: 1, recovery_threshold: 1 },
    });
    this.rootToken = (body as { readonly root_token: string }).root_token;
  }

  public ask(name: string, request: ServerRequest, port: keyof Ports = "api"): Promise<ServerAnswer> {
    return ask(this.portsOf(name)[port], podHost(place, name), this.authority.pem, request);
  }

  /** Of a server that runs. */
  public processId(name: string): number {
    const pid = this.running.get(name)?.process.pid;
    if (pid === undefined) throw new Error(`${name} does not run`);
    return pid;
  }

  public port(name: string): number {
    return this.portsOf(name).api;
  }

  public async observe(): Promise<ObservedCluster> {
    const servers: ObservedServer[] = [];
    for (const name of this.names) servers.push(await this.observeOne(name));
    const leader = servers.find(({ health }) => health?.leader === true);
    const state = leader && (await this.autopilotAt(leader.name).catch(() => undefined));
    return { revision: this.revision, settled: true, servers, ...(state && { autopilot: state }) };
  }

  public async replace(name: string): Promise<boolean> {
    this.done.push(`replace ${name}`);
    await this.stop(name);
    this.start(name);
    return true;
  }

  public async stepDown(name: string): Promise<void> {
    this.done.push(`stepDown ${name}`);
    const { status } = await this.ask(name, { method: "PUT", path: "/v1/sys/step-down", token: this.rootToken });
    if (status !== 204) throw new Error(`${name} answered ${status}`);
  }

  private async observeOne(name: string): Promise<ObservedServer> {
    const running = this.running.get(name);
    const get = (path: string) => this.ask(name, { method: "GET", path }).catch(() => undefined);
    const health = healthOf((await get(`${healthPaths.ready}&sealedcode=200&uninitcode=200`))?.body);
    const ready = (await get(healthPaths.ready))?.status === 200;
    return { name, ...(running && { revision: running.revision }), ready, ...(health && { health }) };
  }

  private async autopilotAt(name: string): Promise<ObservedCluster["autopilot"]> {
    const path = "/v1/sys/storage/raft/autopilot/state";
    return autopilotOf((await this.ask(name, { method: "GET", path, token: this.rootToken })).body);
  }

  private start(name: string): void {
    const ports = this.portsOf(name);
    for (const each of ["data", "log"]) mkdirSync(this.path(name, each), { recursive: true });
    const config = this.path(name, "server.hcl");
    writeFileSync(config, this.configOf(name, ports));
    const log = openSync(this.path(name, "log", "server.log"), "a");
    const child = spawn(this.bao, ["server", `-config=${config}`], {
      stdio: ["ignore", log, log],
      env: {
        BAO_RAFT_NODE_ID: name,
        BAO_API_ADDR: `https://127.0.0.1:${ports.api}`,
        BAO_CLUSTER_ADDR: `https://127.0.0.1:${ports.cluster}`,
        BAO_ADDR: `https://127.0.0.1:${ports.api}`,
        BAO_CACERT: this.path("tls", "ca.crt"),
      },
    });
    this.running.set(name, { process: child, revision: this.revision });
  }

  private async stop(name: string): Promise<void> {
    const child = this.running.get(name)?.process;
    this.running.delete(name);
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  /** All servers have one audit log here: they refuse to start with devices that differ. */
  private configOf(name: string, ports: Ports): string {
    return serverConfig({
      release: serverRelease("openbao", wheelTools.openbao.version),
      peers: this.names.map((peer) => ({
        host: podHost(place, peer),
        address: `https://127.0.0.1:${this.portsOf(peer).api}`,
      })),
      unseal: this.unseal,
      audit: { stdout: true, file: true },
      bind: "127.0.0.1",
      ports,
      folders: {
        data: this.path(name, "data"),
        audit: this.path("audit"),
        tls: this.path("tls"),
        unseal: { current: this.path("seal"), previous: this.path("seal"), ca: this.path("tls") },
      },
      registersAtKubernetes: false,
    });
  }

  private portsOf(name: string): Ports {
    const found = this.ports.get(name);
    if (!found) throw new Error(`there is no server ${name}`);
    return found;
  }
}

/** Ports that nobody uses. */
export async function freePorts(): Promise<Ports> {
  const [api, cluster, metrics] = await Promise.all([freePort(), freePort(), freePort()]);
  return { api, cluster, metrics };
}

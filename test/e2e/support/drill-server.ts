import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { drillServerConfig } from "../../../components/vault/drill-config";
import { serverRelease } from "../../../components/vault/server-release";
import type { Unseal } from "../../../components/vault/unseal-config";
import { wheelTools } from "../../../sandbox/tools/catalog";
import { collectPrograms, program } from "../../../sandbox/tools/ensure";
import { freePorts } from "./vault-servers";

export interface DrillServerFolders {
  /** Of its own: data and log. */
  readonly own: string;
  readonly tls: string;
  readonly seal: string;
  /** That of the source: devices that a backup knows may not change. */
  readonly audit: string;
}

/** The throw-away server of a drill on this machine, with the configuration that `drillServerConfig` renders. */
export class DrillServer {
  private constructor(
    private readonly process: ChildProcess,
    /** https://HOST:PORT */
    public readonly address: string,
  ) {}

  public static async start(folders: DrillServerFolders, unseal: Unseal): Promise<DrillServer> {
    const bao = program(await collectPrograms([wheelTools.openbao]), "bao");
    const ports = await freePorts();
    for (const each of ["data", "log"]) mkdirSync(join(folders.own, each), { recursive: true });
    const config = join(folders.own, "server.hcl");
    const release = serverRelease("openbao", wheelTools.openbao.version);
    const { tls, seal, audit } = folders;
    const text = drillServerConfig(
      { release, unseal, audit: { stdout: true, file: true } },
      {
        ports,
        folders: { data: join(folders.own, "data"), audit, tls, unseal: { current: seal, previous: seal, ca: tls } },
      },
    );
    writeFileSync(config, text);
    const log = openSync(join(folders.own, "log", "server.log"), "a");
    const child = spawn(bao, ["server", `-config=${config}`], {
      stdio: ["ignore", log, log],
      env: {
        BAO_RAFT_NODE_ID: "drill",
        BAO_API_ADDR: `https://127.0.0.1:${ports.api}`,
        BAO_CLUSTER_ADDR: `https://127.0.0.1:${ports.cluster}`,
      },
    });
    return new DrillServer(child, `https://127.0.0.1:${ports.api}`);
  }

  public async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
  }
}

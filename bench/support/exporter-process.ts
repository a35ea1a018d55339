import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildSync } from "esbuild";

import { waitUntil } from "./wait";

/** The exporter as it is deployed: bundled, in a process of its own. */
export class ExporterProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {}

  public static async start(
    folder: string,
    config: { readonly apiUrl: string; readonly port: number; readonly webhookPort?: number; readonly secret: string },
  ): Promise<ExporterProcess> {
    const program = join(folder, "main.cjs");
    const entryPoints = [join(__dirname, "..", "..", "apps", "exporter", "main.ts")];
    buildSync({ entryPoints, outfile: program, bundle: true, platform: "node", target: "node20", logLevel: "error" });
    writeFileSync(join(folder, "token"), "ghp_bench\n");
    writeFileSync(join(folder, "secret"), `${config.secret}\n`);
    const file = join(folder, "config.json");
    const content = {
      github: { apiUrl: config.apiUrl, auth: { kind: "token", tokenFile: join(folder, "token") } },
      watch: { organizations: ["acme"] },
      ...(config.webhookPort !== undefined && {
        webhook: { port: config.webhookPort, secretFile: join(folder, "secret") },
      }),
      stateFolder: join(folder, "state"),
      port: config.port,
    };
    writeFileSync(file, JSON.stringify(content));
    const child = spawn(process.execPath, [program, file], { stdio: ["ignore", "ignore", "inherit"] });
    const started = new ExporterProcess(child, config.port);
    await waitUntil(60, "the exporter's port", () => started.scrape().then(Boolean, () => false));
    return started;
  }

  /** Each repository was read once. */
  public async isReady(): Promise<boolean> {
    return (await fetch(`http://127.0.0.1:${this.port}/readyz`)).status === 200;
  }

  public async scrape(): Promise<{ readonly text: string; readonly ms: number }> {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${this.port}/metrics`);
    return { text: await response.text(), ms: performance.now() - began };
  }

  /** Bytes of memory, now and at most, and seconds of processor time so far; of the kernel. */
  public usage(): { readonly now: number; readonly peak: number; readonly cpuSeconds: number } {
    const pid = String(this.child.pid);
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kib = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    // utime and stime, in hundredths of a second
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100;
    return { now: kib("VmRSS") * 1024, peak: kib("VmHWM") * 1024, cpuSeconds };
  }

  public async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }
}

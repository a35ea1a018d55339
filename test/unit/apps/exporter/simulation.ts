import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";

import { parseConfig, type ExporterConfig } from "../../../../apps/exporter/config";
import { type Running, start } from "../../../../apps/exporter/program";
import { ManualClock } from "../../../../sandbox/github/actions/clock";
import { type ActionsServer, serveActions, type ServeOptions } from "../../../../sandbox/github/actions/serve";
import { freePort } from "../../../support/free-port";

export const webhookSecret = "it is signed with this";

/** GitHub and an exporter that share a clock which stands still until it is told to go on. */
export class Simulation {
  private constructor(
    public readonly clock: ManualClock,
    public readonly github: ActionsServer,
    private readonly config: ExporterConfig,
    private exporter: Running,
  ) {}

  public static async begin(
    folder: string,
    { pushed, serve = {}, poll }: { pushed: boolean; serve?: ServeOptions; poll?: Partial<ExporterConfig["poll"]> },
  ): Promise<Simulation> {
    const clock = new ManualClock();
    const github = await serveActions({ clock, ...serve });
    writeFileSync(join(folder, "token"), "ghp_simulation\n");
    writeFileSync(join(folder, "secrets"), `another one\n${webhookSecret}\n`);
    const config = parseConfig(
      "test",
      JSON.stringify({
        github: { apiUrl: github.url, auth: { kind: "token", tokenFile: join(folder, "token") } },
        watch: { organizations: ["acme"] },
        ...(pushed && { webhook: { port: await freePort(), secretFile: join(folder, "secrets") } }),
        poll: { ...poll },
        stateFolder: join(folder, "state"),
        port: await freePort(),
      }),
    );
    return new Simulation(clock, github, config, await start(config, { clock, manual: true, log: () => undefined }));
  }

  public get webhookUrl(): string {
    return `http://127.0.0.1:${this.exporter.webhookPort ?? 0}/webhook`;
  }

  /** Lets time pass on both sides, in steps; everything that is sent within a step arrives in it. */
  public async pass(seconds: number, step = 5): Promise<void> {
    for (let passed = 0; passed < seconds; passed += step) {
      this.clock.advance(step * 1000);
      await this.github.webhooks.settled();
      this.exporter.tick();
      await this.quiet();
    }
  }

  /** Ends the exporter without a last word, and starts it again. */
  public async kill(): Promise<void> {
    await this.exporter.abandon();
    this.exporter = await start(this.config, { clock: this.clock, manual: true, log: () => undefined });
    await this.quiet();
  }

  /** Values by series, as Prometheus would read them. */
  public async scrape(): Promise<Map<string, number>> {
    const response = await fetch(`http://127.0.0.1:${this.exporter.port}/metrics`);
    const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(
      lines.map((line) => {
        const end = line.lastIndexOf(" ");
        return [line.slice(0, end), Number(line.slice(end + 1))];
      }),
    );
  }

  public async ready(): Promise<{ status: number; reasons: string[] }> {
    const response = await fetch(`http://127.0.0.1:${this.exporter.port}/readyz`);
    return { status: response.status, ...((await response.json()) as { reasons: string[] }) };
  }

  public async end(): Promise<void> {
    await this.exporter.stop();
    await this.github.close();
  }

  private async quiet(): Promise<void> {
    do await turn();
    while (this.exporter.isAsking());
  }
}

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as k8s from "@pulumi/kubernetes";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { startKubernetesProvider, type RunningProvider } from "../../../sandbox/providers/kubernetes/start.js";
import { writePolicyAnalyzer } from "../../../sandbox/providers/policy-analyzer.js";
import { environment, type Environment } from "./dev-environment.js";

const PASSPHRASE = "provider-e2e";

export interface RunResult {
  readonly output: string;
  readonly events: readonly EngineEvent[];
}

/** What happened to one resource in a run: its operation and the paths of its detailed diff. */
export interface Step {
  readonly op: string;
  readonly name: string;
  readonly type: string;
  readonly paths: readonly string[];
}

/** One stack under the real engine whose kubernetes provider is the offline one, in a folder of its own. */
export class Harness {
  private constructor(
    readonly env: Environment,
    readonly folder: string,
    private readonly provider: RunningProvider,
    private readonly pulumiCommand: PulumiCommand,
  ) {}

  static async start(): Promise<Harness> {
    const env = await environment();
    const folder = await mkdtemp(join(tmpdir(), "provider-e2e-"));
    const provider = await startKubernetesProvider({ helm: env.helm, logFile: join(folder, "provider.log") });
    // the Automation API looks for <root>/bin/pulumi
    await mkdir(join(folder, "cli", "bin"), { recursive: true });
    await symlink(env.pulumi, join(folder, "cli", "bin", "pulumi"));
    const pulumiCommand = await PulumiCommand.get({ root: join(folder, "cli") });
    return new Harness(env, folder, provider, pulumiCommand);
  }

  async stack(name: string, program: PulumiFn, extraPath = ""): Promise<TestStack> {
    const home = join(this.folder, "home");
    const backend = join(this.folder, "state");
    await Promise.all([mkdir(home, { recursive: true }), mkdir(backend, { recursive: true })]);
    const path = [extraPath, process.env.PATH ?? ""].filter((part) => part !== "").join(":");
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: "provider-e2e", program },
      {
        pulumiCommand: this.pulumiCommand,
        projectSettings: { name: "provider-e2e", runtime: "nodejs", backend: { url: `file://${backend}` } },
        envVars: {
          PATH: path,
          PULUMI_HOME: home,
          PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_DEBUG_PROVIDERS: `kubernetes:${this.provider.port}`,
        },
      },
    );
    return new TestStack(stack);
  }

  /** A stack whose engine can run policy packs. */
  async stackWithPolicies(name: string, program: PulumiFn): Promise<TestStack> {
    return this.stack(name, program, await writePolicyAnalyzer(join(this.folder, "analyzer")));
  }

  /** The state as it lies in the backend. */
  async storedState(stack: string): Promise<string> {
    return readFile(join(this.folder, "state", ".pulumi", "stacks", "provider-e2e", `${stack}.json`), "utf8");
  }

  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("kubectl", ["--kubeconfig", this.env.kubeconfig, ...args]);
    return stdout.trim();
  }

  async kubeconfig(): Promise<string> {
    return readFile(this.env.kubeconfig, "utf8");
  }

  async stop(): Promise<void> {
    await this.provider.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A stack with outputs and events captured; failures carry the whole output. */
export class TestStack {
  constructor(readonly stack: Stack) {}

  preview(policyPacks: string[] = []): Promise<RunResult> {
    return this.capture((options) => this.stack.preview({ ...options, policyPacks }));
  }

  up(): Promise<RunResult> {
    return this.capture((options) => this.stack.up(options));
  }

  refresh(): Promise<RunResult> {
    return this.capture((options) => this.stack.refresh(options));
  }

  destroy(): Promise<RunResult> {
    return this.capture((options) => this.stack.destroy(options));
  }

  private async capture(
    work: (options: {
      onOutput: (text: string) => void;
      onEvent: (event: EngineEvent) => void;
      color: "never";
    }) => Promise<unknown>,
  ): Promise<RunResult> {
    const events: EngineEvent[] = [];
    let output = "";
    const onOutput = (text: string) => {
      output += text;
    };
    await work({ onOutput, onEvent: (event) => events.push(event), color: "never" });
    return { output, events };
  }
}

/** The steps of a run without those that changed nothing. */
export function stepsOf(result: RunResult): Step[] {
  return result.events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn, detailedDiff, type } = resourcePreEvent.metadata;
    if ((op as string) === "same" || (op as string) === "read") return [];
    const name = urn.split("::").slice(3).join("::");
    return [{ op: op as string, name, type, paths: Object.keys(detailedDiff ?? {}) }];
  });
}

export function providerFor(kubeconfig: string, args: k8s.ProviderArgs = {}): k8s.Provider {
  return new k8s.Provider("cluster", { kubeconfig, ...args });
}

import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PatchStrategy } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import { LocalWorkspace, PulumiCommand, type EngineEvent, type PulumiFn, type Stack } from "@pulumi/pulumi/automation";
import { engineHome } from "../../../sandbox/providers/engine-home.js";
import { startKubernetesProvider, type RunningProvider } from "../../../sandbox/providers/kubernetes/start.js";
import { writePolicyAnalyzer } from "../../../sandbox/providers/policy-analyzer.js";
import type { Manifest } from "../../../sandbox/cluster/api.js";
import { environment, type Environment } from "../support/environment.js";
import { objects } from "../support/sandbox.js";

const PASSPHRASE = "provider-e2e";

/** The field manager of {@link patchAsSomebody}. */
export const SOMEBODY = "somebody-else";

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
    private readonly others: string,
  ) {}

  /** @param others providers beside ours, as `name:port`. @default none */
  static async start(others?: string): Promise<Harness> {
    const env = await environment();
    const folder = await mkdtemp(join(tmpdir(), "provider-e2e-"));
    const provider = await startKubernetesProvider({ helm: env.helm, logFile: join(folder, "provider.log") });
    // the Automation API looks for <root>/bin/pulumi; policy packs need node; nothing else is on the engine's PATH
    const bin = join(folder, "cli", "bin");
    await mkdir(bin, { recursive: true });
    await Promise.all([symlink(env.pulumi, join(bin, "pulumi")), symlink(process.execPath, join(bin, "node"))]);
    const pulumiCommand = await PulumiCommand.get({ root: join(folder, "cli") });
    return new Harness(env, folder, provider, pulumiCommand, others === undefined ? "" : `,${others}`);
  }

  async stack(name: string, program: PulumiFn, extraPath = ""): Promise<TestStack> {
    const home = engineHome(join(this.folder, "home"));
    const backend = join(this.folder, "state");
    // Without one of ours the Automation API makes a temporary folder and leaves it.
    const workDir = join(this.folder, "workspaces", name);
    for (const folder of [backend, workDir]) await mkdir(folder, { recursive: true });
    const path = [join(this.folder, "cli", "bin"), extraPath].filter((part) => part !== "").join(":");
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: name, projectName: "provider-e2e", program },
      {
        workDir,
        pulumiCommand: this.pulumiCommand,
        projectSettings: { name: "provider-e2e", runtime: "nodejs", backend: { url: `file://${backend}` } },
        envVars: {
          PATH: path,
          PULUMI_HOME: home,
          PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
          PULUMI_SKIP_UPDATE_CHECK: "true",
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_DEBUG_PROVIDERS: `kubernetes:${this.provider.port}${this.others}`,
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
    if (op === "same" || op === "read") return [];
    const name = urn.split("::").slice(3).join("::");
    return [{ op, name, type, paths: Object.keys(detailedDiff ?? {}) }];
  });
}

/** The moments at which an operation began and ended for each resource, in the engine's order: `create app:x`, `created app:x`. */
export function momentsOf(result: RunResult, op: "create" | "delete"): string[] {
  return result.events.flatMap(({ resourcePreEvent: began, resOutputsEvent: ended }) => {
    const metadata = (began ?? ended)?.metadata;
    if (metadata?.op !== op) return [];
    return [`${began === undefined ? `${op}d` : op} ${metadata.urn.split("::").slice(3).join("::")}`];
  });
}

export function providerFor(kubeconfig: string, args: k8s.ProviderArgs = {}): k8s.Provider {
  return new k8s.Provider("cluster", { kubeconfig, ...args });
}

/** Changes fields of a live object as another tool would, under a field manager of its own. */
export async function patchAsSomebody(manifest: Manifest): Promise<void> {
  await objects().patch(manifest, undefined, undefined, SOMEBODY, undefined, PatchStrategy.MergePatch);
}

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ConfigMap, type EngineEvent, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { program as platformProgram } from "../../components/program";
import type { Paths } from "../cluster/paths";
import { engineHome, engineSwitches } from "../providers/engine-home";
import { startGithubProvider } from "../providers/github/start";
import { startKubernetesProvider } from "../providers/kubernetes/start";
import { startStandIns } from "../providers/stand-ins";
import { startVaultProvider } from "../providers/vault/start";
import { program, type Programs } from "../tools/ensure";
import { EngineFailed, EngineReport } from "./engine-report";

/** Name of the stack that the sandbox deploys. */
export const stackName = "local";

/** What is to be done with the stack, and who listens. */
export interface EngineRun {
  readonly config: ConfigMap;
  /** Called for each event of the engine, in order. */
  readonly onEvent?: (event: EngineEvent) => void;
}

/** The passphrase that encrypts secrets in the stack's state: made once for each state folder. */
function passphrase(state: Paths): string {
  const file = join(state.pulumi, "passphrase");
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("base64"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/** Opens the stack, with the real plugin where one is installed and the offline provider otherwise, and hands it to `use`. */
async function withStack<T>(
  state: Paths,
  programs: Programs,
  config: ConfigMap,
  use: (stack: Stack) => Promise<T>,
): Promise<T> {
  const workFolder = join(state.pulumi, "workspace");
  const backend = join(state.pulumi, "backend");
  const home = engineHome(join(state.pulumi, "home"));
  for (const folder of [workFolder, backend]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The Automation API looks for the CLI on this process's PATH.
  const pulumiFolder = dirname(program(programs, "pulumi"));
  process.env["PATH"] = `${pulumiFolder}:${process.env["PATH"] ?? ""}`;

  const logFile = (name: string): string => join(state.logs, `provider-${name}.log`);
  const providers = await startStandIns(
    [
      {
        name: "kubernetes",
        npmPackage: "@pulumi/kubernetes",
        start: () => startKubernetesProvider({ helm: program(programs, "helm"), logFile: logFile("kubernetes") }),
      },
      { name: "vault", npmPackage: "@pulumi/vault", start: () => startVaultProvider(logFile("vault")) },
      {
        name: "github",
        npmPackage: "@pulumi/github",
        start: () => startGithubProvider({ logFile: logFile("github") }),
      },
    ],
    home,
  );
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "runner-platform", program: platformProgram },
      {
        workDir: workFolder,
        pulumiHome: home,
        projectSettings: { name: "runner-platform", runtime: "nodejs", backend: { url: `file://${backend}` } },
        envVars: {
          PULUMI_CONFIG_PASSPHRASE: passphrase(state),
          ...engineSwitches,
          ...providers.environment,
        },
      },
    );
    await replaceConfig(stack, config);
    return await use(stack);
  } finally {
    await providers.stop();
  }
}

/** Sets the configuration so that a setting which the user took out is gone, and keeps the salt of the secrets. */
async function replaceConfig(stack: Stack, config: ConfigMap): Promise<void> {
  const settings = await stack.workspace.stackSettings(stackName);
  await stack.workspace.saveStackSettings(stackName, { ...settings, config: {} });
  await stack.setAllConfig(config);
}

/** Runs `operation`, and turns a failure of the engine into the messages that it gave for the user. */
async function reported(
  run: EngineRun,
  operation: (onEvent: (event: EngineEvent) => void) => Promise<unknown>,
): Promise<EngineReport> {
  const report = new EngineReport();
  try {
    await operation((event) => {
      report.add(event);
      run.onEvent?.(event);
    });
    return report;
  } catch (error) {
    throw new EngineFailed(report.errors, error);
  }
}

/** Creates and updates what differs from the settings. Throws {@link EngineFailed}; what was done so far stays in the state. */
export function deploy(state: Paths, programs: Programs, run: EngineRun): Promise<EngineReport> {
  return withStack(state, programs, run.config, async (stack) => {
    await unlock(stack);
    return reported(run, (onEvent) => stack.up({ onEvent, suppressProgress: true, color: "never" }));
  });
}

/** Says what {@link deploy} would do, without doing it. */
export function preview(state: Paths, programs: Programs, run: EngineRun): Promise<EngineReport> {
  return withStack(state, programs, run.config, (stack) =>
    reported(run, (onEvent) => stack.preview({ onEvent, suppressProgress: true, color: "never" })),
  );
}

/** Removes everything that the stack made, scale sets first: the engine goes against the order of dependencies. */
export function undeploy(state: Paths, programs: Programs, run: EngineRun): Promise<EngineReport> {
  return withStack(state, programs, run.config, async (stack) => {
    await unlock(stack);
    return reported(run, (onEvent) => stack.destroy({ onEvent, suppressProgress: true, color: "never" }));
  });
}

/** Whether anything was ever deployed from this state folder. */
export function stackExists(state: Paths): boolean {
  return existsSync(join(state.pulumi, "backend", ".pulumi", "stacks", "runner-platform", `${stackName}.json`));
}

/** Removes the lock that a killed run left. The caller holds the sandbox's own lock, so no other run is alive. */
async function unlock(stack: Stack): Promise<void> {
  await stack.cancel().catch(() => undefined);
}

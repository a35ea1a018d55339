import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { type EngineEvent, LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";

import { programFor } from "../../components/program";
import { projectName } from "../../stacks/decode";
import { startAwsProvider } from "../../sandbox/providers/aws/start";
import { engineHome, engineSwitches } from "../../sandbox/providers/engine-home";
import { startGithubProvider } from "../../sandbox/providers/github/start";
import { startKubernetesProvider } from "../../sandbox/providers/kubernetes/start";
import { findRealPlugin, pluginVersion } from "../../sandbox/providers/plugins";
import { startAll, type StandInsRunning } from "../../sandbox/providers/stand-ins";
import { startVaultProvider } from "../../sandbox/providers/vault/start";
import type { StackConfig } from "../stack-config";
import type { SecretKeys } from "./report";
import type { PreviewTools } from "./tools";

export interface EngineRun {
  readonly stack: string;
  readonly config: StackConfig;
  /** Of the cluster that is meant, such as `1.35`. */
  readonly kubeVersion: string;
  /** Whether the stack has resources of AWS. */
  readonly aws: boolean;
  /** Whether it has any of Vault. */
  readonly vault: boolean;
  /** Whether it has any of GitHub. */
  readonly organization: boolean;
  /** Let an installed plugin preview the resources of AWS, with the credentials of the environment, instead of echoing them. */
  readonly installedPlugins?: boolean;
  readonly onEvent: (event: EngineEvent) => void;
}

/**
 * Runs the real engine's preview of a stack on an empty state, in a folder that is gone afterwards: nothing of the user's Pulumi is read
 * or written, and no cluster, account or network is reached.
 *
 * @returns the keys of each Secret, which events hide
 * @throws whatever the Automation API throws when the engine ends with an error; events say why
 */
export async function previewOffline(run: EngineRun, tools: PreviewTools): Promise<SecretKeys> {
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-preview-"));
  const providers = await startProviders(run, tools, folder);
  try {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: run.stack, projectName, program: programFor({ missingDigests: "report" }) },
      {
        workDir: subfolder(folder, "workspace"),
        pulumiHome: engineHome(join(folder, "home")),
        pulumiCommand: await commandFor(tools.pulumi, folder),
        projectSettings: { name: projectName, runtime: "nodejs" },
        envVars: {
          ...engineSwitches,
          PULUMI_BACKEND_URL: `file://${subfolder(folder, "backend")}`,
          PULUMI_CONFIG_PASSPHRASE: "no secret: everything behind it is a placeholder",
          ...providers.environment,
          ...(run.installedPlugins === true && { PATH: withPlugins() }),
        },
      },
    );
    await stack.setAllConfig(
      Object.fromEntries(
        Object.entries(run.config.values).map(([key, value]) => [
          key,
          { value, secret: run.config.secret.includes(key) },
        ]),
      ),
    );
    await stack.preview({ onEvent: run.onEvent, suppressProgress: true, color: "never" });
    return readSecretKeys(folder);
  } finally {
    await providers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The Automation API looks for `<root>/bin/pulumi`. */
function commandFor(pulumi: string, folder: string): Promise<PulumiCommand> {
  const bin = subfolder(folder, join("cli", "bin"));
  symlinkSync(pulumi, join(bin, "pulumi"));
  return PulumiCommand.get({ root: dirname(bin) });
}

/** kubernetes is always ours: the real one cannot render a `helm.v4.Chart` without a cluster. */
function startProviders(run: EngineRun, tools: PreviewTools, folder: string): Promise<StandInsRunning> {
  const logFile = (name: string) => join(folder, `${name}.log`);
  const charts = join(folder, "charts.json");
  writeFileSync(charts, JSON.stringify(tools.charts));
  const offline = { kubeVersion: run.kubeVersion, charts, secretKeys: secretKeysFile(folder) };
  return startAll([
    {
      name: "kubernetes",
      npmPackage: "@pulumi/kubernetes",
      start: () => startKubernetesProvider({ helm: tools.helm, logFile: logFile("kubernetes"), offline }),
    },
    ...(run.vault
      ? [{ name: "vault", npmPackage: "@pulumi/vault", start: () => startVaultProvider(logFile("vault")) }]
      : []),
    ...(run.organization
      ? [
          {
            name: "github",
            npmPackage: "@pulumi/github",
            start: () => startGithubProvider({ logFile: logFile("github"), offline: true }),
          },
        ]
      : []),
    ...(echoesAws(run)
      ? [{ name: "aws", npmPackage: "@pulumi/aws", start: () => startAwsProvider(logFile("aws")) }]
      : []),
  ]);
}

/** Whether resources of AWS come back as they are, because no real plugin previews them. */
export function echoesAws({ aws, installedPlugins }: Pick<EngineRun, "aws" | "installedPlugins">): boolean {
  return aws && !(installedPlugins === true && installedAws() !== undefined);
}

const secretKeysFile = (folder: string): string => join(folder, "secret-keys");

function readSecretKeys(folder: string): SecretKeys {
  const file = secretKeysFile(folder);
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const entries = lines.map((line) => JSON.parse(line) as { urn: string; keys: readonly string[] });
  return new Map(entries.map(({ urn, keys }) => [urn, keys]));
}

function installedAws(): string | undefined {
  return findRealPlugin("aws", pluginVersion("@pulumi/aws"));
}

/** A plugin on PATH is the first that the engine takes. */
function withPlugins(): string {
  const plugin = installedAws();
  return [...(plugin === undefined ? [] : [dirname(plugin)]), process.env["PATH"] ?? ""].join(delimiter);
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

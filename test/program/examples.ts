import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stackConfig } from "../../cli/stack-config";
import { programFor } from "../../components/program";
import type { LoginTools } from "../../components/vault/login";
import { lay } from "../../sandbox/platform/stack-config";
import { inspectChart } from "../../stacks/chart-version";
import { projectName } from "../../stacks/decode";
import { formatProblems } from "../../stacks/problems";
import { secretKeys } from "../../stacks/secrets";
import type { Settings } from "../../stacks/settings";
import { isObject } from "../../stacks/merge";
import { type MockOptions, register, type Registrations } from "../support/mocks";
import type { Changes } from "../support/settings";

const support = join(__dirname, "../support");

const privateFolder = mkdtempSync(join(tmpdir(), "runner-platform-program-test-"));
process.once("exit", () => rmSync(privateFolder, { recursive: true, force: true }));

/** Logs in at no Vault: there is none under mocks. */
const vaultLogin: LoginTools = {
  openCluster: () =>
    Promise.resolve({ authorityIn: () => Promise.resolve("authority"), tokenOf: () => Promise.resolve("account") }),
  requestLogin: () => Promise.resolve("token"),
  folder: join(privateFolder, "stack"),
  sleep: () => Promise.resolve(),
  warn: (message) => {
    throw new Error(message);
  },
};

/** What a run of the program under mocks came to. */
export interface Run {
  readonly settings: Settings;
  readonly registrations: Registrations;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs the program with the configuration that `Pulumi.<stack>.yaml` holds, and placeholders for the secrets it asks for.
 *
 * @param changes laid over the configuration
 * @param functions of providers, by token
 */
export async function runExample(
  stack: string,
  preview: boolean,
  changes: Changes = {},
  functions: NonNullable<MockOptions["functions"]> = {},
): Promise<Run> {
  // The program looks for the charts that the sandbox supplies; only their versions count under mocks.
  const sandboxCharts = {
    controller: join(support, "chart-0.6.1"),
    certManager: join(support, "chart-cert-manager-1.11.5"),
  };
  const { values, result } = stackConfig(stack, inspectChart, { sandboxCharts }, { missingDigests: "report" });
  if ("problems" in result) throw new Error(formatProblems(stack, result.problems));
  const prefix = `${projectName}:`;
  const own = Object.entries(values)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), value] as const);
  let outputs: Record<string, unknown> = {};
  const registrations = await register(
    async () => {
      outputs = await programFor({ missingDigests: "report", vaultLogin })();
    },
    {
      stack,
      preview,
      config: changed(Object.fromEntries(own), changes),
      secretKeys: [...secretKeys],
      functions,
    },
  );
  return { settings: result.settings, registrations, outputs };
}

function changed(values: Readonly<Record<string, string>>, changes: Changes): Record<string, string> {
  const laid = Object.entries(changes).map(([key, change]) => {
    const value = values[key];
    const below: unknown = value === undefined || typeof change === "string" ? undefined : JSON.parse(value);
    const both = isObject(below) && isObject(change) ? lay(below, change) : change;
    return [key, typeof both === "string" ? both : JSON.stringify(both)] as const;
  });
  return { ...values, ...Object.fromEntries(laid) };
}

const expectedFile = (stack: string): string => join(__dirname, "expected", `${stack}.txt`);

/** The command that takes what the program registers now for what it should register. */
const refresh = "UPDATE=1 npx mocha test/program/stacks.test.ts";

/**
 * The resources that a stack must have, one a line (`type name < parent`, sorted).
 *
 * @param actual is written down instead when the environment variable UPDATE is set
 */
export function expectedResources(stack: string, actual: readonly string[]): string[] {
  if (process.env["UPDATE"] !== undefined) writeFileSync(expectedFile(stack), `${actual.join("\n")}\n`);
  return readFileSync(expectedFile(stack), "utf8").trimEnd().split("\n");
}

/** What differs, and what to do about it; undefined when nothing does. */
export function difference(stack: string, actual: readonly string[], expected: readonly string[]): string | undefined {
  const added = actual.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`);
  const gone = expected.filter((line) => !actual.includes(line)).map((line) => `- ${line}`);
  if (added.length + gone.length === 0 && actual.length === expected.length) return undefined;
  return [
    `stack ${stack} registers other resources than test/program/expected/${stack}.txt says:`,
    ...gone,
    ...added,
    `If that is what you want, and a name or parent that changed has an alias: ${refresh}`,
  ].join("\n");
}

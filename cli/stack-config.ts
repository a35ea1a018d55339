import { lay } from "../sandbox/platform/stack-config";
import { defaults } from "../stacks/defaults";
import { type DecodeOptions, decodeSettings, mergeLayers, projectName, type Result } from "../stacks/decode";
import type { ChartSource } from "../stacks/chart-version";
import { environments } from "../stacks/index";
import { isObject } from "../stacks/merge";
import { secretKeys } from "../stacks/secrets";
import { placeholder, type SecretKey } from "./placeholders";
import { readStackFile, requireStack } from "./stack-file";
import { UserError } from "./user-error";

export interface SandboxCharts {
  readonly controller: string;
  readonly certManager: string;
}

const notLookedAt = "supplied by the sandbox";

/** What stands in for an installation. */
export interface ConfigOptions {
  /** Instead of `Pulumi.<stack>.yaml`. */
  readonly file?: string;
  /** Folders of the charts that the sandbox supplies to the stack `local`. @default names that are never looked up */
  readonly sandboxCharts?: SandboxCharts;
}

/** The configuration of a stack with something in the place of what only its installation has, and what the settings say to it. */
export interface StackConfig {
  /** Keys with their namespace, values as Pulumi hands them out: JSON text for maps and lists. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys whose values are secret. */
  readonly secret: readonly string[];
  /** Settings of the project that hold a placeholder. */
  readonly placeholders: readonly SecretKey[];
  /** What the settings come to. */
  readonly result: Result;
}

const prefix = `${projectName}:`;

/**
 * Reads a stack for commands that only look. Secrets are neither decrypted nor needed: where the settings want one, there is a placeholder.
 *
 * @throws UserError when there is no such stack, or its file cannot be used
 */
export function stackConfig(
  stack: string,
  chartAt: (chart: string) => ChartSource,
  { file, sandboxCharts }: ConfigOptions = {},
  options: DecodeOptions = {},
): StackConfig {
  requireStack(stack);
  const { own, others, encrypted } = readConfig(stack, readStackFile(stack, file), sandboxCharts);
  const placeholders: Partial<Record<SecretKey, string>> = {};
  const add = (key: SecretKey) => (placeholders[key] ??= placeholder(key, organizationSecrets(stack, own)));
  encrypted.forEach(add);
  const decode = () => decodeSettings(stack, { ...own, ...placeholders }, chartAt, undefined, options);
  let result = decode();
  // A secret that is there may bring a setting into play that wants another one.
  for (;;) {
    const missing = missingSecrets(result, stack, own).filter((key) => placeholders[key] === undefined);
    if (missing.length === 0) break;
    missing.forEach(add);
    result = decode();
  }
  const all = { ...own, ...placeholders };
  return {
    values: { ...others, ...Object.fromEntries(Object.entries(all).map(([key, value]) => [prefix + key, value])) },
    secret: secretKeys.filter((key) => all[key] !== undefined).map((key) => prefix + key),
    placeholders: secretKeys.filter((key) => placeholders[key] !== undefined),
    result,
  };
}

interface Read {
  /** The project's keys, without its name. */
  readonly own: Readonly<Record<string, string>>;
  /** Keys of others, such as the engine's. */
  readonly others: Readonly<Record<string, string>>;
  readonly encrypted: readonly SecretKey[];
}

function readConfig(
  stack: string,
  written: Readonly<Record<string, unknown>>,
  charts: SandboxCharts | undefined,
): Read {
  const own: Record<string, string> = stack === "local" ? suppliedBySandbox(written, charts) : {};
  const others: Record<string, string> = {};
  const encrypted: SecretKey[] = [];
  for (const [key, value] of Object.entries(written)) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
    if (isEncrypted(value)) {
      if (name === undefined || !isSecretKey(name)) throw new UserError(cannotStandIn(key));
      encrypted.push(name);
    } else if (name === undefined) others[key] = asText(value);
    else own[name] ??= asText(value);
  }
  return { own, others, encrypted };
}

/** As a whole, or, with `pulumi config set --path`, a part of it. */
function isEncrypted(value: unknown): boolean {
  return isObject(value) && ("secure" in value || Object.values(value).some(isEncrypted));
}

/** Secrets that the settings complain about not having. */
function missingSecrets(result: Result, stack: string, config: Readonly<Record<string, string>>): SecretKey[] {
  if (!("problems" in result)) return [];
  const missing = result.problems.filter(({ what }) => what.startsWith("not set"));
  return [...new Set(missing.map(({ path }) => /^\w+/.exec(path)?.[0] ?? ""))]
    .filter(isSecretKey)
    .map((key) => (key === "githubToken" && usesApp(stack, config) ? "githubAppPrivateKey" : key));
}

/** Whether the installation's GitHub App is named; a token stands in otherwise. */
function usesApp(stack: string, { github }: Readonly<Record<string, string>>): boolean {
  const merged = mergeLayers([defaults, environments[stack], { github: parsed(github) }]);
  const section = isObject(merged) ? merged["github"] : undefined;
  return isObject(section) && section["appId"] !== undefined;
}

/** Names of the secrets that the stack gives to workflows, each of which needs a value. */
function organizationSecrets(stack: string, { organization }: Readonly<Record<string, string>>): readonly string[] {
  const merged = mergeLayers([defaults, environments[stack], { organization: parsed(organization) }]);
  const section = isObject(merged) ? merged["organization"] : undefined;
  const secrets = isObject(section) ? section["secrets"] : undefined;
  return isObject(secrets) ? Object.keys(secrets) : [];
}

/** What is no JSON the settings refuse, so nothing has to be said here. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the running sandbox gives to its stack, under what the user wrote. */
function suppliedBySandbox(
  written: Readonly<Record<string, unknown>>,
  { controller, certManager }: SandboxCharts = { controller: notLookedAt, certManager: notLookedAt },
): Record<string, string> {
  const supplied = {
    github: { configUrl: "https://github.com/acme" },
    arc: { controllerChart: { chart: controller } },
    certManager: { chart: { chart: certManager } },
  };
  const own = (value: Readonly<Record<string, unknown>>, upper: unknown): unknown =>
    isObject(upper) ? lay(value, upper) : (upper ?? value);
  return Object.fromEntries(
    Object.entries(supplied).map(([key, value]) => [key, asText(own(value, written[prefix + key]))]),
  );
}

function isSecretKey(name: string): name is SecretKey {
  return (secretKeys as readonly string[]).includes(name);
}

function cannotStandIn(key: string): string {
  return `${key} is encrypted, but no secret of the program: only ${secretKeys.join(", ")} can be stood in for`;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

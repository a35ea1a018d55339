import * as pulumi from "@pulumi/pulumi";

import type { GitHubCredential } from "../components/arc/github-secret";
import { environments } from "./index";
import { type ChartSource, inspectChart } from "./chart-version";
import { crossChecks, nameProblems, type Readable } from "./checks";
import { defaults } from "./defaults";
import { deepFreeze, isObject, merge } from "./merge";
import { formatProblems, joinPath, nearestName, type Problem, schemaProblems, show, unknownKey } from "./problems";
import {
  scaleSetSchema,
  type ScaleSetSettings,
  type Section,
  sectionSchemas,
  type Sections,
  type Settings,
} from "./settings";

/** Name of the Pulumi project, which prefixes the keys of its stacks' configuration. */
export const projectName = "runner-platform";

/** Keys of a stack's configuration that hold secrets. */
export const secretKeys = ["kubeconfig", "githubToken", "githubAppPrivateKey"] as const;

const sectionNames = Object.keys(sectionSchemas) as Section[];
const mergedOnly = ["scaleSetDefaults", "scaleSets"] as const;

/** Secret values: Pulumi secret Outputs, never plain text. */
export interface Secrets {
  /** Content of a kubeconfig; absent when `kubernetes.context` is used. */
  readonly kubeconfig?: pulumi.Output<string>;
  readonly github: GitHubCredential;
}

export interface Decoded {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** Result of reading settings: the settings, or everything that is wrong with them. */
export type Result = { readonly settings: Settings } | { readonly problems: readonly Problem[] };

/**
 * The settings of the running stack, merged from defaults, environment (`stacks/<stack>.ts`) and stack configuration.
 *
 * @throws pulumi.RunError naming all problems at once, so that the user sees them without a stack trace.
 */
export function loadSettings(): Decoded {
  const stack = pulumi.getStack();
  const config = new pulumi.Config(projectName);
  const result = decodeSettings(stack, configOfProject(pulumi.runtime.allConfig()));
  if ("problems" in result) throw new pulumi.RunError(formatProblems(stack, result.problems));
  return { settings: result.settings, secrets: secretsOf(result.settings, config) };
}

function configOfProject(all: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${projectName}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function secretsOf({ github }: Settings, config: pulumi.Config): Secrets {
  const kubeconfig = config.getSecret("kubeconfig");
  const token = config.getSecret("githubToken");
  const credential: GitHubCredential = token
    ? { kind: "token", token }
    : {
        kind: "app",
        appId: github.appId ?? "",
        installationId: github.installationId ?? "",
        privateKey: config.requireSecret("githubAppPrivateKey"),
      };
  return { github: credential, ...(kubeconfig && { kubeconfig }) };
}

/**
 * Reads the settings of a stack.
 *
 * @param config the project's keys of the stack configuration with their values as Pulumi hands them out: JSON text for maps and lists,
 *   plain text otherwise, secrets decrypted. Values of secrets are looked at for their form only and never repeated in a problem.
 * @param chartAt how a chart reference is looked up; tests replace it.
 */
export function decodeSettings(
  stack: string,
  config: Readonly<Record<string, string>>,
  chartAt: (chart: string) => ChartSource = inspectChart,
): Result {
  const environment = Object.hasOwn(environments, stack) ? environments[stack] : undefined;
  if (!environment) return { problems: [unknownStack(stack)] };
  const problems: Problem[] = [...unknownSections(config), ...secretProblems(config)];
  const layers = [defaults, environment, parseConfig(config, problems)];
  const merged = layers.reduce<unknown>(merge, {});
  const readable: Readable = { ...readSections(merged, problems), scaleSets: readScaleSets(merged, layers, problems) };
  const present = (key: (typeof secretKeys)[number]): boolean => config[key] !== undefined;
  problems.push(
    ...crossChecks(
      readable,
      {
        kubeconfig: present("kubeconfig"),
        githubToken: present("githubToken"),
        githubAppPrivateKey: present("githubAppPrivateKey"),
      },
      chartAt,
    ),
  );
  if (problems.length > 0 || !isComplete(readable)) return { problems };
  return { settings: deepFreeze({ ...readable, stack }) };
}

function isComplete(readable: Readable): readable is Readable & Sections {
  return sectionNames.every((section) => readable[section] !== undefined);
}

function unknownStack(stack: string): Problem {
  const known = Object.keys(environments);
  const nearest = nearestName(stack, known);
  return {
    path: "stack",
    what: `given ${JSON.stringify(stack)}`,
    allowed: known.join(", "),
    fix:
      nearest === undefined
        ? "select one with `pulumi stack select`, or add stacks/<name>.ts to stacks/index.ts"
        : `did you mean ${nearest}?`,
  };
}

function unknownSections(config: Readonly<Record<string, string>>): Problem[] {
  const known: readonly string[] = [...sectionNames, ...mergedOnly, ...secretKeys];
  return Object.keys(config)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey(joinPath(key), key, known));
}

/** Mistakes in a secret that can be named without showing it: they would otherwise come back as a refused login much later. */
function secretProblems({ githubToken, githubAppPrivateKey, kubeconfig }: Readonly<Record<string, string>>): Problem[] {
  const problems: Problem[] = [];
  if (githubToken !== undefined && !/^\S+$/.test(githubToken)) {
    problems.push({
      path: "githubToken",
      what: "empty or with blanks [hidden]",
      allowed: "a token alone",
      fix: "set it again without line break",
    });
  }
  if (githubAppPrivateKey !== undefined && !/^-----BEGIN [A-Z ]*PRIVATE KEY-----\s/.test(githubAppPrivateKey)) {
    problems.push({
      path: "githubAppPrivateKey",
      what: "no PEM private key [hidden]",
      allowed: "the content of the App's .pem file",
      fix: "pulumi config set --secret githubAppPrivateKey < FILE.pem",
    });
  }
  if (kubeconfig?.trim() === "")
    problems.push({ path: "kubeconfig", what: "empty", allowed: "the content of a kubeconfig" });
  return problems;
}

/** The layer that the stack configuration makes: each key parsed as the JSON that Pulumi stores for it. */
function parseConfig(config: Readonly<Record<string, string>>, problems: Problem[]): Record<string, unknown> {
  const layer: Record<string, unknown> = {};
  for (const key of [...sectionNames, ...mergedOnly]) {
    const text = config[key];
    if (text === undefined) continue;
    const value = parseJson(text);
    const wanted = key === "production" ? typeof value === "boolean" : isObject(value);
    if (wanted) layer[key] = value;
    else
      problems.push({
        path: key,
        what: show(key, value),
        allowed: key === "production" ? "true or false" : "a map of settings",
      });
  }
  return layer;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readSections(merged: unknown, problems: Problem[]): Partial<Sections> {
  const read: Record<string, unknown> = {};
  for (const section of sectionNames) {
    const value = part(merged, section) ?? {};
    const schema = sectionSchemas[section];
    const parsed = schema.safeParse(value);
    if (parsed.success) read[section] = parsed.data;
    else problems.push(...schemaProblems([section], value, schema, parsed.error.issues));
  }
  return read;
}

/** Each set is laid over the defaults of all sets layer by layer, so that a `null` in any layer can take one of these defaults away. */
function readScaleSets(
  merged: unknown,
  layers: readonly unknown[],
  problems: Problem[],
): Record<string, ScaleSetSettings> {
  const read: Record<string, ScaleSetSettings> = {};
  const shared = part(merged, "scaleSetDefaults");
  for (const name of Object.keys(part(merged, "scaleSets") ?? {})) {
    const value = layers
      .map((layer) => part(part(layer, "scaleSets"), name))
      .reduce((set, own) => (own === null ? shared : merge(set, own)), shared);
    problems.push(...nameProblems(name));
    const parsed = scaleSetSchema.safeParse(value);
    if (parsed.success) read[name] = parsed.data;
    else problems.push(...schemaProblems(["scaleSets", name], value, scaleSetSchema, parsed.error.issues));
  }
  return read;
}

function part(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

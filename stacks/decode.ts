import * as pulumi from "@pulumi/pulumi";

import type { ImageLock } from "../components/images/lock";
import { awsDefaults } from "./aws/defaults";
import { environments } from "./index";
import { type ChartSource, inspectChart } from "./chart-version";
import { crossChecks, nameProblems, type Readable } from "./checks";
import { defaults } from "./defaults";
import { readImageLock, withLock } from "./image-lock";
import { legacyDefaults } from "./legacy/defaults";
import { organizationDefaults } from "./organization/defaults";
import { deepFreeze, isObject, merge } from "./merge";
import { splitByDigest } from "./missing-digests";
import { formatProblems, joinPath, nearestName, type Problem, schemaProblems, show, unknownKey } from "./problems";
import { scaleSetSchema } from "./scale-set-schema";
import { storageDefaults } from "./storage/defaults";
import { vaultDefaults } from "./vault/defaults";
import { secretKeys, secretProblems, type Secrets, secretsOf, secretsPresent } from "./secrets";
import {
  type OptionalSection,
  type ScaleSetSettings,
  type Section,
  sectionSchemas,
  type Sections,
  type Settings,
} from "./settings";

/** Name of the Pulumi project, which prefixes the keys of its stacks' configuration. */
export const projectName = "runner-platform";

const sectionNames = Object.keys(sectionSchemas) as Section[];
const mergedOnly = ["scaleSetDefaults", "scaleSets"] as const;

/** Sections that an environment may leave out, with the defaults that hold once one of its layers has the section. */
const optionalSections: Readonly<Record<OptionalSection, object>> = {
  legacy: legacyDefaults,
  aws: awsDefaults,
  vault: vaultDefaults,
  organization: organizationDefaults,
};

export interface Decoded {
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** Result of reading settings: the settings, or everything that is wrong with them. */
export type Result =
  | {
      readonly settings: Settings;
      /** Images that lack the digest which settings require; empty unless they are only to be reported. */
      readonly missingDigests: readonly Problem[];
    }
  | { readonly problems: readonly Problem[] };

export interface DecodeOptions {
  /** What an image without digest is where digests are required. Only previews report: nothing may be deployed so. @default "refuse" */
  readonly missingDigests?: "refuse" | "report";
}

/**
 * The settings of the running stack, merged from defaults, environment (`stacks/<stack>.ts`) and stack configuration.
 *
 * @throws pulumi.RunError naming all problems at once, so that the user sees them without a stack trace.
 */
export function loadSettings(options?: DecodeOptions): Decoded {
  const stack = pulumi.getStack();
  const config = new pulumi.Config(projectName);
  const result = decodeSettings(stack, configOfProject(pulumi.runtime.allConfig()), undefined, undefined, options);
  if ("problems" in result) throw new pulumi.RunError(formatProblems(stack, result.problems));
  return { settings: result.settings, secrets: secretsOf(result.settings, config) };
}

function configOfProject(all: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${projectName}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

/**
 * Reads the settings of a stack.
 *
 * @param config the project's keys of the stack configuration with their values as Pulumi hands them out: JSON text for maps and lists,
 *   plain text otherwise, secrets decrypted. Values of secrets are looked at for their form only and never repeated in a problem.
 * @param chartAt how a chart reference is looked up; tests replace it.
 * @param lock digests of images that settings name by tag.
 * @param options what is let through; nothing by default.
 */
export function decodeSettings(
  stack: string,
  config: Readonly<Record<string, string>>,
  chartAt: (chart: string) => ChartSource = inspectChart,
  lock: ImageLock = readImageLock(),
  options: DecodeOptions = {},
): Result {
  const environment = Object.hasOwn(environments, stack) ? environments[stack] : undefined;
  if (!environment) return { problems: [unknownStack(stack)] };
  const problems: Problem[] = [...unknownSections(config), ...secretProblems(config)];
  const layers = [defaults, environment, parseConfig(config, problems)];
  const merged = mergeLayers(layers);
  const sections = withLock(readSections(merged, problems), lock, problems);
  const readable: Readable = { ...sections, scaleSets: readScaleSets(merged, layers, problems) };
  const unreadable = sectionNames.filter((section) => !sections[section] && valueOf(section, merged) !== undefined);
  const { all, missingDigests, others } = splitByDigest({ ...readable, unreadable }, (checked) =>
    crossChecks(checked, secretsPresent(config), chartAt),
  );
  problems.push(...(options.missingDigests === "report" ? others : all));
  if (problems.length > 0 || !isComplete(readable)) return { problems };
  return { settings: deepFreeze({ ...readable, stack }), missingDigests };
}

function isComplete(readable: Readable): readable is Readable & Sections {
  return sectionNames.every((section) => isOptional(section) || readable[section] !== undefined);
}

/** Whether an environment may do without a section; `null` then takes it away. */
export function isOptional(section: string): section is OptionalSection {
  return Object.hasOwn(optionalSections, section);
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The layer that the stack configuration makes: each key parsed as the JSON that Pulumi stores for it. */
function parseConfig(config: Readonly<Record<string, string>>, problems: Problem[]): Record<string, unknown> {
  const layer: Record<string, unknown> = {};
  for (const key of [...sectionNames, ...mergedOnly]) {
    const text = config[key];
    if (text === undefined) continue;
    const value = parseJson(text);
    const wanted =
      key === "production" ? typeof value === "boolean" : isObject(value) || (value === null && isOptional(key));
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

function readSections(merged: unknown, problems: Problem[]): Partial<Sections> {
  const read: Record<string, unknown> = {};
  for (const section of sectionNames) {
    const value = valueOf(section, merged);
    if (value === undefined) continue;
    const schema = sectionSchemas[section];
    const parsed = schema.safeParse(value);
    if (parsed.success) read[section] = parsed.data;
    else problems.push(...schemaProblems([section], value, schema, parsed.error.issues));
  }
  return read;
}

/**
 * The layers of a stack's settings laid over each other, unchecked. An optional section is there only if some layer has it; all layers then
 * lie on defaults of its own, so that `null` can take these away. `storage` has the defaults of the backend that is chosen.
 */
export function mergeLayers(layers: readonly unknown[]): unknown {
  const used = Object.entries(optionalSections).filter(([section]) =>
    layers.some((layer) => part(layer, section) !== undefined),
  );
  return layers.reduce<unknown>(merge, { ...storageDefaults(layers), ...Object.fromEntries(used) });
}

function valueOf(section: Section, merged: unknown): unknown {
  const value = part(merged, section);
  return isOptional(section) ? value : (value ?? {});
}

/**
 * A scale set, unchecked. It is laid over the defaults of all sets layer by layer, so that a `null` in any layer can take one of these
 * defaults away.
 */
export function mergeScaleSet(merged: unknown, layers: readonly unknown[], name: string): unknown {
  const shared = part(merged, "scaleSetDefaults");
  return layers
    .map((layer) => part(part(layer, "scaleSets"), name))
    .reduce((set, own) => (own === null ? shared : merge(set, own)), shared);
}

function readScaleSets(
  merged: unknown,
  layers: readonly unknown[],
  problems: Problem[],
): Record<string, ScaleSetSettings> {
  const read: Record<string, ScaleSetSettings> = {};
  for (const name of Object.keys(part(merged, "scaleSets") ?? {})) {
    const value = mergeScaleSet(merged, layers, name);
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

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { isOptional } from "../../stacks/decode";
import { isObject } from "../../stacks/merge";
import { secretKeys } from "../../stacks/secrets";

/** What the stack `local` gets from the running sandbox. */
export interface SandboxConfig {
  /** Content of a kubeconfig: a secret. */
  readonly kubeconfig: string;
  readonly githubConfigUrl: string;
  /** A secret. */
  readonly githubToken: string;
  /** Folder or file of the controller's chart; absent: the one in the settings. */
  readonly controllerChart?: string;
  /** What the section `certManager` gets. */
  readonly certManager?: Readonly<Record<string, unknown>>;
  /** What the section `vault` gets; `null`: there is none. */
  readonly vault?: Readonly<Record<string, unknown>> | null;
  /** The section `organization` and its secrets. They are for the sandbox's own GitHub, so there is none beside another. */
  readonly organization?: OrganizationConfig;
  /** What the section `legacy` gets, if the user's configuration has that section. */
  readonly legacy?: Readonly<Record<string, unknown>>;
}

export interface OrganizationConfig {
  readonly section: Readonly<Record<string, unknown>>;
  /** A secret. */
  readonly token: string;
  /** Secrets by name. */
  readonly secrets: Readonly<Record<string, string>>;
}

const project = "runner-platform";
const secrets = secretKeys.map((key) => `${project}:${key}`);

/** The checkout's root folder. */
export const checkout = join(__dirname, "..", "..");

/**
 * The configuration of the stack: what the sandbox supplies, overridden by what the user wrote into `Pulumi.local.yaml`.
 * @throws when that file is no YAML map, or holds a value that Pulumi encrypted
 */
export function stackConfig(sandbox: SandboxConfig, file: string = join(checkout, "Pulumi.local.yaml")): ConfigMap {
  const own = userConfig(file);
  const supplied = {
    [`${project}:kubeconfig`]: sandbox.kubeconfig,
    [`${project}:githubToken`]: sandbox.githubToken,
    [`${project}:github`]: { configUrl: sandbox.githubConfigUrl },
    ...(sandbox.controllerChart === undefined
      ? {}
      : { [`${project}:arc`]: { controllerChart: { chart: sandbox.controllerChart } } }),
    ...(sandbox.certManager && { [`${project}:certManager`]: sandbox.certManager }),
    ...(sandbox.vault !== undefined && { [`${project}:vault`]: sandbox.vault }),
    ...(sandbox.organization && wantsOrganization(own, sandbox) ? organizationKeys(sandbox.organization) : {}),
    ...(sandbox.legacy && `${project}:legacy` in own ? { [`${project}:legacy`]: sandbox.legacy } : {}),
  };
  return Object.fromEntries(
    Object.entries(lay(supplied, own))
      // A section of the environment that shall not be there has to be taken away there.
      .filter(([key, value]) => value !== null || isOptional(key.slice(`${project}:`.length)))
      .map(([key, value]) => [
        key,
        { value: typeof value === "string" ? value : JSON.stringify(value), secret: secrets.includes(key) },
      ]),
  );
}

/** Whether the sandbox's own GitHub is used, and nobody took the section away. */
function wantsOrganization(own: Readonly<Record<string, unknown>>, { githubConfigUrl }: SandboxConfig): boolean {
  const github = own[`${project}:github`];
  const configUrl = isObject(github) ? (github["configUrl"] ?? githubConfigUrl) : githubConfigUrl;
  return own[`${project}:organization`] !== null && configUrl === githubConfigUrl;
}

function organizationKeys({ section, token, secrets: values }: OrganizationConfig): Record<string, unknown> {
  return {
    [`${project}:organization`]: section,
    [`${project}:organizationToken`]: token,
    [`${project}:organizationSecrets`]: values,
  };
}

/** Like `merge` of the settings' layers, but `null` stays: it has yet to take something out of the layers below. */
export function lay(
  lower: Readonly<Record<string, unknown>>,
  upper: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const laid = Object.entries(upper).map(([key, value]) => {
    const below = lower[key];
    return [key, isObject(below) && isObject(value) ? lay(below, value) : value] as const;
  });
  return { ...lower, ...Object.fromEntries(laid) };
}

function userConfig(file: string): Record<string, unknown> {
  const document = parseFile(file) ?? {};
  if (!isObject(document)) throw new Error(`${file}: must be a map with the key config`);
  const config = document["config"] ?? {};
  if (!isObject(config)) throw new Error(`${file}: config must be a map of settings`);
  const encrypted = Object.entries(config).find(([, value]) => isObject(value) && "secure" in value)?.[0];
  if (encrypted !== undefined) {
    throw new Error(
      `${file}: ${encrypted} is encrypted, and the sandbox has no key for it: leave it out to use the sandbox's own, or write a value of a test installation in plain text`,
    );
  }
  return config;
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read`, { cause: error });
  }
}

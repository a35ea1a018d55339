import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { merge } from "../../stacks/merge";
import { isObject } from "../../stacks/merge";

/** What the stack `local` gets from the running sandbox. */
export interface SandboxConfig {
  /** Content of a kubeconfig: a secret. */
  readonly kubeconfig: string;
  readonly githubConfigUrl: string;
  /** A secret. */
  readonly githubToken: string;
  /** Folder or file of the controller's chart; absent: the one in the settings. */
  readonly controllerChart?: string;
}

const project = "runner-platform";
const secrets = ["kubeconfig", "githubToken", "githubAppPrivateKey"].map((key) => `${project}:${key}`);

/** The checkout's root folder. */
export const checkout = join(__dirname, "..", "..");

/**
 * The configuration of the stack: what the sandbox supplies, overridden by what the user wrote into `Pulumi.local.yaml`.
 * @throws when that file is no YAML map
 */
export function stackConfig(sandbox: SandboxConfig, file: string = join(checkout, "Pulumi.local.yaml")): ConfigMap {
  const supplied = {
    [`${project}:kubeconfig`]: sandbox.kubeconfig,
    [`${project}:githubToken`]: sandbox.githubToken,
    [`${project}:github`]: { configUrl: sandbox.githubConfigUrl },
    ...(sandbox.controllerChart === undefined
      ? {}
      : { [`${project}:arc`]: { controllerChart: { chart: sandbox.controllerChart } } }),
  };
  const merged = merge(supplied, userConfig(file));
  if (!isObject(merged)) throw new Error(`${file}: config must be a map`);
  return Object.fromEntries(
    Object.entries(merged).map(([key, value]) => [
      key,
      { value: typeof value === "string" ? value : JSON.stringify(value), secret: secrets.includes(key) },
    ]),
  );
}

function userConfig(file: string): Record<string, unknown> {
  const document: unknown = parse(readFileSync(file, "utf8"));
  const config = isObject(document) ? document["config"] : undefined;
  if (config === undefined || config === null) return {};
  if (!isObject(config)) throw new Error(`${file}: config must be a map of settings`);
  return config;
}

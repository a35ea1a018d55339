import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { decodeSettings } from "../../stacks/decode";
import { formatProblems } from "../../stacks/problems";
import { certManagerSettings } from "../certificates/settings";
import { organizationSettings } from "../github/settings";
import { legacySettings } from "../legacy/settings";
import { vaultSettings } from "../vault/settings";
import { builtFolder } from "../tools/cache";
import { builtTools } from "../tools/catalog";
import { githubConfigUrl, githubToken, organization } from "./github";
import { stackName } from "./engine";
import { stackConfig } from "./stack-config";
import type { Target } from "./target";

/** What a run of the engine needs to know, and what the sandbox must know about it. */
export interface PlatformInput {
  readonly config: ConfigMap;
  readonly githubConfigUrl: string;
  /** Secret: never print it. Absent when a GitHub App is used. */
  readonly githubToken?: string;
  readonly scaleSetNames: readonly string[];
  readonly controllerNamespace: string;
}

/** The controller's chart, kept beside the programs that were built from the same module. */
export const controllerChart = join(builtFolder(builtTools.arc), "controller-chart");

/** A setting that does not hold together with the others, as the program itself would say it. */
export class SettingsRefused extends Error {}

/**
 * Puts together the configuration of the stack and checks it, so that a mistake is told before the engine starts.
 * @throws SettingsRefused with all problems at once
 */
export function sandboxConfig(target: Target): PlatformInput {
  const supplied = {
    // Before the cluster's first start there is none; the settings are checked all the same.
    kubeconfig: existsSync(target.state.kubeconfig) ? readFileSync(target.state.kubeconfig, "utf8") : "not made yet",
    githubConfigUrl: githubConfigUrl(target),
    githubToken: githubToken(target.state),
    controllerChart,
    certManager: certManagerSettings(target.embedded),
    vault: vaultSettings(target.embedded, target.githubAddress, organization),
    organization: organizationSettings(target.embedded, githubToken(target.state)),
    legacy: legacySettings(target.githubAddress),
  };
  const config = stackConfig(supplied, target.configFile);
  const own = Object.entries(config).filter(([key]) => key.startsWith("runner-platform:"));
  const result = decodeSettings(
    stackName,
    Object.fromEntries(own.map(([key, { value }]) => [key.slice("runner-platform:".length), value])),
  );
  if ("problems" in result) throw new SettingsRefused(formatProblems(stackName, result.problems));
  return {
    config,
    githubConfigUrl: result.settings.github.configUrl,
    githubToken: config["runner-platform:githubToken"]?.value,
    scaleSetNames: Object.keys(result.settings.scaleSets),
    controllerNamespace: result.settings.namespaces.controller,
  };
}

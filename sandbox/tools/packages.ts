import { existsSync } from "node:fs";
import { distributionTools, type DistributionTool } from "./catalog";
import { findCommand, findDistributionTool } from "./locate";
import { run } from "./run";

/** The distribution's programs that this machine lacks. */
export function missingDistributionTools(): DistributionTool[] {
  return distributionTools.filter((tool) => findDistributionTool(tool) === undefined);
}

/** The Debian packages of some tools, each once. */
export function debianPackages(tools: readonly DistributionTool[]): string[] {
  return [...new Set(tools.map((tool) => tool.debianPackage))].sort();
}

/** Whether missing programs can be installed from here: Debian or one of its children, as root. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && findCommand("apt-get") !== undefined;
}

/**
 * Installs what is missing from the distribution's packages, after saying so.
 * Elsewhere than on Debian as root it changes nothing and throws one message that names all that is missing, with the commands.
 */
export async function ensureDistributionTools(say: (message: string) => void): Promise<void> {
  const missing = missingDistributionTools();
  if (missing.length === 0) return;
  const packages = debianPackages(missing);
  if (!canInstallPackages()) throw new Error(howToInstall(missing, packages));
  say(`installing the distribution's packages ${packages.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env });
  await run("apt-get", ["install", "-qq", "--yes", "--no-install-recommends", ...packages], { env });
  const still = missingDistributionTools();
  if (still.length > 0) throw new Error(howToInstall(still, debianPackages(still)));
}

function howToInstall(missing: readonly DistributionTool[], packages: readonly string[]): string {
  const lines = missing.map((tool) => `  ${tool.file ?? tool.command}: ${tool.why}`);
  return [
    "these programs are missing on this machine:",
    ...lines,
    `on Debian or Ubuntu: apt-get update && apt-get install --no-install-recommends ${packages.join(" ")}`,
    "elsewhere: install containerd (1.6 or newer), runc, the CNI plugins (in /usr/lib/cni), iptables, iproute2 and util-linux by your distribution's means",
  ].join("\n");
}

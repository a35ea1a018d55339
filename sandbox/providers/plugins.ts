import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findCommand } from "../tools/locate";

/** Where installed plugins are looked for. */
export interface PluginPlaces {
  /** Pulumi's own folder of this run, searched before the user's. */
  readonly pulumiHome?: string;
  /** @default the PATH of this process */
  readonly path?: string;
}

/** The version of a provider that its npm package was made for: its plugin must have the same. */
export function pluginVersion(name: string): string {
  const file = require.resolve(`@pulumi/${name}/package.json`);
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { version: string; pulumi?: { version?: string } };
  return (manifest.pulumi?.version ?? manifest.version).replace(/^v/, "");
}

/** The executable of an installed provider plugin, as the engine would find it: on PATH (any version), else in a plugin cache (this version). */
export function findRealPlugin(name: string, version: string = pluginVersion(name), places: PluginPlaces = {}): string | undefined {
  const executable = `pulumi-resource-${name}`;
  const onPath = findCommand(executable, { PATH: places.path ?? process.env["PATH"] });
  if (onPath !== undefined) return onPath;
  const homes = [places.pulumiHome, process.env["PULUMI_HOME"], join(homedir(), ".pulumi")].filter((home) => home !== undefined);
  return homes
    .map((home) => join(home, "plugins", `resource-${name}-v${version}`))
    .filter((folder) => !existsSync(`${folder}.partial`))
    .map((folder) => join(folder, executable))
    .find((file) => existsSync(file));
}

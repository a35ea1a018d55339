import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

export interface PluginSearch {
  /** `PULUMI_HOME` of the run. @default ~/.pulumi only */
  readonly pulumiHome?: string;
  /** The `PATH` of the run. @default that of this process */
  readonly path?: string;
}

/**
 * The executable of an installed resource plugin, or undefined. The order is the engine's: PATH (any version), then the plugin caches
 * (exactly this version, completely installed). A real plugin is always preferred to a provider of our own.
 */
export function findRealPlugin(name: string, version: string, search: PluginSearch = {}): string | undefined {
  const file = `pulumi-resource-${name}`;
  const folders = (search.path ?? process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const ambient = folders.map((folder) => join(folder, file)).find(isExecutable);
  if (ambient !== undefined) return ambient;
  const homes = [...(search.pulumiHome === undefined ? [] : [search.pulumiHome]), join(homedir(), ".pulumi")];
  return homes
    .map((home) => join(home, "plugins", `resource-${name}-v${version.replace(/^v/, "")}`))
    .filter((folder) => !existsSync(`${folder}.partial`))
    .map((folder) => join(folder, file))
    .find(isExecutable);
}

/** The plugin version an npm package asks for: `pulumi.version` of its package.json, else the package's own. */
export function pluginVersion(packageName: string): string {
  let folder = dirname(require.resolve(packageName));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    version: string;
    pulumi?: { version?: string };
  };
  return (manifest.pulumi?.version ?? manifest.version).replace(/^v/, "");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

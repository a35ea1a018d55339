import { Command } from "commander";

import { environments } from "../stacks/index";
import type { StackPreview } from "./preview/report";
import { type PreviewOptions, previewStack } from "./preview/run";
import { formatPreview, listResources } from "./preview/summary";
import { previewTools } from "./preview/tools";
import { requireStack } from "./stack-file";
import { endWith, UserError } from "./user-error";

interface Flags extends PreviewOptions {
  readonly all?: boolean;
  readonly json?: boolean;
  readonly list?: boolean;
}

const say = (message: string): void => console.error(message);

function stacksOf(named: readonly string[], { all, configFile }: Flags): readonly string[] {
  if (all === true && named.length > 0) throw new UserError("name stacks or give --all, not both");
  const stacks = all === true ? Object.keys(environments) : [...new Set(named)];
  if (stacks.length === 0) throw new UserError(`name a stack (${Object.keys(environments).join(", ")}), or give --all`);
  stacks.forEach(requireStack);
  if (configFile !== undefined && stacks.length > 1) throw new UserError("--config-file is for one stack");
  return stacks;
}

async function preview(named: readonly string[], flags: Flags): Promise<void> {
  const stacks = stacksOf(named, flags);
  const tools = await previewTools(say, flags.charts);
  const previews: StackPreview[] = [];
  for (const stack of stacks) {
    const began = Date.now();
    const result = await previewStack(stack, tools, flags);
    previews.push(result);
    if (flags.json === true) continue;
    console.log(formatPreview(result, (Date.now() - began) / 1000));
    if (flags.list === true) console.log(listResources(result.resources).join("\n"));
  }
  if (flags.json === true) console.log(JSON.stringify(previews.map(machineReadable), null, 2));
  const failed = previews.filter(({ problems }) => problems.length > 0).map(({ stack }) => stack);
  if (failed.length === 0) return;
  if (stacks.length > 1) say(`failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

function machineReadable({ stack, resources, warnings, problems }: StackPreview): object {
  return {
    stack,
    resources: resources.map(({ urn, type, name, parent }) => ({ urn, type, name, parent })),
    warnings,
    problems,
  };
}

new Command("npm run preview --")
  .description(
    "What the real Pulumi engine would create in stacks, with no credentials, account, cluster or network (docs/previews.md).",
  )
  .argument("[stacks...]", Object.keys(environments).join(", "))
  .option("--all", "every stack")
  .option("--json", "machine-readable output")
  .option("--list", "every resource with its parent")
  .option("--config-file <file>", "configuration instead of Pulumi.<stack>.yaml")
  .option(
    "--charts <folder>",
    "charts as `helm pull` saves them (NAME-VERSION.tgz), for those that cannot be had otherwise",
  )
  .option("--installed-plugins", "let an installed plugin preview aws, with the credentials of the environment")
  .action(preview)
  .parseAsync()
  .catch(endWith);

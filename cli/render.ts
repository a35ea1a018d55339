import { Command } from "commander";

import { environments } from "../stacks/index";
import { type PreviewOptions, previewStack } from "./preview/run";
import { previewTools } from "./preview/tools";
import { writeFolder } from "./render/folder";
import { renderManifests } from "./render/manifests";
import { secretsPage } from "./render/secrets";
import { requireStack } from "./stack-file";
import { endWith, UserError } from "./user-error";

const say = (message: string): void => console.error(message);

async function render(stack: string, folder: string, flags: PreviewOptions): Promise<void> {
  requireStack(stack);
  const tools = await previewTools(say, flags.charts);
  const { resources, warnings, problems, secretKeys } = await previewStack(stack, tools, flags);
  for (const warning of warnings) say(`warning: ${warning}`);
  if (problems.length > 0) throw new UserError([`stack ${stack} cannot be rendered:`, ...problems].join("\n  "));
  const rendered = renderManifests(resources);
  if (rendered.problems.length > 0)
    throw new UserError([`stack ${stack} cannot be rendered:`, ...rendered.problems].join("\n  "));
  const page = secretsPage(stack, rendered.secrets, secretKeys);
  const { written, unchanged, removed } = writeFolder(folder, stack, [...rendered.files, ...(page ? [page] : [])]);
  console.log(
    `${stack}: ${rendered.files.length} objects in ${folder}: ${written} files written, ${unchanged} unchanged, ${removed} removed`,
  );
  if (page) console.log(`${rendered.secrets.length} Secrets are left out: SECRETS.md lists them`);
  const others = resources.filter(({ type, custom }) => custom && !/^(kubernetes|pulumi):/.test(type));
  const packages = [...new Set(others.map(({ type }) => type.split(":")[0]))].join(", ");
  if (others.length > 0)
    console.log(`${others.length} resources are no objects of the cluster (${packages}) and stay with \`pulumi up\``);
}

new Command("npm run render --")
  .description(
    "Writes the objects of a stack as YAML files for Argo CD and the like, without Secrets (docs/previews.md).",
  )
  .argument("<stack>", Object.keys(environments).join(", "))
  .argument("<folder>", "where to; files of an earlier run are brought up to date")
  .option("--config-file <file>", "configuration instead of Pulumi.<stack>.yaml")
  .option(
    "--charts <folder>",
    "charts as `helm pull` saves them (NAME-VERSION.tgz), for those that cannot be had otherwise",
  )
  .action(render)
  .parseAsync()
  .catch(endWith);

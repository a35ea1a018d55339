import { readFileSync } from "node:fs";

import { Command, InvalidArgumentError } from "commander";

import { migrate, type InputFile } from "./migrate/migrate";
import { renderJson, renderText } from "./migrate/render";
import { endWith, UserError } from "./user-error";

interface Flags {
  readonly github: string;
  readonly json?: boolean;
}

function address(text: string): string {
  if (!URL.canParse(text) || new URL(text).pathname !== "/") throw new InvalidArgumentError("https://HOST is wanted");
  return new URL(text).origin;
}

function read(name: string): InputFile {
  try {
    return { name: name === "-" ? "standard input" : name, text: readFileSync(name === "-" ? 0 : name, "utf8") };
  } catch (error) {
    throw new UserError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function run(names: readonly string[], { github, json }: Flags): void {
  const result = migrate(names.map(read), github);
  if ("errors" in result) throw new UserError(result.errors.join("\n"));
  process.stdout.write(json === true ? renderJson(result.migrated) : renderText(result.migrated));
}

const program = new Command("npm run migrate --")
  .description(
    "Print the scale sets that replace legacy RunnerDeployments, RunnerSets and their HorizontalRunnerAutoscalers, and what does not carry over.",
  )
  .argument("<file...>", "YAML files with these objects, any number in each; - reads standard input")
  .option("--github <address>", "address of GitHub, for an Enterprise Server", address, "https://github.com")
  .option("--json", "JSON instead of YAML with comments")
  .action(run);

try {
  program.parse();
} catch (error) {
  endWith(error);
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Command } from "commander";

import { environmentsPage } from "./docs/environments-page";
import { endWith, UserError } from "./user-error";

const file = join(__dirname, "..", "docs", "environments.md");

function run({ check }: { readonly check?: boolean }): void {
  const page = environmentsPage();
  const present = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (present === page) {
    console.log("docs/environments.md is up to date");
    return;
  }
  if (check === true) throw new UserError("docs/environments.md is out of date: run `npm run docs`");
  writeFileSync(file, page);
  console.log("docs/environments.md written");
}

const program = new Command("npm run docs --")
  .description(
    "Write docs/environments.md: every setting, what is allowed, its default, and where environments differ.",
  )
  .option("--check", "write nothing; end with 1 if the page is out of date")
  .action(run);

try {
  program.parse();
} catch (error) {
  endWith(error);
}

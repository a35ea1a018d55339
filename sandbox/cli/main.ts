import { Command } from "commander";
import { paths } from "../cluster/paths";
import { up } from "./up";
import { explain, UserError } from "./user-error";
import { EngineFailed } from "../platform/engine-report";
import { SettingsRefused } from "../platform/input";

const cli = new Command("npm run local --").description("The whole platform on this machine: a real Kubernetes cluster, real ARC, a stand-in for GitHub");
cli.command("up", { isDefault: true }).description("bring everything up, or bring it up to date").action(() => up(paths()));

cli.parseAsync().catch((error: unknown) => {
  const forUser = error instanceof UserError || error instanceof EngineFailed || error instanceof SettingsRefused;
  console.error(forUser ? `\n${error.message}` : `\n${explain(error)}`);
  process.exitCode = 1;
});

import { Command, InvalidArgumentError } from "commander";
import { stateFolder } from "../cluster/paths";
import { EngineFailed } from "../platform/engine-report";
import { SettingsRefused } from "../platform/input";
import { contextTarget, embeddedTarget, type Target } from "../platform/target";
import { doctor } from "./doctor";
import { destroy, down } from "./down";
import { images } from "./images";
import { jobs } from "./jobs";
import type { JobsFlags } from "./jobs-flags";
import { logs } from "./logs";
import { showPreview } from "./preview";
import { showStatus } from "./status";
import { up } from "./up";
import { explain, UserError } from "../../cli/user-error";

interface ClusterFlags {
  readonly context?: string;
  readonly githubAddress?: string;
  readonly config?: string;
}

interface JsonFlag {
  readonly json?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("a whole number is wanted");
  return Number(text);
}

function positiveNumber(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) throw new InvalidArgumentError("a number above 0 is wanted");
  return Number(text);
}

const program = new Command("npm run local --")
  .description("The whole platform on this machine: a real Kubernetes cluster, real ARC, and a stand-in for GitHub.")
  .option("--context <name>", "use this context of your kubeconfig instead of the embedded cluster")
  .option("--github-address <host:port>", "with --context: where pods reach the stand-in for GitHub on this machine")
  .option("--config <file>", "stack configuration to use instead of Pulumi.local.yaml")
  .addHelpText("after", `\nState folder: ${stateFolder()} (change it with RUNNER_PLATFORM_STATE)`);

async function target(): Promise<Target> {
  const { context, githubAddress, config } = program.opts<ClusterFlags>();
  const chosen = context === undefined ? embeddedTarget() : await contextTarget(context, githubAddress);
  return { ...chosen, ...(config === undefined ? {} : { configFile: config }) };
}

program
  .command("up", { isDefault: true })
  .description("bring everything up, or up to date (the default)")
  .action(async () => up(await target()));
program
  .command("preview")
  .description("show what `up` would change, without changing it")
  .option("--json", "machine-readable output")
  .action(async (flags: JsonFlag) => showPreview(await target(), flags));
program
  .command("status")
  .description("show components, nodes, pods and scale sets")
  .option("--json", "machine-readable output")
  .action(async (flags: JsonFlag) => showStatus(await target(), flags));
program
  .command("jobs")
  .description("queue jobs for one scale set, or for several, and follow them")
  .argument("[scale-set]", "its name, as in runs-on")
  .option("--mix", "instead: jobs for all sets, at random times and of random length")
  .option("--burst <set=count,...>", "instead: jobs for several sets, all at once")
  .option("--count <number>", "how many (default: 1, with --mix 100)", wholeNumber)
  .option("--seconds <number>", "how long each runs, without --mix (default: 3)", wholeNumber)
  .option("--minutes <number>", "with --mix: over how long they arrive (default: 8 for 100 jobs)", positiveNumber)
  .option("--seed <number>", "with --mix: another seed gives other times and lengths (default: 1)", wholeNumber)
  .option("--container <image>", "container of the jobs, for sets in Kubernetes mode (default: the sandbox's own)")
  .option("--no-container", "jobs without container")
  .option("--timeout <seconds>", "stop following after so long", wholeNumber)
  .option("--json", "machine-readable output")
  .action(async (scaleSet: string | undefined, flags: JobsFlags) => jobs(await target(), scaleSet, flags));
program
  .command("logs")
  .description("show the end of a component's or pod's log")
  .argument("<name>", "component (see status) or the beginning of a pod's name")
  .option("--lines <number>", "how many lines", wholeNumber, 50)
  .action(async (name: string, flags: { lines: number }) => logs(await target(), name, flags.lines));
program
  .command("images")
  .description("show what stands in for which image")
  .option("--export <folder>", "write the images as archives, for a cluster of your own")
  .action((flags: { export?: string }) => images(flags));
program
  .command("doctor")
  .description("show what is needed, what is there, and what `up` would do about it")
  .option("--json", "machine-readable output")
  .action(async (flags: JsonFlag) => doctor(await target(), flags));
program
  .command("down")
  .description("stop all processes and keep the state")
  .action(async () => down(await target()));
program
  .command("destroy")
  .description("remove everything except the cache of built tools")
  .action(async () => destroy(await target()));

program.parseAsync().catch((error: unknown) => {
  const forUser = error instanceof UserError || error instanceof EngineFailed || error instanceof SettingsRefused;
  console.error(`\n${forUser ? error.message : explain(error)}`);
  process.exitCode = 1;
});

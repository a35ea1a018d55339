import { Command } from "commander";

import { plainYaml } from "../components/arc/hooks/hook-template-yaml";
import { hookTemplatesOf } from "../components/hook-templates";
import { environments } from "../stacks/index";
import { checkStack, formatReport, isClean } from "./hooks/check";
import { showPod } from "./hooks/show";
import { settingsOfStack } from "./stack-settings";
import { endWith } from "./user-error";

interface ShowFlags {
  readonly stack: string;
  readonly image: string;
  readonly service: readonly string[];
  readonly runnerPod?: string;
  readonly json?: boolean;
}

interface CheckFlags {
  readonly stack: readonly string[];
  readonly json?: boolean;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function show(set: string, { stack, image, service, runnerPod, json }: ShowFlags): void {
  const settings = settingsOfStack(stack);
  const pod = showPod({
    sets: Object.keys(settings.scaleSets),
    templates: hookTemplatesOf(settings),
    set,
    image,
    services: service,
    ...(runnerPod !== undefined && { runnerPod }),
  });
  process.stdout.write(json === true ? `${JSON.stringify(pod, null, 2)}\n` : plainYaml(pod));
}

function check({ stack, json }: CheckFlags): void {
  const stacks = stack.length === 0 ? Object.keys(environments) : stack;
  const reports = stacks.map((name) => checkStack(name, () => hookTemplatesOf(settingsOfStack(name))));
  console.log(json === true ? JSON.stringify(reports, null, 2) : reports.map(formatReport).join("\n"));
  if (!reports.every(isClean)) process.exitCode = 1;
}

const program = new Command("npm run hooks --").description(
  "The pods that container hooks make for jobs, and the templates (worker-podspec.yaml) that shape them.",
);

program
  .command("show")
  .description("print the pod that a job of a scale set will run in, as YAML")
  .argument("<set>", "the scale set, as in runs-on")
  .option("--stack <name>", "whose settings to read", "dev")
  .option("--image <image>", "the job's image, as in `container:`", "ubuntu:24.04")
  .option("--service <image>", "image of a service, as in `services:` (may be repeated)", collect, [])
  .option("--runner-pod <name>", "name of the runner's pod (default: one with x in the places that are random)")
  .option("--json", "JSON instead of YAML")
  .action(show);
program
  .command("check")
  .description("print the problems of all hook templates; ends with 1 if there are any")
  .option("--stack <name>", "only this stack (may be repeated; default: all stacks)", collect, [])
  .option("--json", "machine-readable output")
  .action(check);

try {
  program.parse();
} catch (error) {
  endWith(error);
}

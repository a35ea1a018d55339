import type { HookLine } from "../../components/arc/hooks/hook-input";
import { KubernetesApi } from "./api";
import { cleanupJob } from "./cleanup-job";
import { type HookEnvironment, hookEnvironment } from "./environment";
import { type HookInput, readInput } from "./input";
import { hasPermissions, missingPermissions } from "./permissions";
import { prepareJob } from "./prepare-job";

/**
 * Plays the container hooks: one command per process, its input on standard input. Like them it reports an error as a workflow command and
 * ends with 1. Source of the protocol: packages/k8s/src/index.ts and packages/hooklib of runner-container-hooks.
 */
export async function main(line: HookLine): Promise<void> {
  try {
    await runHook(line, await readInput(process.stdin), hookEnvironment(process.env));
    process.exit(0);
  } catch (error) {
    process.stdout.write(`::error::${escape(String(error))}\n`);
    process.exit(1);
  }
}

/** One command of the hooks. */
export async function runHook(line: HookLine, input: HookInput, environment: HookEnvironment): Promise<void> {
  const api = new KubernetesApi(environment);
  if (!(await hasPermissions(api, line))) throw missingPermissions(api, line);
  switch (input.command) {
    case "prepare_job":
      return prepareJob({ line, api, environment }, input.args ?? {}, input.responseFile);
    case "cleanup_job":
      return cleanupJob(api, environment.podName);
    case "run_script_step":
    case "run_container_step":
      throw new Error(`${input.command}: this hook makes the pods of jobs, but runs no steps in them`);
    default:
      throw new Error(`Command not recognized: ${input.command}`);
  }
}

/** What @actions/core does to the message of a workflow command. */
function escape(message: string): string {
  return message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

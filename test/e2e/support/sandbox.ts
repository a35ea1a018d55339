import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, CustomObjectsApi, type KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { loadKubeconfig } from "../../../sandbox/cluster/api";
import { type Paths, paths } from "../../../sandbox/cluster/paths";
import type { GitHubAdminClient } from "../../../sandbox/github/client";
import { githubClient } from "../../../sandbox/platform/github";
import { checkout } from "../../../sandbox/platform/stack-config";
import { embeddedTarget } from "../../../sandbox/platform/target";

/** The tests' sandbox has a state folder of its own, so that a developer's is not touched. */
process.env["RUNNER_PLATFORM_STATE"] ??= mkdtempSync(join(tmpdir(), "runner-platform-e2e-"));

/** What a command of the sandbox printed and how it ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** Less than a test may take, so that a command that hangs is ended while somebody can still tell what it had said. */
const patienceSeconds = 540;

/** Runs `npm run local -- …` as a user would, through the bootstrap. The output is shown when the command fails unexpectedly. */
export function local(...args: string[]): Promise<Ended> {
  return localWithin(patienceSeconds, ...args);
}

/** Like {@link local}, for a command that may take longer than others. */
export function localWithin(seconds: number, ...args: string[]): Promise<Ended> {
  const began = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(checkout, "scripts", "bootstrap.mjs"), "local", ...args], {
      cwd: checkout,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, because the command proper is a child of this child.
      detached: true,
    });
    let output = "";
    const timer = setTimeout(() => {
      output += `\n(ended by the test after ${String(seconds)} s)`;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, seconds * 1000);
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, output, seconds: (Date.now() - began) / 1000 });
    });
  });
}

/** Like {@link local}, for commands that must succeed. */
export async function localOk(...args: string[]): Promise<Ended> {
  const ended = await local(...args);
  if (ended.code !== 0)
    throw new Error(`npm run local -- ${args.join(" ")} ended with ${ended.code}:\n${ended.output}`);
  return ended;
}

export function state(): Paths {
  return paths();
}

export function kubeconfig(): KubeConfig {
  return loadKubeconfig(state().kubeconfig);
}

export const core = (): CoreV1Api => kubeconfig().makeApiClient(CoreV1Api);
export const custom = (): CustomObjectsApi => kubeconfig().makeApiClient(CustomObjectsApi);
export const objects = (): KubernetesObjectApi => KubernetesObjectApi.makeApiClient(kubeconfig());

export function github(): GitHubAdminClient {
  return githubClient(embeddedTarget());
}

/** Prints a measured figure beside the test results. */
export function figure(text: string): void {
  console.log(`      ${text}`);
}

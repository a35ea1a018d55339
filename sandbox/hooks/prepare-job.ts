import { appendFileSync, cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { HookLine, HookTemplateDocument, JobContainer, WorkflowPod } from "../../components/arc/hooks/hook-input";
import { workflowPod } from "../../components/arc/hooks/workflow-pod";
import type { KubernetesApi } from "./api";
import { prunePods } from "./cleanup-job";
import type { HookEnvironment } from "./environment";
import type { PrepareJobArgs } from "./input";
import { waitUntilRunning } from "./wait-until-running";

export interface Hook {
  readonly line: HookLine;
  readonly api: KubernetesApi;
  readonly environment: HookEnvironment;
}

/** Makes the job's pod, waits until it runs and tells the runner its name. A pod that does not come up is removed again. */
export async function prepareJob(hook: Hook, args: PrepareJobArgs, responseFile: string): Promise<void> {
  const { line, api, environment } = hook;
  if (!args.container) throw new Error("Job Container is required.");
  await prunePods(api, environment.podName);
  const template = readTemplate(environment.templateFile);
  if (line === "0.7") copyExternals(environment.runnerWorkspace);
  const pod = await describePod(hook, args.container, args, template);
  try {
    await api.create("pods", pod);
  } catch (error) {
    await prunePods(api, environment.podName);
    throw new Error(`failed to create job pod: ${messageOf(error)}`, { cause: error });
  }
  try {
    await waitUntilRunning(() => api.get("pods", pod.metadata.name), pod.metadata.name, {
      seconds: environment.prepareTimeoutSeconds,
    });
  } catch (error) {
    await prunePods(api, environment.podName);
    throw new Error(`pod failed to come online with error: ${String(error)}`, { cause: error });
  }
  respond(responseFile, pod, args);
}

async function describePod(
  { line, api, environment }: Hook,
  job: JobContainer,
  args: PrepareJobArgs,
  template: HookTemplateDocument | undefined,
): Promise<WorkflowPod> {
  const { podName, claimName, useKubeScheduler, runnerImage, workspace } = environment;
  return workflowPod({
    line,
    runner: {
      podName,
      nodeName: line === "0.7" ? await ownNode(api, podName) : "",
      claimName,
      useKubeScheduler,
      image: runnerImage,
      workspace,
    },
    job,
    services: args.services ?? [],
    template,
  });
}

async function ownNode(api: KubernetesApi, podName: string): Promise<string> {
  const node = (await api.get("pods", podName)).spec?.nodeName;
  if (!node) throw new Error("Failed to determine node name");
  return node;
}

function readTemplate(file: string | undefined): HookTemplateDocument | undefined {
  if (file === undefined) return undefined;
  const document: unknown = parse(readFileSync(file, "utf8"));
  if (document === null || typeof document !== "object") throw new Error(`Failed to parse ${file}`);
  return document;
}

/** The job's pod mounts this copy of the runner's own Node.js. */
function copyExternals(workspace: string | undefined): void {
  if (workspace === undefined) return;
  const from = join(workspace, "../../externals");
  if (!existsSync(from)) return;
  cpSync(from, join(workspace, "../externals"), { recursive: true, force: true, verbatimSymlinks: true });
}

/** The runner made the file empty. Whether the job's image is Alpine would take a command in it; the sandbox's images are not. */
function respond(file: string, pod: WorkflowPod, { services }: PrepareJobArgs): void {
  const [job, ...others] = pod.spec.containers;
  const context = (container: typeof job) => ({ image: container?.["image"], ports: {} });
  const response = {
    state: { jobPod: pod.metadata.name },
    context: { container: context(job), services: others.slice(0, services?.length ?? 0).map(context) },
    isAlpine: false,
  };
  appendFileSync(file, `${JSON.stringify(response)}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

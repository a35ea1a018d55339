import { readFileSync } from "node:fs";
import { Listr, type ListrTask } from "listr2";
import type { KubeConfig } from "@kubernetes/client-node";
import { simulatedNodes } from "../../stacks/local";
import type { Paths } from "../cluster/paths";
import { loadKubeconfig } from "../cluster/api";
import { startCluster } from "../cluster/start";
import { podReport } from "../platform/diagnosis";
import { deploy } from "../platform/engine";
import type { EngineReport } from "../platform/engine-report";
import { ensureGitHub, githubClient, githubConfigUrl } from "../platform/github";
import { sandboxConfig, type PlatformInput } from "../platform/input";
import { type ConnectedScaleSet, tokenProblem, waitForScaleSets } from "../platform/registration";
import type { Programs } from "../tools/ensure";
import { requireRoot } from "./machine";
import { claim, exclusively } from "./ownership";
import { rendering } from "./renderer";
import { elapsed, toolsTask } from "./tools-task";
import { UserError } from "./user-error";

interface UpContext {
  programs?: Programs;
  kubeconfig?: KubeConfig;
  input?: PlatformInput;
  report?: EngineReport;
  scaleSets?: readonly ConnectedScaleSet[];
}

/** How long a scale set may take from the end of the deployment to a connected listener. */
const registrationSeconds = 110;

/** Brings the whole sandbox up and says in the end what runs. */
export async function up(state: Paths): Promise<void> {
  const began = Date.now();
  requireRoot();
  await exclusively(state, async () => {
    claim(state);
    const context: UpContext = {};
    await new Listr<UpContext, "default", "simple">([toolsTask<UpContext>(), clusterTask(state), githubTask(state), deployTask(state), registeredTask(state)], {
      ctx: context,
      ...rendering,
    }).run();
    console.log(summary(state, context, began));
  });
}

function clusterTask(state: Paths): ListrTask<UpContext> {
  return {
    title: "Kubernetes cluster",
    task: async (context, task) => {
      context.kubeconfig = await startCluster(state, need(context.programs), simulatedNodes, (message) => (task.output = message));
      task.title = `Kubernetes cluster: 1 node and ${String(simulatedNodes.length)} simulated ones are ready`;
    },
  };
}

function githubTask(state: Paths): ListrTask<UpContext> {
  return {
    title: "Stand-in for GitHub",
    task: async (context, task) => {
      await ensureGitHub(state, need(context.programs));
      const input = sandboxConfig(state);
      context.input = input;
      const problem = await tokenProblem(input.githubConfigUrl, input.githubToken);
      if (problem !== undefined) throw new UserError(problem);
      task.title = `Stand-in for GitHub: ${input.githubConfigUrl}`;
    },
  };
}

function deployTask(state: Paths): ListrTask<UpContext> {
  return {
    title: "Platform (pulumi up, stack local)",
    task: async (context, task) => {
      const report = await deploy(state, need(context.programs), {
        config: need(context.input).config,
        onEvent: (event) => {
          const done = event.resOutputsEvent?.metadata;
          if (done && done.op !== "same") task.output = `${done.op} ${done.urn.split("::").at(-1) ?? ""}`;
        },
      });
      context.report = report;
      const { changes, unchanged } = report;
      task.title = changes.length === 0 ? `Platform: nothing to change (${String(unchanged)} resources)` : `Platform: ${countChanges(report)}`;
    },
  };
}

/** "17 created, 2 updated, 3 unchanged". */
export function countChanges(report: EngineReport): string {
  const words = { create: "created", update: "updated", delete: "deleted", replace: "replaced" } as const;
  const counts = Object.entries(words)
    .map(([operation, word]) => ({ word, count: report.changes.filter((change) => change.operation === operation).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${String(count)} ${word}`);
  return [...counts, `${String(report.unchanged)} unchanged`].join(", ");
}

function registeredTask(state: Paths): ListrTask<UpContext> {
  return {
    title: "Scale sets",
    task: async (context, task) => {
      const { scaleSetNames } = need(context.input);
      task.output = `waiting for the listeners of ${scaleSetNames.join(", ")}`;
      context.scaleSets = await waitForScaleSets(githubClient(state), scaleSetNames, registrationSeconds, () =>
        podReport(need(context.kubeconfig), "arc-systems"),
      );
      task.title = "Scale sets: registered, listeners connected";
    },
  };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step ran before the one that it needs");
  return value;
}

function summary(state: Paths, context: UpContext, began: number): string {
  const sets = context.scaleSets ?? [];
  const report = context.report;
  return [
    "",
    `The platform is up (${elapsed(began)}).`,
    `  cluster      KUBECONFIG=${state.kubeconfig}`,
    `  GitHub       ${githubConfigUrl} (stand-in)`,
    `  resources    ${report ? countChanges(report) : "?"}`,
    ...sets.map((set) => `  scale set    ${set.name}: registered (id ${String(set.id)}), listener connected, ${String(set.runners.length)} runners`),
    "",
    "Give it work:    npm run local -- jobs runner-base --count 20 --seconds 3",
    "Look around:     npm run local -- status",
    "Change it:       edit stacks/local.ts, then npm run local -- preview",
    "Remove it all:   npm run local -- destroy",
  ].join("\n");
}

/** The kubeconfig file's content, for commands that need it without a running `up`. */
export function currentKubeconfig(state: Paths): KubeConfig {
  try {
    readFileSync(state.kubeconfig);
  } catch (error) {
    throw new UserError("there is no sandbox here: start it with `npm run local`", { cause: error });
  }
  return loadKubeconfig(state.kubeconfig);
}

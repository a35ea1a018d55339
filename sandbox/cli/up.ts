import { existsSync } from "node:fs";
import type { KubeConfig } from "@kubernetes/client-node";
import { Listr, type ListrTask } from "listr2";
import { simulatedNodes } from "../../stacks/local";
import { loadKubeconfig } from "../cluster/api";
import { startCluster } from "../cluster/start";
import { podReport } from "../platform/diagnosis";
import { deploy } from "../platform/engine";
import { countChanges, type EngineReport } from "../platform/engine-report";
import { ensureGitHub, githubClient, githubConfigUrl } from "../platform/github";
import { type PlatformInput, sandboxConfig } from "../platform/input";
import { type ConnectedScaleSet, tokenProblem, waitForScaleSets } from "../platform/registration";
import type { Target } from "../platform/target";
import { ensureObjectStores, objectStores } from "../s3/stores";
import type { Programs } from "../tools/ensure";
import { provideBackupAccess } from "../vault/backup-access";
import { requireRoot } from "./machine";
import { claim, exclusively } from "./ownership";
import { rendering } from "./renderer";
import { elapsed, toolsTask } from "./tools-task";
import { UserError } from "../../cli/user-error";

interface UpContext {
  programs?: Programs;
  kubeconfig?: KubeConfig;
  input?: PlatformInput;
  report?: EngineReport;
  scaleSets?: readonly ConnectedScaleSet[];
}

/**
 * How long scale sets may take from the end of the deployment to connected listeners. A listener that meets the session of a predecessor which
 * was killed asks again every 30 to 44 s.
 */
const registrationSeconds = 240;

/** Brings the whole sandbox up and says in the end what runs. */
export async function up(target: Target): Promise<void> {
  const began = Date.now();
  if (target.embedded) requireRoot();
  await exclusively(target.state, async () => {
    if (target.embedded) claim(target.state);
    const context: UpContext = {};
    const tasks = [
      toolsTask<UpContext>(target),
      settingsTask(target),
      target.embedded ? clusterTask(target) : existingClusterTask(target),
      githubTask(target),
      ...(target.embedded ? [objectStoresTask(target)] : []),
      deployTask(target),
      ...(target.embedded ? [backupAccessTask(target)] : []),
      registeredTask(target),
    ];
    await new Listr<UpContext, "default", "simple">(tasks, { ctx: context, ...rendering }).run();
    console.log(summary(target, context, began));
  });
}

/** A mistake in the settings is told before anything is started. */
function settingsTask(target: Target): ListrTask<UpContext> {
  return {
    title: "Settings",
    task: (_, task) => {
      const { scaleSetNames } = sandboxConfig(target);
      task.title = `Settings: stack local, scale sets ${scaleSetNames.join(", ")}`;
    },
  };
}

function clusterTask({ state }: Target): ListrTask<UpContext> {
  return {
    title: "Kubernetes cluster",
    task: async (context, task) => {
      const say = (message: string): string => (task.output = message);
      context.kubeconfig = await startCluster(state, need(context.programs), simulatedNodes, say);
      task.title = `Kubernetes cluster: 1 node and ${simulatedNodes.length} simulated ones are ready`;
    },
  };
}

function existingClusterTask({ state }: Target): ListrTask<UpContext> {
  return {
    title: "Kubernetes cluster",
    task: (context, task) => {
      context.kubeconfig = loadKubeconfig(state.kubeconfig);
      task.title = `Kubernetes cluster: your context ${context.kubeconfig.getCurrentContext()}`;
    },
  };
}

function githubTask(target: Target): ListrTask<UpContext> {
  return {
    title: "Stand-in for GitHub",
    task: async (context, task) => {
      await ensureGitHub(target, need(context.programs));
      const input = sandboxConfig(target);
      context.input = input;
      const { githubToken } = input;
      const problem = githubToken === undefined ? undefined : await tokenProblem(input.githubConfigUrl, githubToken);
      if (problem !== undefined) throw new UserError(problem);
      task.title = `Stand-in for GitHub: ${input.githubConfigUrl}`;
    },
  };
}

function objectStoresTask({ state }: Target): ListrTask<UpContext> {
  return {
    title: "Object stores",
    task: async (context, task) => {
      await ensureObjectStores(state, need(context.programs));
      task.title = `Object stores: ${objectStores.map(({ endpoint }) => endpoint).join(", ")}`;
    },
  };
}

function deployTask({ state }: Target): ListrTask<UpContext> {
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
      task.title =
        report.changes.length === 0
          ? `Platform: nothing to change (${report.unchanged} resources)`
          : `Platform: ${countChanges(report)}`;
    },
  };
}

/** After the deployment, which makes the namespace; backups begin on their schedule only. */
function backupAccessTask({ state }: Target): ListrTask<UpContext> {
  return {
    title: "Access of Vault's backups to the object stores",
    task: (context) => provideBackupAccess(need(context.kubeconfig), state),
  };
}

function registeredTask(target: Target): ListrTask<UpContext> {
  return {
    title: "Scale sets",
    task: async (context, task) => {
      const { scaleSetNames, controllerNamespace } = need(context.input);
      task.output = `waiting for the listeners of ${scaleSetNames.join(", ")}`;
      const why = (): Promise<string> => podReport(need(context.kubeconfig), controllerNamespace);
      context.scaleSets = await waitForScaleSets(githubClient(target), scaleSetNames, registrationSeconds, why);
      task.title = "Scale sets: registered, listeners connected";
    },
  };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step ran before the one that it needs");
  return value;
}

function summary(target: Target, context: UpContext, began: number): string {
  const { report, scaleSets = [] } = context;
  return [
    "",
    `The platform is up (${elapsed(began)}).`,
    `  tools        ${target.tools.map((tool) => `${tool.name} ${tool.version}`).join(", ")}`,
    `  cluster      KUBECONFIG=${target.state.kubeconfig}`,
    `  GitHub       ${githubConfigUrl(target)} (stand-in)`,
    `  resources    ${report ? countChanges(report) : "?"}`,
    ...scaleSets.map(
      (set) =>
        `  scale set    ${set.name}: registered (id ${set.id}), listener connected, runners: ${set.runners.length}`,
    ),
    "",
    "Give it work:    npm run local -- jobs runner-base --count 20 --seconds 3, or jobs --mix",
    "Look around:     npm run local -- status",
    "Change it:       edit stacks/local.ts, then npm run local -- preview",
    "Remove it all:   npm run local -- destroy",
  ].join("\n");
}

/** The cluster's kubeconfig, for commands that need it without running `up`. */
export function currentKubeconfig({ state }: Target): KubeConfig {
  if (!existsSync(state.kubeconfig)) throw new UserError("there is no sandbox here: start it with `npm run local`");
  return loadKubeconfig(state.kubeconfig);
}

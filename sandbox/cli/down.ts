import { Listr, type ListrTask } from "listr2";
import { namespacesExist } from "../cluster/namespaces";
import { stopDaemon } from "../cluster/processes";
import { removeState, stopCluster } from "../cluster/stop";
import { stackExists, undeploy } from "../platform/engine";
import { sandboxConfig } from "../platform/input";
import type { Target } from "../platform/target";
import { collectPrograms } from "../tools/ensure";
import { requireRoot } from "./machine";
import { exclusively } from "./ownership";
import { rendering } from "./renderer";
import { explain } from "../../cli/user-error";

/** Stops every process of the sandbox and keeps its state, so that the next `up` goes on from there. */
export async function down({ state }: Target): Promise<void> {
  requireRoot();
  await exclusively(state, async () => {
    await new Listr([{ title: "Stop", task: (_, task) => stopCluster(state, (message) => (task.output = message)) }], {
      ...rendering,
    }).run();
  });
  console.log(`\nStopped. The state is kept in ${state.root}; npm run local goes on from there.`);
}

/**
 * Removes everything: the platform (scale sets leave GitHub first), then processes, mounts, network, and the state folder. The cache of
 * built tools stays, because other checkouts use it.
 */
export async function destroy(target: Target): Promise<void> {
  if (target.embedded) requireRoot();
  await exclusively(target.state, async () => {
    await new Listr([platformTask(target), processesTask(target), stateTask(target)], { ...rendering }).run();
  });
  console.log("\nEverything of the sandbox is gone, except the tools in the cache.");
}

function platformTask(target: Target): ListrTask {
  const { state, embedded } = target;
  return {
    title: "Platform (pulumi destroy)",
    skip: () => {
      if (!stackExists(state)) return "nothing was deployed";
      return embedded && !namespacesExist(state) ? "the cluster is not running: nothing to deregister from" : false;
    },
    task: async (_, task) => {
      try {
        const report = await undeploy(state, await collectPrograms(target.tools), {
          config: sandboxConfig(target).config,
          onEvent: (event) => {
            const done = event.resOutputsEvent?.metadata;
            if (done) task.output = `${done.op} ${done.urn.split("::").at(-1) ?? ""}`;
          },
        });
        task.title = `Platform: ${report.changes.length} resources deleted`;
      } catch (error) {
        if (!embedded) throw error;
        // Cluster and stand-in go next, and the resources with them: a failure here must not keep anything alive.
        task.title = `Platform: not everything could be deleted one by one, it goes with the cluster (${explain(error)})`;
      }
    },
  };
}

function processesTask({ state, embedded }: Target): ListrTask {
  if (!embedded) return { title: "Stand-in for GitHub", task: () => stopDaemon(state, "github") };
  return {
    title: "Processes, mounts, network",
    task: (_, task) => stopCluster(state, (message) => (task.output = message)),
  };
}

function stateTask({ state }: Target): ListrTask {
  return {
    title: `State folder ${state.root}`,
    task: () => {
      removeState(state);
    },
  };
}

import { performance } from "node:perf_hooks";

import { Command, Option } from "commander";

import { loadCluster } from "./audit/cluster";
import { settingsOfStack } from "./stack-settings";
import { endWith, UserError } from "./user-error";
import { openCluster, type RunningCluster } from "./vault/cluster";
import { parseSeconds } from "./vault/duration";
import { formatCluster } from "./vault/print";
import { upgrade } from "./vault/upgrade";

interface UpgradeFlags {
  readonly stack: string;
  readonly configFile?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

async function clusterOf({ stack, configFile, ...flags }: UpgradeFlags): Promise<RunningCluster> {
  const { vault, kubernetes } = settingsOfStack(stack, configFile);
  if (!vault) throw new UserError(`stack "${stack}" has no section vault`);
  if (vault.updates === "rolling") {
    throw new UserError(
      `the servers of stack "${stack}" change by themselves (vault.updates: rolling); watch them with kubectl -n ${vault.namespace} rollout status statefulset/${vault.name}`,
    );
  }
  const context = flags.context ?? (flags.kubeconfig === undefined ? kubernetes.context : undefined);
  const config = loadCluster({
    ...(context !== undefined && { context }),
    ...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
  });
  const { namespace, name, replicas } = vault;
  const givenToken = process.env["VAULT_TOKEN"];
  return openCluster({ config, namespace, name, replicas, ...(givenToken && { givenToken }) });
}

async function run(flags: UpgradeFlags): Promise<void> {
  const cluster = await clusterOf(flags);
  console.log(formatCluster(await cluster.observe()));
  if (flags.dryRun === true) return;
  console.log("");
  const replaced = await upgrade(cluster, {
    timeoutSeconds: flags.timeout,
    report: (line) => console.log(line),
    sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    now: () => performance.now() / 1000,
  });
  console.log(replaced === 0 ? "Nothing was to be done." : `${replaced} servers were replaced; all are well.`);
}

const program = new Command("npm run vault --").description("Looks after the servers of Vault in a running cluster.");

program
  .command("upgrade")
  .description(
    "replace the servers of a cluster with updates: onDelete one by one, the leader last, each time waiting until all are unsealed voters; can be started again at any time",
  )
  .requiredOption("--stack <name>", "whose Vault")
  .option("--config-file <file>", "configuration instead of Pulumi.<stack>.yaml")
  .option(
    "--context <name>",
    "context of your kubeconfig (default: kubernetes.context of the stack, or the current one)",
  )
  .option("--kubeconfig <file>", "a kubeconfig (default: as kubectl finds it)")
  .addOption(
    new Option("--timeout <duration>", "how long to wait for one server: 90s, 15m")
      .argParser(parseSeconds)
      .default(900, "15m"),
  )
  .option("--dry-run", "say how the servers are and what would be done, and do nothing")
  .action(run);

program.parseAsync().catch(endWith);

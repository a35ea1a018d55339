import { Command, Option } from "commander";

import { hasCephTools, listImages } from "./audit/ceph-tools";
import { loadCluster, readCluster } from "./audit/cluster";
import { parseHours } from "./audit/duration";
import { findings } from "./audit/findings";
import { readImageList } from "./audit/image-list";
import type { ListedImage } from "./audit/objects";
import { formatAudit, imagesHint } from "./audit/print";
import { endWith, UserError } from "./user-error";

interface StorageFlags {
  readonly olderThan: number;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace: readonly string[];
  readonly images: readonly string[];
  readonly execTools?: boolean;
  readonly pool: string;
  readonly rookNamespace: string;
  readonly json?: boolean;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function storage(flags: StorageFlags): Promise<void> {
  const { olderThan: olderThanHours, namespace: namespaces, pool, rookNamespace } = flags;
  if (flags.execTools === true && flags.images.length > 0)
    throw new UserError("use one of --images and --exec-tools: both say which images there are");
  // Before the cluster: an image that is made in between must not look as if no volume knew it.
  const listed: readonly ListedImage[] | undefined =
    flags.images.length > 0 ? flags.images.flatMap(readImageList) : undefined;
  const config = loadCluster(flags);
  const images = flags.execTools === true ? await listImages(config, rookNamespace, pool) : listed;
  const cluster = await readCluster(config);
  const found = findings({
    cluster,
    now: new Date(),
    olderThanHours,
    ...(images && { images }),
    ...(namespaces.length > 0 && { namespaces }),
  });
  if (found.length > 0) process.exitCode = 1;
  if (flags.json === true) {
    console.log(JSON.stringify({ olderThanHours, imagesCompared: images !== undefined, findings: found }, null, 2));
    return;
  }
  console.log(formatAudit(found, cluster, images, olderThanHours));
  const ceph = cluster.volumes.some(({ image }) => image !== undefined);
  const tools = images ? false : await hasCephTools(config, rookNamespace);
  if (!images && (ceph || tools)) console.log(`\n${imagesHint(tools, rookNamespace, pool)}`);
}

const program = new Command("npm run audit --").description("Looks for what has been left behind. Changes nothing.");

program
  .command("storage")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .description(
    "list volumes without a claim, claims without a pod or a volume, and images of Ceph without a volume; ends with 1 if there are any, with 2 if it cannot look",
  )
  .addOption(
    new Option("--older-than <duration>", "pass over what is younger: 90m, 24h, 7d")
      .argParser(parseHours)
      .default(24, "24h"),
  )
  .option("--context <name>", "context of your kubeconfig (default: the current one)")
  .option("--kubeconfig <file>", "a kubeconfig (default: as kubectl finds it)")
  .option("--namespace <name>", "claims of this namespace alone (may be repeated; default: all)", collect, [])
  .option("--images <file>", "a listing by rbd, as JSON, of the pool or of its trash (may be repeated)", collect, [])
  .option("--exec-tools", "list images in the pod of Rook's tools; needs the right pods/exec")
  .option("--pool <name>", "the pool whose images to list", "replicapool")
  .option("--rook-namespace <name>", "the namespace of Rook", "rook-ceph")
  .option("--json", "machine-readable output")
  .action(storage);

program.parseAsync().catch((error: unknown) => {
  endWith(error);
  process.exitCode = 2;
});

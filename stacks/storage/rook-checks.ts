import { parseReference } from "../../components/images/reference";
import { helmChartProblems } from "../chart-problems";
import type { ChartSource } from "../chart-version";
import { digestProblems } from "../digest-problems";
import { joinPath, type Problem, show } from "../problems";
import type { CephClusterSettings, RookSettings, StorageSettings } from "./schema";

/** What the checks of Rook's settings must know of the rest. */
export interface RookSurroundings {
  /** Namespaces of others, with the setting that names each. */
  readonly takenNamespaces: ReadonlyMap<string, string>;
  readonly requireDigest: boolean;
  readonly inspectChart: (chart: string) => ChartSource;
}

/** What is wrong with Rook's settings; those of another backend are none. */
export function rookProblems({ backend, rook, classes }: StorageSettings, around: RookSurroundings): Problem[] {
  if (backend !== "rook" || !rook) return [];
  return [
    ...namespaceProblems(rook, around),
    ...chartProblems(rook, around),
    ...imageProblems(rook, around),
    ...(rook.cluster.kind === "internal" ? internalProblems(rook, classes.retained !== undefined) : []),
    ...(rook.cluster.kind === "external" ? externalProblems(rook.cluster) : []),
    ...featureProblems(rook),
  ];
}

function namespaceProblems({ namespace }: RookSettings, { takenNamespaces }: RookSurroundings): Problem[] {
  const taken = takenNamespaces.get(namespace);
  if (taken === undefined) return [];
  const path = "storage.rook.namespace";
  return [
    {
      path,
      what: show(path, namespace),
      allowed: `another namespace than that of ${taken}: Ceph's pods are privileged`,
    },
  ];
}

function chartProblems({ charts }: RookSettings, { inspectChart }: RookSurroundings): Problem[] {
  const path = ["storage", "rook", "charts"];
  return [
    ...helmChartProblems([...path, "operator"], charts.operator, "rook-ceph", inspectChart),
    ...helmChartProblems([...path, "drivers"], charts.drivers, "ceph-csi-drivers", inspectChart),
  ];
}

function imageProblems({ images }: RookSettings, { requireDigest }: RookSurroundings): Problem[] {
  return Object.entries(images).flatMap(([key, image]): Problem[] => {
    const path = joinPath("storage", "rook", "images", key);
    const parts = parseReference(image);
    if (parts?.tag === undefined)
      return [
        { path, what: show(path, image), allowed: "an image with a tag: Rook's chart puts name and tag together" },
      ];
    return requireDigest ? digestProblems(path, image) : [];
  });
}

function internalProblems(rook: RookSettings, retained: boolean): Problem[] {
  const { cluster, blockPool, retainedPool, filesystem, fsType } = rook;
  const problems: Problem[] = [...deviceProblems(cluster), ...monitorProblems(cluster)];
  if (blockPool.size === 2 && !blockPool.allowScratchSize2) {
    problems.push({
      path: "storage.rook.blockPool.size",
      what: "given 2",
      allowed: "at least 3",
      fix: "for work volumes alone, which may be lost, set storage.rook.blockPool.allowScratchSize2",
    });
  }
  const pools = {
    blockPool,
    ...(retained && { retainedPool }),
    filesystem,
  };
  for (const [key, { size }] of Object.entries(pools)) {
    const path = `storage.rook.${key}.size`;
    if (key !== "blockPool" && size < 3) problems.push({ path, what: show(path, size), allowed: "at least 3" });
    const nodes = Object.keys(cluster.nodes).length;
    if (cluster.failureDomain === "host" && !cluster.useAllNodes && nodes > 0 && nodes < size) {
      const allowed = `at most ${nodes}, the nodes of storage.rook.cluster.nodes: each copy lies on a host of its own`;
      problems.push({ path, what: show(path, size), allowed });
    }
  }
  if (retained && retainedPool.name === blockPool.name) {
    const path = "storage.rook.retainedPool.name";
    const allowed = "another pool than storage.rook.blockPool, whose quota a leak may use up";
    problems.push({ path, what: show(path, retainedPool.name), allowed });
  }
  if (fsType === "xfs") {
    const path = "storage.rook.fsType";
    const allowed = "ext4: xfs on a node with OSDs of its own may deadlock";
    problems.push({ path, what: show(path, fsType), allowed });
  }
  if (cluster.metrics) {
    const path = "storage.rook.cluster.metrics";
    problems.push({ path, what: "given for an internal cluster", allowed: "nothing: Rook knows its own manager" });
  }
  return problems;
}

/** Without disks there are no OSDs, and every claim waits for ever. */
function deviceProblems(cluster: CephClusterSettings): Problem[] {
  const { useAllNodes, nodes, useAllDevices, deviceFilter } = cluster;
  const path = "storage.rook.cluster.nodes";
  const names = Object.keys(nodes);
  if (useAllNodes && names.length > 0)
    return [
      { path, what: "given beside useAllNodes", allowed: "nothing with useAllNodes: Rook would pass over the list" },
    ];
  if (!useAllNodes && names.length === 0)
    return [{ path, what: "empty", allowed: "the nodes with their devices, or storage.rook.cluster.useAllNodes" }];
  const shared = useAllDevices === true || deviceFilter !== undefined;
  if (useAllNodes) {
    if (shared) return [];
    const at = "storage.rook.cluster.deviceFilter";
    return [{ path: at, what: "not set", allowed: "which devices to take, or storage.rook.cluster.useAllDevices" }];
  }
  return Object.entries(nodes).flatMap(([name, own]): Problem[] => {
    const given = [own.useAllDevices === true, own.deviceFilter !== undefined, (own.devices ?? []).length > 0];
    const count = given.filter(Boolean).length;
    const at = joinPath("storage", "rook", "cluster", "nodes", name);
    if (count > 1) return [{ path: at, what: "chooses devices in two ways", allowed: onlyOne }];
    return count === 0 && !shared ? [{ path: at, what: "has no devices", allowed: onlyOne }] : [];
  });
}

const onlyOne = "one of devices, deviceFilter and useAllDevices";

function monitorProblems({ monitors, nodes, useAllNodes }: CephClusterSettings): Problem[] {
  const path = "storage.rook.cluster.monitors";
  if (monitors % 2 === 0)
    return [{ path, what: show(path, monitors), allowed: "an odd number: an even one tolerates no more failures" }];
  const count = Object.keys(nodes).length;
  if (useAllNodes || count === 0 || monitors <= count) return [];
  return [{ path, what: show(path, monitors), allowed: `at most ${count}, one on each of the nodes that are named` }];
}

/** An external cluster has its disks and pools already: what would be made there is refused rather than ignored. */
function externalProblems(cluster: CephClusterSettings): Problem[] {
  const given = [
    ...(Object.keys(cluster.nodes).length > 0 ? ["nodes"] : []),
    ...(cluster.useAllNodes ? ["useAllNodes"] : []),
    ...(cluster.useAllDevices === true ? ["useAllDevices"] : []),
    ...(cluster.deviceFilter === undefined ? [] : ["deviceFilter"]),
  ];
  return given.map((key) => ({
    path: `storage.rook.cluster.${key}`,
    what: "given for an external cluster",
    allowed: "nothing: its disks are its own",
  }));
}

/** What each feature of an RBD image builds on. Source: rbd(8), `--image-feature`. */
const needs: Readonly<Record<string, string>> = { "object-map": "exclusive-lock", "fast-diff": "object-map" };

function featureProblems({ imageFeatures, provisioner }: RookSettings): Problem[] {
  const path = "storage.rook.imageFeatures";
  const problems: Problem[] = [];
  if (!imageFeatures.includes("layering"))
    problems.push({ path, what: show(path, imageFeatures), allowed: "a list with layering" });
  for (const [feature, needed] of Object.entries(needs)) {
    const names: readonly string[] = imageFeatures;
    if (names.includes(feature) && !names.includes(needed))
      problems.push({ path, what: show(path, imageFeatures), allowed: `${needed} beside ${feature}` });
  }
  if (provisioner.burst < provisioner.qps) {
    const at = "storage.rook.provisioner.burst";
    problems.push({
      path: at,
      what: show(at, provisioner.burst),
      allowed: `at least qps, which is ${provisioner.qps}`,
    });
  }
  return problems;
}

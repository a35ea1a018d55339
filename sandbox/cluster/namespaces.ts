import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { program, type Programs } from "../tools/ensure";
import { run } from "../tools/run";
import { addresses } from "./addresses";
import { killPods } from "./cgroups";
import type { Paths } from "./paths";
import { allPids, identify, sendSignal, stopProcess, type ProcessIdentity } from "./process-table";
import { ensureDaemon, runningDaemon, stopDaemon } from "./processes";

/**
 * The cluster lives in a network namespace and a mount namespace of its own, held by one process that does nothing else. So interfaces,
 * iptables rules, sysctls and mounts of the cluster never touch the host's, and all of them go when the last process inside goes.
 * The only trace on the host is one network interface, the link into the cluster, which goes with it too.
 */
const holder = "namespaces";

/**
 * Folders whose place is fixed in the sources of kubelet, containerd and the CNI library. Inside the mount namespace each is covered by a
 * folder of the state folder; on the host they are only mount points, made where missing and removed by {@link removeMountPoints}.
 */
const coveredFolders = [
  "/run/containerd",
  "/run/netns",
  "/var/lib/kubelet",
  "/var/lib/cni",
  "/var/log/pods",
  "/var/log/containers",
];

function madeFoldersFile(state: Paths): string {
  return join(state.root, "mount-points.json");
}

/** Makes the folder and those above it, and returns the ones that were missing, innermost last. */
function makeFolders(folder: string): string[] {
  if (existsSync(folder)) return [];
  const above = makeFolders(dirname(folder));
  mkdirSync(folder);
  return [...above, folder];
}

function makeMountPoints(state: Paths): void {
  const file = madeFoldersFile(state);
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as string[]) : [];
  const made = coveredFolders.flatMap(makeFolders);
  writeFileSync(file, JSON.stringify([...new Set([...before, ...made])]));
  for (const folder of [...coveredFolders, "marker"]) mkdirSync(join(state.mounts, folder), { recursive: true });
}

/** Removes the mount points that were made on the host, as far as they are empty. */
export function removeMountPoints(state: Paths): void {
  const file = madeFoldersFile(state);
  if (!existsSync(file)) return;
  const made = JSON.parse(readFileSync(file, "utf8")) as string[];
  for (const folder of made.reverse()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else uses it by now, or it is gone.
    }
  }
}

/** The shell script that the holder runs inside its new namespaces before it waits for ever. */
export function holderScript(state: Paths, ip: string, mount: string): string {
  const { bridge, gateway, podNetwork } = addresses;
  const prefix = podNetwork.split("/")[1] ?? "";
  return [
    "set -e",
    // Pods with mount propagation need shared mounts; this makes them shared inside this namespace only.
    `${mount} --make-rshared /`,
    ...coveredFolders.map((folder) => `${mount} --bind '${join(state.mounts, folder)}' '${folder}'`),
    `${mount} -t tmpfs -o size=4k ${marker(state)} '${join(state.mounts, "marker")}'`,
    `${ip} link set lo up`,
    `${ip} link add ${bridge} type bridge`,
    `${ip} address add ${gateway}/${prefix} dev ${bridge}`,
    `${ip} link set ${bridge} up`,
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    // Replies between two pods on the bridge must pass the rules that undo the Service address.
    "if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables; fi",
    `touch '${join(state.root, "namespaces-ready")}'`,
    "exec sleep infinity",
  ].join("\n");
}

/** A command line that runs inside the cluster's network and mounts. nsenter replaces itself, so the process id is the program's own. */
export function insideCluster(state: Paths, programs: Programs, command: readonly string[]): string[] {
  const pid = String(holderProcess(state).pid);
  return [program(programs, "nsenter"), `--net=/proc/${pid}/ns/net`, `--mount=/proc/${pid}/ns/mnt`, "--", ...command];
}

/** A command line that runs inside the cluster's network, but sees the host's files. */
export function insideNetwork(state: Paths, programs: Programs, command: readonly string[]): string[] {
  return [program(programs, "nsenter"), `--net=/proc/${String(holderProcess(state).pid)}/ns/net`, "--", ...command];
}

function holderProcess(state: Paths): ProcessIdentity {
  const process = runningDaemon(state, holder);
  if (!process) throw new Error("the embedded cluster is not running: start it with npm run local");
  return process;
}

export function namespacesExist(state: Paths): boolean {
  return runningDaemon(state, holder) !== undefined;
}

/**
 * Makes the namespaces and the link from the host, unless they exist.
 * @returns whether they had to be made; then nothing of an earlier run is left inside
 */
export async function ensureNamespaces(state: Paths, programs: Programs): Promise<boolean> {
  const readyFile = join(state.root, "namespaces-ready");
  if (!namespacesExist(state)) {
    // What an earlier holder left behind would sit in namespaces that nobody can enter any more.
    await killPods();
    await stopEverythingInside(state);
    // The kernel takes a moment to remove the link with the old namespace; a new one needs its name now.
    if (linkExists()) await run(program(programs, "ip"), ["link", "delete", addresses.hostLink]);
    rmSync(readyFile, { force: true });
  }
  makeMountPoints(state);
  const ip = program(programs, "ip");
  const script = holderScript(state, ip, program(programs, "mount"));
  const made = await ensureDaemon(state, {
    name: holder,
    command: [
      program(programs, "unshare"),
      "--net",
      "--mount",
      "--propagation",
      "private",
      "--",
      "/bin/sh",
      "-c",
      script,
    ],
    ready: () => Promise.resolve(existsSync(readyFile)),
    readySeconds: 10,
  });
  await ensureLink(state, programs);
  return made;
}

/** Whether the host has a link into a sandbox's network, this one's or another's. */
export function linkExists(): boolean {
  return existsSync(`/sys/class/net/${addresses.hostLink}`);
}

async function ensureLink(state: Paths, programs: Programs): Promise<void> {
  const ip = program(programs, "ip");
  const { hostLink, hostLinkAddress, clusterLink, clusterLinkAddress, linkPrefix, podNetwork, serviceNetwork } =
    addresses;
  if (linkExists()) return;
  const pid = String(holderProcess(state).pid);
  await run(ip, ["link", "add", hostLink, "type", "veth", "peer", "name", clusterLink, "netns", pid]);
  const inside = async (...args: string[]): Promise<void> => {
    const [command = "", ...rest] = insideNetwork(state, programs, [ip, ...args]);
    await run(command, rest);
  };
  await inside("address", "add", `${clusterLinkAddress}/${String(linkPrefix)}`, "dev", clusterLink);
  await inside("link", "set", clusterLink, "up");
  await run(ip, ["address", "add", `${hostLinkAddress}/${String(linkPrefix)}`, "dev", hostLink]);
  await run(ip, ["link", "set", hostLink, "up"]);
  for (const network of [podNetwork, serviceNetwork]) {
    await run(ip, ["route", "replace", network, "via", clusterLinkAddress, "dev", hostLink]);
  }
  // A default route makes the kernel accept Service addresses from inside (they are rewritten on the way); it leads to the host, which
  // forwards nothing: pods cannot reach anything beyond this machine.
  await inside("route", "replace", "default", "via", hostLinkAddress);
}

/**
 * Name of an empty file system that is mounted in the cluster's mount namespace and nowhere else. Processes are known by it: namespaces have
 * only numbers, which the kernel gives to others later.
 */
function marker(state: Paths): string {
  return `runner-platform-${createHash("sha256").update(state.root).digest("hex").slice(0, 12)}`;
}

/** Ids of all processes in the cluster's mount namespace: its programs and the containers' shims, but not the containers. */
export function processesInside(state: Paths): number[] {
  const mounted = ` - tmpfs ${marker(state)} `;
  return allPids().filter((pid) => {
    try {
      return readFileSync(`/proc/${String(pid)}/mountinfo`, "utf8").includes(mounted);
    } catch {
      return false;
    }
  });
}

/** Kills whatever runs in the cluster's mount namespace and waits until it is gone. */
export async function stopEverythingInside(state: Paths): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const left = processesInside(state)
      .map(identify)
      .filter((process) => process !== undefined);
    if (left.length === 0) return;
    for (const { pid } of left) sendSignal(pid, "SIGKILL");
    await Promise.all(left.map((process) => stopProcess(process, 10)));
  }
}

/** Ends the namespaces; the kernel then removes interfaces, rules and mounts. */
export async function removeNamespaces(state: Paths): Promise<void> {
  await stopEverythingInside(state);
  await stopDaemon(state, holder, 1);
  removeMountPoints(state);
}

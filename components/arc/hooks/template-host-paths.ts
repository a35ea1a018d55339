import { joinPath, type Problem, show } from "../../../stacks/problems";
import { fieldsOf, type Item } from "./template-parts";

/**
 * Folders of the node that would hand it to a job: its configuration, its processes, and the state and sockets of what runs containers.
 * Nothing in them may be mounted, nor anything that contains one of them.
 */
const systemFolders = [
  "/boot",
  "/dev",
  "/etc",
  "/proc",
  "/root",
  "/run",
  "/sys",
  "/usr",
  "/var/lib/containerd",
  "/var/lib/docker",
  "/var/lib/etcd",
  "/var/lib/kubelet",
  "/var/log",
  "/var/run",
];

/** What is wrong with the folder of the node that a volume shows, if it does; `allowed` are the folders meant for it. */
export function hostPathProblems({ path, fields }: Item, allowed: readonly string[] | undefined): Problem[] {
  const given = fieldsOf(fields["hostPath"])["path"];
  if (typeof given !== "string") return [];
  const at = joinPath(...path, "hostPath", "path");
  const folder = normal(given);
  const problem = (rule: string): Problem[] => [{ path: at, what: show(at, given), allowed: rule }];
  if (!given.startsWith("/") || given.split("/").includes("..")) return problem("an absolute path without ..");
  if (systemFolders.some((system) => isWithin(folder, system) || isWithin(system, folder)))
    return problem("a folder made for it, such as /var/cache/runners: this one belongs to the node");
  if (allowed && !allowed.some((root) => isWithin(folder, normal(root))))
    return problem(allowed.length === 0 ? "no folder of the node" : `a folder in ${allowed.join(", ")}`);
  return [];
}

function isWithin(folder: string, root: string): boolean {
  return root === "/" || folder === root || folder.startsWith(`${root}/`);
}

/** Without double and trailing slashes and without dots. */
function normal(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}

import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The folder that holds everything the sandbox writes, outside the checkout.
 * @default `$RUNNER_PLATFORM_STATE`, else `$XDG_STATE_HOME/runner-platform`, else `~/.local/state/runner-platform`
 */
export function stateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["RUNNER_PLATFORM_STATE"];
  if (own !== undefined && own !== "") return own;
  const base = environment["XDG_STATE_HOME"];
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".local", "state"), "runner-platform");
}

/** Where each part of the sandbox keeps its files below the state folder. */
export interface Paths {
  readonly root: string;
  readonly certificates: string;
  readonly processes: string;
  readonly logs: string;
  readonly config: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly containerdSocket: string;
  readonly images: string;
  readonly volumes: string;
  readonly mounts: string;
  readonly github: string;
  readonly objectStores: string;
  readonly pulumi: string;
  readonly kubeconfig: string;
}

export function paths(root: string = stateFolder()): Paths {
  return {
    root,
    certificates: join(root, "certificates"),
    processes: join(root, "processes"),
    logs: join(root, "logs"),
    config: join(root, "config"),
    etcd: join(root, "etcd"),
    containerd: join(root, "containerd"),
    containerdSocket: join(root, "containerd", "containerd.sock"),
    images: join(root, "images"),
    volumes: join(root, "volumes"),
    mounts: join(root, "mounts"),
    github: join(root, "github"),
    objectStores: join(root, "object-stores"),
    pulumi: join(root, "pulumi"),
    kubeconfig: join(root, "kubeconfig.yaml"),
  };
}

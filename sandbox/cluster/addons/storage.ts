import { mkdirSync } from "node:fs";
import { localProvisioner } from "../../../stacks/local";
import { program, type Programs } from "../../tools/ensure";
import { nodeName } from "../addresses";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";

/**
 * The program that gives each claim a folder of this machine. Its classes belong to the platform (`storage.backend: local`), so that nothing
 * has them before the platform is there.
 */
export function storageProvisioner(state: Paths, programs: Programs): Daemon {
  mkdirSync(state.volumes, { recursive: true });
  return {
    name: "storage-provisioner",
    command: insideCluster(state, programs, [
      program(programs, "storage-provisioner"),
      `--kubeconfig=${state.kubeconfig}`,
      `--provisioner=${localProvisioner}`,
      `--root=${state.volumes}`,
      `--node=${nodeName}`,
    ]),
  };
}

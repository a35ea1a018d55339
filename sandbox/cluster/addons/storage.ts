import { mkdirSync } from "node:fs";
import { program, type Programs } from "../../tools/ensure";
import { nodeName } from "../addresses";
import type { Manifest } from "../api";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";

const provisioner = "runner-platform.invalid/folders";

/** The default StorageClass: each claim gets a folder of this machine. */
export function storageObjects(): Manifest[] {
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "folders", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner,
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  ];
}

export function storageProvisioner(state: Paths, programs: Programs): Daemon {
  mkdirSync(state.volumes, { recursive: true });
  return {
    name: "storage-provisioner",
    command: insideCluster(state, programs, [
      program(programs, "storage-provisioner"),
      `--kubeconfig=${state.kubeconfig}`,
      `--provisioner=${provisioner}`,
      `--root=${state.volumes}`,
      `--node=${nodeName}`,
    ]),
  };
}

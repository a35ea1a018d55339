import { join } from "node:path";
import type { SimulatedNode } from "../../../stacks/settings";
import { program, type Programs } from "../../tools/ensure";
import type { Manifest } from "../api";
import { writeConfigFile } from "../config-file";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";
import { stagesFile } from "./simulated-stages";

/** kwok looks after nodes with this annotation and leaves all others alone. */
const annotation = "kwok.x-k8s.io/node";

export function simulatedNodeObjects(nodes: readonly SimulatedNode[]): Manifest[] {
  return nodes.map((node) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      annotations: { [annotation]: "fake" },
      labels: {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        type: "kwok",
        ...node.labels,
      },
    },
    // No real workload may land on a node that runs nothing, hence kwok's taint beside the node's own.
    spec: { taints: [{ key: annotation, value: "fake", effect: "NoSchedule" }, ...node.taints] },
  }));
}

/** The status that carries a node's capacity, as a second apply on the status subresource. */
export function simulatedNodeStatus(node: SimulatedNode): Manifest {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    status: { capacity: node.capacity, allocatable: node.capacity },
  };
}

export function kwok(state: Paths, programs: Programs): Daemon {
  const stages = writeConfigFile(join(state.config, "kwok.yaml"), stagesFile());
  return {
    name: "kwok",
    command: insideCluster(state, programs, [
      program(programs, "kwok"),
      `--config=${stages}`,
      `--kubeconfig=${state.kubeconfig}`,
      "--manage-all-nodes=false",
      `--manage-nodes-with-annotation-selector=${annotation}=fake`,
      "--cidr=10.90.0.0/16",
      "--node-ip=10.90.0.1",
      "--server-address=127.0.0.1:10247",
      "--node-lease-duration-seconds=40",
    ]),
    configFiles: [stages],
  };
}

import type { KubernetesObject, V1Taint } from "@kubernetes/client-node";
import { program, type Programs } from "../../tools/ensure";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";

/** A machine that exists only as a Node object: pods bound to it are said to run, but nothing runs. */
export interface SimulatedNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly V1Taint[];
  /** Resource names and quantities, such as `{ cpu: "64", memory: "512Gi", pods: "110", "nvidia.com/gpu": "4" }`. */
  readonly capacity: Readonly<Record<string, string>>;
}

/** kwok looks after nodes with this annotation and leaves all others alone. */
const annotation = "kwok.x-k8s.io/node";

export function simulatedNodeObjects(nodes: readonly SimulatedNode[]): KubernetesObject[] {
  return nodes.map(
    (node) =>
      ({
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
      }) as KubernetesObject,
  );
}

/** The status that carries a node's capacity, as a second apply on the status subresource. */
export function simulatedNodeStatus(node: SimulatedNode): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: node.name },
    status: { capacity: node.capacity, allocatable: node.capacity },
  } as KubernetesObject;
}

export function kwok(state: Paths, programs: Programs): Daemon {
  return {
    name: "kwok",
    command: insideCluster(state, programs, [
      program(programs, "kwok"),
      `--kubeconfig=${state.kubeconfig}`,
      "--manage-all-nodes=false",
      `--manage-nodes-with-annotation-selector=${annotation}=fake`,
      "--cidr=10.90.0.0/16",
      "--node-ip=10.90.0.1",
      "--server-address=127.0.0.1:10247",
      "--node-lease-duration-seconds=40",
    ]),
    env: { KWOK_CONFIG: "" },
    ready: () => Promise.resolve(true),
  };
}

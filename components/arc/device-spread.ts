import type { TopologySpreadConstraint } from "../pod";

/** Label of a runner's pod that names its pool. */
export const poolLabel = "runner-platform/pool";

/**
 * Keeps the runners of a pool apart, so that no node is given more runners than its devices can serve. In mode `kubernetes` a job's pod
 * must go to its runner's node, so a runner too many on a node is a job that waits there while devices elsewhere are idle
 * (runner-container-hooks #112, #227).
 *
 * Why an even spread suffices: settings allow a pool at most `nodes` x k runners, k being the jobs that one node's devices can serve. For a
 * node to get its runner number k + 1, a skew of 1 asks for at least k on every other node, i.e. for `nodes` x k runners before it.
 * `minDomains` makes the scheduler count a node that is missing as one with no runner, so that the rest is not overloaded meanwhile.
 */
export function deviceSpread(pool: string, nodes: number): readonly TopologySpreadConstraint[] {
  return [
    {
      maxSkew: 1,
      minDomains: nodes,
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
      // A tainted (cordoned) node is no place where runners could go, and counting it would let none go anywhere else.
      nodeTaintsPolicy: "Honor",
      labelSelector: { matchLabels: { [poolLabel]: pool } },
    },
  ];
}

/**
 * Annotations that keep node autoscalers from moving a pod in the middle of its job: the documented opt-outs of Cluster Autoscaler and
 * Karpenter (actions-runner-controller #2562, #3722). A pod of a job needs them as much as the runner's.
 */
export const undisturbed: Readonly<Record<string, string>> = {
  "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
  "karpenter.sh/do-not-disrupt": "true",
};

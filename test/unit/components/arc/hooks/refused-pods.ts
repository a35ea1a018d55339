import { job, novolume, type Refused } from "./refused";

/** What is refused of a template outside of its containers and volumes. */
export const refusedPods: readonly Refused[] = [
  // Keys that the hook or Kubernetes does not know.
  [
    "an unknown key of the template",
    (t) => Object.assign(t, { Spec: {} }),
    "Spec: ignored by the hook; metadata, spec; did you mean spec?",
  ],
  [
    "apiVersion",
    (t) => Object.assign(t, { apiVersion: "v1" }),
    "apiVersion: ignored by the hook; metadata, spec; remove it",
  ],
  ["a name", (t) => (t.metadata["name"] = "x"), "metadata.name: ignored by the hook; labels, annotations; remove it"],
  [
    "a namespace",
    (t) => (t.metadata["namespace"] = "x"),
    "metadata.namespace: ignored by the hook; labels, annotations; remove it",
  ],
  [
    "a misspelt field of the spec",
    (t) => (t.spec["nodeSelectors"] = {}),
    "spec.nodeSelectors: unknown key; fields of the Kubernetes API; did you mean nodeSelector?",
  ],
  [
    "a misspelt field of a container",
    (t) => (job(t)["resource"] = {}),
    'spec.containers["$job"].resource: unknown key; fields of the Kubernetes API; did you mean resources?',
  ],
  [
    "a misspelt field deep inside",
    (t) => (t.spec["tolerations"] = [{ key: "gpu", efect: "NoSchedule" }]),
    "spec.tolerations.0.efect: unknown key; effect, key, operator, tolerationSeconds, value; did you mean effect?",
  ],
  [
    "a number as value of a variable",
    (t) => (job(t)["env"] = [{ name: "A", value: 1 }]),
    'spec.containers["$job"].env.A.value: given 1; a text; put it in quotes',
  ],
  [
    "a number as value of a label",
    (t) => (t.metadata.labels["a"] = 1),
    'metadata.labels: given {"team":"ml","a":1}; a map of texts; put numbers, true and false in quotes',
  ],
  [
    "a text for a truth value",
    (t) => (t.spec["hostNetwork"] = "true"),
    'spec.hostNetwork: given "true"; true or false; remove the quotes',
  ],
  ["a map for a list", (t) => (t.spec["tolerations"] = {}), "spec.tolerations: given {}; a list"],
  [
    "a text for a map",
    (t) => (t.spec["securityContext"] = "x"),
    'spec.securityContext: given "x"; fields of a PodSecurityContext',
  ],
  [
    "a field that the older hooks lose",
    (t) => (t.spec["resources"] = { requests: { cpu: "1" } }),
    "spec.resources: not sent by the hooks of mode kubernetes, whose Kubernetes client does not know it; remove it, or use the mode kubernetes-novolume",
  ],

  // The pod.
  [
    "the runner's label",
    (t) => (t.metadata.labels["runner-pod"] = "x"),
    "metadata.labels.runner-pod: given; nothing: hook and controller find what they must delete by this label; remove it",
  ],
  [
    "affinity in mode kubernetes",
    (t) => (t.spec["affinity"] = {}),
    "spec.affinity: given; nothing: it replaces the hook's own, which keeps the job on the node of its work volume; use nodeSelector and tolerations",
  ],
  [
    "init containers in mode kubernetes-novolume",
    (t) => (t.spec["initContainers"] = []),
    "spec.initContainers: given; nothing: they replace the hook's own, which brings the runner's Node.js into the pod; remove it",
    novolume,
  ],
  [
    "a node by name",
    (t) => (t.spec["nodeName"] = "n"),
    "spec.nodeName: given; nothing: it bypasses the scheduler, so that jobs fail on a full node; use nodeSelector and tolerations",
  ],
  [
    "a pod that starts again",
    (t) => (t.spec["restartPolicy"] = "Always"),
    'spec.restartPolicy: given "Always"; Never: a job must not begin again half-way',
  ],
  [
    "the runner's account",
    (t) => (t.spec["serviceAccountName"] = "runner-gpu-kube-mode"),
    `spec.serviceAccountName: given "runner-gpu-kube-mode", a runner's own; another account: with a runner's rights a job can read every Secret of the namespace`,
  ],
  [
    "a token that is not forbidden",
    (t) => delete t.spec["automountServiceAccountToken"],
    "spec.automountServiceAccountToken: not set; false: jobs get no token of the cluster",
  ],
  [
    "a token",
    (t) => (t.spec["automountServiceAccountToken"] = true),
    "spec.automountServiceAccountToken: given true; false: jobs get no token of the cluster",
  ],
  [
    "a security context without the hook's group in mode kubernetes-novolume",
    (t) => (t.spec["securityContext"] = { runAsUser: 0 }),
    "spec.securityContext.fsGroup: not set; 1001: a securityContext of the template replaces the hook's own, which has it",
    novolume,
  ],
];

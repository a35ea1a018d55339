import assert from "node:assert/strict";

import { hookRules, type KubernetesPodArgs, kubernetesPodTemplate } from "../../../../components/arc/kubernetes-pod";

const args: KubernetesPodArgs = {
  mode: "kubernetes",
  runnerImage: "registry/runner:1",
  imagePullPolicy: "IfNotPresent",
  serviceAccountName: "runner-cpu-kube-mode",
  resources: { requests: { cpu: "250m", memory: "512Mi" } },
  hookConfigMap: "arc-hook-cpu",
  hookTemplateHash: "0123456789abcdef",
  prepareJobTimeoutSeconds: 600,
  work: { storageClassName: "rook-ceph-block", size: "15Gi" },
  labels: { "runner-platform/scale-set": "runner-cpu" },
};

describe("kubernetesPodTemplate", () => {
  it("makes a runner whose hooks share an ephemeral block volume with the job's pod", () => {
    assert.deepEqual(kubernetesPodTemplate(args), {
      metadata: {
        labels: { "runner-platform/scale-set": "runner-cpu" },
        annotations: {
          "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
          "karpenter.sh/do-not-disrupt": "true",
          "runner-platform/hook-template": "0123456789abcdef",
        },
      },
      spec: {
        restartPolicy: "Never",
        serviceAccountName: "runner-cpu-kube-mode",
        automountServiceAccountToken: true,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 1001,
          runAsGroup: 1001,
          fsGroup: 1001,
          seccompProfile: { type: "RuntimeDefault" },
        },
        initContainers: [],
        containers: [
          {
            name: "runner",
            image: "registry/runner:1",
            imagePullPolicy: "IfNotPresent",
            command: ["/home/runner/run.sh"],
            env: [
              { name: "ACTIONS_RUNNER_CONTAINER_HOOKS", value: "/home/runner/k8s/index.js" },
              { name: "ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE", value: "/home/runner/k8s/worker-podspec.yaml" },
              { name: "ACTIONS_RUNNER_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER", value: "true" },
              { name: "ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS", value: "600" },
              { name: "ACTIONS_RUNNER_USE_KUBE_SCHEDULER", value: "true" },
            ],
            volumeMounts: [
              { name: "work", mountPath: "/home/runner/_work" },
              {
                name: "hook-template",
                mountPath: "/home/runner/k8s/worker-podspec.yaml",
                subPath: "worker-podspec.yaml",
                readOnly: true,
              },
            ],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            resources: { requests: { cpu: "250m", memory: "512Mi" } },
          },
        ],
        volumes: [
          {
            name: "work",
            ephemeral: {
              volumeClaimTemplate: {
                spec: {
                  accessModes: ["ReadWriteOnce"],
                  storageClassName: "rook-ceph-block",
                  resources: { requests: { storage: "15Gi" } },
                },
              },
            },
          },
          { name: "hook-template", configMap: { name: "arc-hook-cpu" } },
        ],
      },
    });
  });

  it("makes a runner without claim, and with the hooks that copy, in mode kubernetes-novolume", () => {
    const { spec } = kubernetesPodTemplate({ ...args, mode: "kubernetes-novolume" });
    const env = new Map(spec.containers[0]?.env?.map(({ name, value }) => [name, value]));
    assert.equal(env.get("ACTIONS_RUNNER_CONTAINER_HOOKS"), "/home/runner/k8s-novolume/index.js");
    assert.equal(env.get("ACTIONS_RUNNER_IMAGE"), "registry/runner:1");
    assert.equal(env.has("ACTIONS_RUNNER_USE_KUBE_SCHEDULER"), false, "the 0.8 line does not read it");
    assert.deepEqual(spec.volumes[0], { name: "work", emptyDir: { sizeLimit: "15Gi" } });
  });

  it("places runners only where it is told to", () => {
    const tolerations = [{ key: "nvidia.com/gpu", operator: "Exists" }] as const;
    const { spec } = kubernetesPodTemplate({ ...args, nodeSelector: { pool: "gpu" }, tolerations });
    assert.deepEqual(spec.nodeSelector, { pool: "gpu" });
    assert.deepEqual(spec.tolerations, tolerations);
    const { spec: anywhere } = kubernetesPodTemplate(args);
    for (const key of ["nodeSelector", "tolerations", "topologySpreadConstraints"])
      assert.equal(key in anywhere, false, key);
  });
});

describe("hookRules", () => {
  const common = [
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "create", "delete"] },
    { apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] },
    { apiGroups: [""], resources: ["pods/log"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "create", "delete"] },
  ];

  it("grants the 0.7 line exactly what it asks for before each command", () => {
    const jobs = { apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list", "create", "delete"] };
    assert.deepEqual(hookRules("kubernetes"), [...common, jobs]);
  });

  it("grants the 0.8 line no Jobs", () => {
    assert.deepEqual(hookRules("kubernetes-novolume"), common);
  });
});

import assert from "node:assert/strict";

import { hookConfigMapName, hookTemplate } from "../../../../../components/arc/hooks/hook-template";
import { hookTemplateProblems } from "../../../../../components/arc/hooks/template-problems";
import { undisturbed } from "../../../../../components/arc/undisturbed";
import { deepFreeze } from "../../../../../stacks/merge";

const resources = deepFreeze({ requests: { cpu: "4", memory: "16Gi" }, limits: { memory: "32Gi" } });

function job(document: ReturnType<typeof hookTemplate>): Readonly<Record<string, unknown>> {
  return document.spec?.containers?.[0] ?? {};
}

describe("hookTemplate", () => {
  it("gives a job its resources, keeps autoscalers away, and no token", () => {
    assert.deepEqual(hookTemplate({ resources }), {
      metadata: { annotations: undisturbed },
      spec: { automountServiceAccountToken: false, containers: [{ name: "$job", resources }] },
    });
  });

  it("puts everything where the hooks read it", () => {
    const document = hookTemplate({
      resources,
      labels: { "runner-platform/scale-set": "runner-gpu" },
      annotations: { note: "x" },
      device: { resource: "nvidia.com/gpu", count: 2 },
      env: { LEVEL: "info" },
      caches: [
        {
          name: "huggingface",
          mountPath: "/mnt/hf",
          variable: "HF_HOME",
          readOnly: true,
          volume: { kind: "claim", claimName: "models" },
        },
        {
          name: "ccache",
          mountPath: "/mnt/ccache",
          variable: "CCACHE_DIR",
          volume: { kind: "hostPath", path: "/tmp/ccache" },
        },
        {
          name: "uv",
          mountPath: "/mnt/uv",
          variable: "UV_CACHE_DIR",
          perRunner: true,
          volume: { kind: "hostPath", path: "/tmp/uv" },
        },
        {
          name: "pip",
          mountPath: "/mnt/pip",
          variable: "PIP_CACHE_DIR",
          volume: { kind: "emptyDir", sizeLimit: "5Gi" },
        },
      ],
      nodeSelector: { gpu: "yes" },
      tolerations: [{ key: "gpu", operator: "Exists" }],
      registryCa: { configMap: "harbor-ca", host: "harbor.example.com" },
      imagePullSecrets: ["harbor"],
      serviceAccountName: "workflow",
    });
    assert.deepEqual(document, {
      metadata: {
        labels: { "runner-platform/scale-set": "runner-gpu" },
        annotations: { ...undisturbed, note: "x" },
      },
      spec: {
        automountServiceAccountToken: false,
        serviceAccountName: "workflow",
        nodeSelector: { gpu: "yes" },
        tolerations: [{ key: "gpu", operator: "Exists" }],
        imagePullSecrets: [{ name: "harbor" }],
        containers: [
          {
            name: "$job",
            resources: {
              requests: { cpu: "4", memory: "16Gi", "nvidia.com/gpu": "2" },
              limits: { memory: "32Gi", "nvidia.com/gpu": "2" },
            },
            env: [
              { name: "LEVEL", value: "info" },
              { name: "RUNNER_PLATFORM_POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
              { name: "HF_HOME", value: "/mnt/hf" },
              { name: "CCACHE_DIR", value: "/mnt/ccache" },
              { name: "UV_CACHE_DIR", value: "/mnt/uv" },
              { name: "PIP_CACHE_DIR", value: "/mnt/pip" },
              { name: "NODE_EXTRA_CA_CERTS", value: "/usr/local/share/ca-certificates/harbor-ca/ca.crt" },
            ],
            volumeMounts: [
              { name: "huggingface-cache", mountPath: "/mnt/hf", readOnly: true },
              { name: "ccache-cache", mountPath: "/mnt/ccache" },
              { name: "uv-cache", mountPath: "/mnt/uv", subPathExpr: "$(RUNNER_PLATFORM_POD_NAME)" },
              { name: "pip-cache", mountPath: "/mnt/pip" },
              { name: "harbor-ca", mountPath: "/usr/local/share/ca-certificates/harbor-ca", readOnly: true },
              { name: "harbor-ca", mountPath: "/etc/docker/certs.d/harbor.example.com", readOnly: true },
            ],
          },
        ],
        volumes: [
          { name: "huggingface-cache", persistentVolumeClaim: { claimName: "models" } },
          { name: "ccache-cache", hostPath: { path: "/tmp/ccache", type: "DirectoryOrCreate" } },
          { name: "uv-cache", hostPath: { path: "/tmp/uv", type: "DirectoryOrCreate" } },
          { name: "pip-cache", emptyDir: { sizeLimit: "5Gi" } },
          { name: "harbor-ca", configMap: { name: "harbor-ca", optional: true } },
        ],
      },
    });
    assert.deepEqual(hookTemplateProblems(document, { mode: "kubernetes" }), []);
    assert.deepEqual(hookTemplateProblems(document, { mode: "kubernetes-novolume" }), []);
  });

  it("lays the user's template over, by names, and lets null take values away", () => {
    const template = {
      metadata: { annotations: { "karpenter.sh/do-not-disrupt": null } },
      spec: {
        priorityClassName: "low",
        containers: [
          { name: "$job", env: [{ name: "A", value: "2" }], securityContext: { privileged: true } },
          { name: "logs", image: "fluent-bit:4.1.0" },
        ],
      },
    };
    const document = hookTemplate({ resources, env: { A: "1", B: "1" }, template });
    assert.deepEqual(document.metadata, { annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } });
    assert.equal(document.spec?.["priorityClassName"], "low");
    assert.deepEqual(document.spec.containers, [
      {
        name: "$job",
        resources,
        env: [
          { name: "A", value: "2" },
          { name: "B", value: "1" },
        ],
        securityContext: { privileged: true },
      },
      { name: "logs", image: "fluent-bit:4.1.0" },
    ]);
  });

  it("gives a token only where that is asked for", () => {
    const document = hookTemplate({ resources, serviceAccountName: "deployer", automountServiceAccountToken: true });
    assert.equal(document.spec?.["automountServiceAccountToken"], true);
  });

  it("sets no variable that replaces the authorities a tool knows", () => {
    const env = job(hookTemplate({ resources, registryCa: { configMap: "harbor-ca" } }))["env"];
    assert.deepEqual(env, [
      { name: "NODE_EXTRA_CA_CERTS", value: "/usr/local/share/ca-certificates/harbor-ca/ca.crt" },
    ]);
  });

  it("fails for a folder of the node that is not named", () => {
    const cache = { name: "uv", mountPath: "/x", variable: "X", volume: { kind: "hostPath" } } as const;
    assert.throws(() => hookTemplate({ resources, caches: [cache] }), {
      message: 'cache "uv": a hostPath needs a path',
    });
  });
});

describe("hookConfigMapName", () => {
  const names: readonly (readonly [string, string])[] = [
    ["runner-gpu", "arc-hook-gpu"],
    ["runner-cpu-largememory", "arc-hook-cpu-largememory"],
    ["builders", "arc-hook-builders"],
    ["runner-", "arc-hook-runner-"],
  ];
  for (const [set, name] of names) it(`is ${name} for ${set}`, () => assert.equal(hookConfigMapName(set), name));
});

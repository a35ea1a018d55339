import assert from "node:assert/strict";

import fc from "fast-check";

import { deviceSpread } from "../../../../components/arc/device-spread";
import { type DindPodArgs, dindPodTemplate } from "../../../../components/arc/dind-pod";
import type { Cache } from "../../../../components/arc/hooks/caches";
import { hookTemplate, type HookTemplateArgs } from "../../../../components/arc/hooks/hook-template";
import { podSecurityViolations } from "../../../../components/arc/hooks/pod-security";
import { sampleWorkflowPod } from "../../../../components/arc/hooks/sample-pod";
import { hookTemplateProblems } from "../../../../components/arc/hooks/template-problems";
import {
  type KubernetesMode,
  type KubernetesPodArgs,
  kubernetesPodTemplate,
} from "../../../../components/arc/kubernetes-pod";
import type { PodSpec } from "../../../../components/pod";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const image = name.map((text) => `registry/${text}:1`);
const cpu = fc.integer({ min: 1, max: 64 }).map(String);
const memory = fc.integer({ min: 1, max: 512 }).map((size) => `${size}Gi`);
const resources = fc.record({
  requests: fc.record({ cpu, memory }),
  limits: fc.record({ cpu: fc.constant("64"), memory: fc.constant("512Gi") }),
});
const nodeSelector = fc.dictionary(name, name, { maxKeys: 3 });
const tolerations = fc.array(fc.record({ key: name, operator: fc.constant("Exists" as const) }), { maxLength: 2 });
const mode = fc.constantFrom<KubernetesMode>("kubernetes", "kubernetes-novolume");
const registryCa = fc.record(
  { configMap: name.map((text) => `ca-${text}`), host: name },
  { requiredKeys: ["configMap"] },
);

const kubernetesArgs: fc.Arbitrary<KubernetesPodArgs> = fc.record(
  {
    mode,
    runnerImage: image,
    imagePullPolicy: fc.constant("IfNotPresent"),
    serviceAccountName: name,
    resources,
    hookConfigMap: name,
    hookTemplateHash: name,
    prepareJobTimeoutSeconds: fc.integer({ min: 10, max: 86_400 }),
    work: fc.record({ storageClassName: name, size: memory }),
    nodeSelector,
    tolerations,
    topologySpreadConstraints: fc.tuple(name, fc.integer({ min: 1, max: 9 })).map((pool) => deviceSpread(...pool)),
    labels: nodeSelector,
  },
  {
    requiredKeys: [
      ...(["mode", "runnerImage", "imagePullPolicy", "serviceAccountName", "resources", "hookConfigMap"] as const),
      ...(["hookTemplateHash", "prepareJobTimeoutSeconds", "work"] as const),
    ],
  },
);

const dindArgs: fc.Arbitrary<DindPodArgs> = fc.record(
  {
    form: fc.constantFrom("sidecar" as const, "container" as const),
    runnerImage: image,
    dindImage: image,
    imagePullPolicy: fc.constant("Always"),
    serviceAccountName: name,
    resources: fc.record({ runner: resources, dind: resources, init: resources }),
    waitForDockerSeconds: fc.integer({ min: 1, max: 3600 }),
    dockerGroupId: fc.integer({ min: 1, max: 65_535 }),
    workSizeLimit: memory,
    registryCa,
    nodeSelector,
    tolerations,
    labels: nodeSelector,
  },
  {
    requiredKeys: [
      ...(["form", "runnerImage", "dindImage", "imagePullPolicy", "serviceAccountName", "resources"] as const),
      ...(["waitForDockerSeconds", "dockerGroupId"] as const),
    ],
  },
);

/** Named uniquely, as keys of the settings are. */
const caches: fc.Arbitrary<Cache[]> = fc
  .uniqueArray(
    fc.record({
      name,
      readOnly: fc.boolean(),
      perRunner: fc.boolean(),
      volume: fc.oneof(
        fc.record({ kind: fc.constant("claim" as const), claimName: name }),
        fc.record({ kind: fc.constant("emptyDir" as const) }),
        fc.record({ kind: fc.constant("hostPath" as const), path: name.map((text) => `/tmp/${text}`) }),
      ),
    }),
    { maxLength: 4, selector: (cache) => cache.name },
  )
  .map((list) =>
    list.map((cache) => ({ ...cache, mountPath: `/mnt/cache/${cache.name}`, variable: `CACHE_${cache.name}` })),
  );

const templateArgs: fc.Arbitrary<HookTemplateArgs> = fc.record(
  {
    resources,
    device: fc.record({ resource: fc.constant("nvidia.com/gpu"), count: fc.integer({ min: 1, max: 8 }) }),
    env: fc.dictionary(fc.stringMatching(/^E[A-Z]{0,5}$/), name, { maxKeys: 3 }),
    caches,
    nodeSelector,
    tolerations,
    registryCa,
    serviceAccountName: name,
  },
  { requiredKeys: ["resources"] },
);

function containers(spec: PodSpec) {
  return [...spec.initContainers, ...spec.containers];
}

/** What holds for the pod of every runner. */
function assertRunnerPod(spec: PodSpec): void {
  assert.equal(spec.restartPolicy, "Never");
  const names = containers(spec).map((container) => container.name);
  assert.equal(new Set(names).size, names.length, "containers have different names");
  assert.equal(spec.containers.filter((container) => container.name === "runner").length, 1);
  const volumes = spec.volumes.map((volume) => volume.name);
  assert.equal(new Set(volumes).size, volumes.length, "volumes have different names");
  for (const { volumeMounts = [], resources: own } of containers(spec)) {
    for (const mount of volumeMounts) assert.ok(volumes.includes(mount.name), `${mount.name} is a volume`);
    const paths = volumeMounts.map((mount) => mount.mountPath);
    assert.equal(new Set(paths).size, paths.length, "mounts have different paths");
    assert.ok(own.requests["cpu"] !== undefined && own.requests["memory"] !== undefined, "requests are kept");
  }
}

describe("builders of pods", () => {
  it("make a runner for Kubernetes mode that is whole and satisfies baseline, whatever the arguments", () => {
    fc.assert(
      fc.property(kubernetesArgs, (args) => {
        const { spec, metadata } = kubernetesPodTemplate(args);
        assertRunnerPod(spec);
        assert.deepEqual(podSecurityViolations({ metadata, spec }, "baseline"), []);
        const env = new Map(spec.containers[0]?.env?.map((variable) => [variable.name, variable.value]));
        assert.equal(env.get("ACTIONS_RUNNER_REQUIRE_JOB_CONTAINER"), "true");
        assert.equal(
          spec.volumes.some(({ ephemeral }) => ephemeral),
          args.mode === "kubernetes",
        );
      }),
    );
  });

  it("make a runner with a daemon that is whole, in which the daemon alone is privileged and no token is mounted", () => {
    fc.assert(
      fc.property(dindArgs, (args) => {
        const { spec } = dindPodTemplate(args);
        assertRunnerPod(spec);
        assert.equal(spec.automountServiceAccountToken, false);
        assert.deepEqual(
          containers(spec)
            .filter(({ securityContext }) => securityContext?.privileged)
            .map((container) => container.name),
          ["dind"],
        );
      }),
    );
  });

  it("make a hook template without a problem, whose pod satisfies baseline unless a cache is a folder of the node", () => {
    fc.assert(
      fc.property(templateArgs, mode, (args, kubernetesMode) => {
        const document = hookTemplate(args);
        assert.deepEqual(hookTemplateProblems(document, { mode: kubernetesMode }), []);
        const pod = sampleWorkflowPod(kubernetesMode, document, "registry/runner:1");
        const folders = (args.caches ?? []).filter(({ volume }) => volume.kind === "hostPath");
        assert.equal(podSecurityViolations(pod, "baseline").length, folders.length);
        assert.equal(pod.spec["automountServiceAccountToken"], false);
      }),
    );
  });
});

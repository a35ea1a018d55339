import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { RunnerNamespace, type RunnerNamespaceArgs } from "../../../../components/namespace/runner-namespace";
import { register } from "../../../support/mocks";

const args: RunnerNamespaceArgs = {
  namespace: "runners",
  podSecurity: "baseline",
  podSecurityVersion: "1.35",
  network: { egressPorts: [443], blockedCidrs: [] },
  quota: { pods: "20" },
  limits: [{ type: "Container", defaultRequest: { cpu: "100m" }, max: { cpu: "32" } }],
  undisturbedPods: 20,
  claims: {},
};

const full: RunnerNamespaceArgs = {
  ...args,
  registryCa: { configMap: "harbor-ca", certificate: "PEM" },
  pullSecret: { name: "registry", dockerConfig: pulumi.secret('{"auths":{}}') },
  workflowServiceAccount: "workflow",
  claims: {
    "ccache-runner-pvc": {
      accessModes: ["ReadWriteMany"],
      storageClassName: "cephfs",
      resources: { requests: { storage: "50Gi" } },
    },
  },
};

const least = [
  "kubernetes:core/v1:LimitRange kubernetes-limits < kubernetes",
  "kubernetes:core/v1:Namespace kubernetes-namespace < kubernetes",
  "kubernetes:core/v1:ResourceQuota kubernetes-quota < kubernetes",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy kubernetes-allow-dns < kubernetes",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy kubernetes-allow-outbound < kubernetes",
  "kubernetes:networking.k8s.io/v1:NetworkPolicy kubernetes-default-deny < kubernetes",
  "kubernetes:policy/v1:PodDisruptionBudget kubernetes-disruption-budget < kubernetes",
  "runner-platform:index:RunnerNamespace kubernetes",
  "runner-platform:index:TrustNamespace kubernetes < kubernetes",
];
const shared = [
  "kubernetes:core/v1:ConfigMap kubernetes-registry-ca < kubernetes",
  "kubernetes:core/v1:PersistentVolumeClaim kubernetes-ccache-runner-pvc < kubernetes",
  "kubernetes:core/v1:Secret kubernetes-pull-secret < kubernetes",
  "kubernetes:core/v1:ServiceAccount kubernetes-workflow-service-account < kubernetes",
];

describe("RunnerNamespace", () => {
  it("makes claims of a class after it, and mounts a folder of an NFS server by a volume of its own", async () => {
    const claim = { accessModes: ["ReadWriteMany"], storageClassName: "", resources: { requests: { storage: "2Ti" } } };
    const nfs = { server: "nas", path: "/models" };
    const registrations = await register(() => {
      const storage = new pulumi.ComponentResource("test:index:Storage", "storage");
      const claims = {
        ...full.claims,
        "models-pvc": { ...claim, accessModes: ["ReadWriteMany"] as const, nfs, readOnly: true },
      };
      return new RunnerNamespace("kubernetes", { ...full, claims, claimsAfter: [storage] });
    });
    const made = registrations.list().filter((line) => !least.includes(line) && !shared.includes(line));
    assert.deepEqual(made, [
      "kubernetes:core/v1:PersistentVolume kubernetes-models-pvc-volume < kubernetes-models-pvc",
      "kubernetes:core/v1:PersistentVolumeClaim kubernetes-models-pvc-claim < kubernetes-models-pvc",
      "runner-platform:index:SharedCacheVolume kubernetes-models-pvc < kubernetes",
      "test:index:Storage storage",
    ]);
    const volume = registrations.get("kubernetes:core/v1:PersistentVolume", "kubernetes-models-pvc-volume");
    assert.deepEqual(Reflect.get(Object(volume.inputs["spec"]), "nfs"), { ...nfs, readOnly: true });
    const cache = registrations.get("kubernetes:core/v1:PersistentVolumeClaim", "kubernetes-ccache-runner-pvc");
    assert.deepEqual(cache.inputs["metadata"], {
      name: "ccache-runner-pvc",
      namespace: "runners",
      labels: { "runner-platform/claim": "kept" },
    });
  });

  it("registers what every namespace of runners has", async () => {
    assert.deepEqual((await register(() => new RunnerNamespace("kubernetes", args))).list(), least);
  });

  for (const preview of [false, true]) {
    it(`registers what its runners share, when asked to${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => new RunnerNamespace("kubernetes", full), { preview });
      assert.deepEqual(registrations.list(), [...least, ...shared].sort());
    });
  }

  it("lets no drain evict a runner or a job, and counts absolutely, since runners have no scale", async () => {
    const registrations = await register(() => new RunnerNamespace("kubernetes", args));
    const budget = registrations.get("kubernetes:policy/v1:PodDisruptionBudget", "kubernetes-disruption-budget");
    assert.deepEqual(budget.inputs["spec"], {
      minAvailable: 20,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchExpressions: [{ key: "runner-platform/scale-set", operator: "Exists" }] },
    });
  });

  it("keeps registry credentials secret and hangs them on the identity of jobs", async () => {
    const registrations = await register(() => new RunnerNamespace("kubernetes", full));
    const secret = registrations.get("kubernetes:core/v1:Secret", "kubernetes-pull-secret");
    assert.equal(secret.inputs["type"], "kubernetes.io/dockerconfigjson");
    assert.deepEqual(secret.secretPaths, ["stringData"]);
    const account = registrations.get("kubernetes:core/v1:ServiceAccount", "kubernetes-workflow-service-account");
    assert.deepEqual(account.inputs, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "workflow", namespace: "runners" },
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: "registry" }],
    });
  });

  it("gives jobs with a role in AWS an account of their own, annotated for EKS and without a token of the cluster", async () => {
    const roleArn = "arn:aws:iam::111122223333:role/ci-actions-runner-role";
    const jobAccounts = { "actions-runner-role": pulumi.output(roleArn) };
    const registrations = await register(() => new RunnerNamespace("kubernetes", { ...full, jobAccounts }));
    const name = "kubernetes-actions-runner-role-service-account";
    const own = `kubernetes:core/v1:ServiceAccount ${name} < kubernetes`;
    assert.deepEqual(registrations.list(), [...least, ...shared, own].sort());
    assert.deepEqual(registrations.get("kubernetes:core/v1:ServiceAccount", name).inputs, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: "actions-runner-role",
        namespace: "runners",
        annotations: { "eks.amazonaws.com/role-arn": roleArn, "eks.amazonaws.com/sts-regional-endpoints": "true" },
      },
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: "registry" }],
    });
  });

  it("names a pull secret that somebody else makes, without making it", async () => {
    const registrations = await register(
      () => new RunnerNamespace("kubernetes", { ...full, pullSecret: { name: "registry" } }),
    );
    assert.deepEqual(registrations.ofType("kubernetes:core/v1:Secret"), []);
    const account = registrations.get("kubernetes:core/v1:ServiceAccount", "kubernetes-workflow-service-account");
    assert.deepEqual(account.inputs["imagePullSecrets"], [{ name: "registry" }]);
  });
});

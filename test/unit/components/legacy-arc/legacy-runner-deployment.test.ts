import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";

import {
  LegacyRunnerDeployment,
  type LegacyRunnerDeploymentArgs,
} from "../../../../components/legacy-arc/legacy-runner-deployment";
import { register, type Registrations } from "../../../support/mocks";

const group = "kubernetes:actions.summerwind.dev/v1alpha1";
const kinds = {
  component: "runner-platform:index:LegacyRunnerDeployment",
  account: "kubernetes:core/v1:ServiceAccount",
  deployment: `${group}:RunnerDeployment`,
  set: `${group}:RunnerSet`,
  autoscaler: `${group}:HorizontalRunnerAutoscaler`,
};

const resources = { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1500m", memory: "6Gi" } };
const dockerResources = { requests: { cpu: "250m", memory: "512Mi" } };
const autoscaler = {
  minReplicas: 0,
  maxReplicas: 5,
  metrics: [{ type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] }],
} as const;

function runners(changes: Partial<LegacyRunnerDeploymentArgs> = {}): LegacyRunnerDeployment {
  return new LegacyRunnerDeployment("example", {
    controller: { ready: [new k8s.core.v1.ConfigMap("controller"), new k8s.core.v1.ConfigMap("gate")] },
    namespace: "actions-runner",
    scope: { kind: "organization", name: "acme" },
    image: "registry/actions-runner:v2.306.0-ubuntu-22.04",
    imagePullPolicy: "IfNotPresent",
    docker: "sidecar",
    resources,
    dockerResources,
    scaling: { kind: "autoscaler", autoscaler },
    protect: false,
    ...changes,
  });
}

function spec(registrations: Registrations, kind = kinds.deployment): Record<string, unknown> {
  return registrations.get(kind, "example-runners").inputs["spec"] as Record<string, unknown>;
}

async function podSpec(changes: Partial<LegacyRunnerDeploymentArgs>): Promise<Record<string, unknown>> {
  const { template } = spec(await register(() => runners(changes))) as { template: { spec: Record<string, unknown> } };
  return template.spec;
}

const annotations = {
  "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
  "karpenter.sh/do-not-disrupt": "true",
};
const controllers = ["kubernetes:core/v1:ConfigMap controller", "kubernetes:core/v1:ConfigMap gate"];

describe("LegacyRunnerDeployment", () => {
  const everything = [
    ...controllers,
    `${kinds.account} example-service-account < example`,
    `${kinds.autoscaler} example-autoscaler < example`,
    `${kinds.deployment} example-runners < example`,
    `${kinds.component} example`,
  ].sort();

  it("registers runners, autoscaler and identity as children", async () => {
    assert.deepEqual((await register(() => runners())).list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await register(() => runners(), { preview: true })).list(), everything);
  });

  it("sends a RunnerDeployment with a daemon beside the runner, and no number of runners beside an autoscaler", async () => {
    const registrations = await register(() => runners({ group: "builders", labels: ["linux"] }));
    assert.deepEqual(spec(registrations), {
      template: {
        metadata: { labels: { "runner-platform/runner-deployment": "example" }, annotations },
        spec: {
          organization: "acme",
          group: "builders",
          labels: ["linux"],
          ephemeral: true,
          image: "registry/actions-runner:v2.306.0-ubuntu-22.04",
          imagePullPolicy: "IfNotPresent",
          serviceAccountName: "example",
          automountServiceAccountToken: false,
          resources,
          dockerdContainerResources: dockerResources,
        },
      },
    });
  });

  it("makes the runners after the controller is ready, and deletes them before it", async () => {
    const registered = (await register(() => runners())).get(kinds.deployment, "example-runners");
    assert.deepEqual(registered.dependencies, ["controller", "example-service-account", "gate"]);
    assert.equal(registered.deleteTimeout, "10m");
    assert.equal(registered.protect, false);
  });

  it("sends an autoscaler that refers to the runners and is made after them", async () => {
    const registered = (await register(() => runners())).get(kinds.autoscaler, "example-autoscaler");
    assert.deepEqual(registered.inputs["metadata"], { name: "example-autoscaler", namespace: "actions-runner" });
    assert.deepEqual(registered.inputs["spec"], {
      scaleTargetRef: { kind: "RunnerDeployment", name: "example" },
      minReplicas: 0,
      maxReplicas: 5,
      metrics: [{ type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] }],
    });
    assert.deepEqual(registered.dependencies, ["example-runners"]);
  });

  it("sends delay, triggers and overrides of an autoscaler as they are given", async () => {
    const override = {
      startTime: "2023-07-15T00:00:00+09:00",
      endTime: "2023-07-17T00:00:00+09:00",
      minReplicas: 1,
      recurrenceRule: { frequency: "Weekly" },
    };
    const registrations = await register(() =>
      runners({
        scaling: {
          kind: "autoscaler",
          autoscaler: {
            minReplicas: 2,
            maxReplicas: 16,
            scaleDownDelaySecondsAfterScaleOut: 300,
            metrics: [],
            scaleUpTriggers: [{ githubEvent: { workflowJob: {} }, duration: "30m" }],
            scheduledOverrides: [override],
          },
        },
      }),
    );
    assert.deepEqual(registrations.get(kinds.autoscaler, "example-autoscaler").inputs["spec"], {
      scaleTargetRef: { kind: "RunnerDeployment", name: "example" },
      minReplicas: 2,
      maxReplicas: 16,
      scaleDownDelaySecondsAfterScaleOut: 300,
      scaleUpTriggers: [{ githubEvent: { workflowJob: {} }, amount: 1, duration: "30m" }],
      scheduledOverrides: [override],
    });
  });

  it("sends a fixed number of runners without an autoscaler", async () => {
    const registrations = await register(() => runners({ scaling: { kind: "fixed", replicas: 3 } }));
    assert.equal(spec(registrations)["replicas"], 3);
    assert.deepEqual(registrations.ofType(kinds.autoscaler), []);
  });

  it("runs the daemon in the runner, or none at all", async () => {
    const inRunner = await podSpec({ docker: "inRunner", dockerResources: undefined });
    assert.equal(inRunner["dockerdWithinRunnerContainer"], true);
    assert.equal("dockerEnabled" in inRunner, false);
    assert.equal("dockerdContainerResources" in inRunner, false);
    const none = await podSpec({ docker: "none", dockerResources: undefined });
    assert.equal(none["dockerEnabled"], false);
    assert.equal("dockerdWithinRunnerContainer" in none, false);
  });

  it("shares /tmp between runner and daemon", async () => {
    const pod = await podSpec({ sharedTmp: true });
    assert.deepEqual(pod["volumes"], [{ name: "tmp", emptyDir: {} }]);
    assert.deepEqual(pod["volumeMounts"], [{ name: "tmp", mountPath: "/tmp" }]);
    assert.deepEqual(pod["dockerVolumeMounts"], [{ name: "tmp", mountPath: "/tmp" }]);
  });

  it("gives devices to the container that starts the job's containers: the daemon's, or the runner with its own", async () => {
    const capabilities = { name: "NVIDIA_DRIVER_CAPABILITIES", value: "compute,utility" };
    const beside = await podSpec({ gpu: { perRunner: 2 }, env: { TEAM: "ml" } });
    assert.deepEqual(beside["resources"], resources);
    assert.deepEqual(beside["env"], [{ name: "TEAM", value: "ml" }]);
    assert.deepEqual(beside["dockerEnv"], [capabilities]);
    assert.deepEqual(beside["dockerdContainerResources"], {
      requests: { cpu: "250m", memory: "512Mi", "nvidia.com/gpu": "2" },
      limits: { "nvidia.com/gpu": "2" },
    });
    const inside = await podSpec({
      docker: "inRunner",
      dockerResources: undefined,
      gpu: { perRunner: 1, resource: "acme.com/fpga", driverCapabilities: "all" },
      env: { TEAM: "ml" },
    });
    assert.deepEqual(inside["resources"], {
      requests: { cpu: "500m", memory: "1Gi", "acme.com/fpga": "1" },
      limits: { cpu: "1500m", memory: "6Gi", "acme.com/fpga": "1" },
    });
    assert.deepEqual(inside["env"], [
      { name: "NVIDIA_DRIVER_CAPABILITIES", value: "all" },
      { name: "TEAM", value: "ml" },
    ]);
    assert.equal("dockerEnv" in inside, false);
  });

  it("lets jobs assume an AWS role by annotation and group, without a token of the cluster", async () => {
    const irsa = {
      roleArn: "arn:aws:iam::111122223333:role/actions-runner-role",
      serviceAccountName: "actions-runner-role",
    };
    const registrations = await register(() => runners({ irsa, fsGroup: 1001 }));
    const account = registrations.get(kinds.account, "example-service-account");
    assert.deepEqual(account.inputs["metadata"], {
      name: "actions-runner-role",
      namespace: "actions-runner",
      annotations: { "eks.amazonaws.com/role-arn": irsa.roleArn },
    });
    assert.equal(account.inputs["automountServiceAccountToken"], false);
    const { template } = spec(registrations) as { template: { spec: Record<string, unknown> } };
    assert.equal(template.spec["serviceAccountName"], "actions-runner-role");
    assert.deepEqual(template.spec["securityContext"], { fsGroup: 1001 });
  });

  it("has an identity without rights, role and group otherwise", async () => {
    const registrations = await register(() => runners());
    assert.deepEqual(registrations.get(kinds.account, "example-service-account").inputs["metadata"], {
      name: "example",
      namespace: "actions-runner",
    });
    const { template } = spec(registrations) as { template: { spec: Record<string, unknown> } };
    assert.equal("securityContext" in template.spec, false);
  });

  it("places runners by labels and tolerations", async () => {
    const tolerations = [{ key: "gpu", operator: "Exists" }] as const;
    const pod = await podSpec({ nodeSelector: { pool: "gpu" }, tolerations });
    assert.deepEqual(pod["nodeSelector"], { pool: "gpu" });
    assert.deepEqual(pod["tolerations"], tolerations);
  });

  it("sends a RunnerSet as a StatefulSet's template with both containers", async () => {
    const registrations = await register(() =>
      runners({ kind: "RunnerSet", sharedTmp: true, fsGroup: 1001, env: { TEAM: "ml" } }),
    );
    const mounts = [{ name: "tmp", mountPath: "/tmp" }];
    assert.deepEqual(spec(registrations, kinds.set), {
      organization: "acme",
      ephemeral: true,
      image: "registry/actions-runner:v2.306.0-ubuntu-22.04",
      serviceName: "example",
      selector: { matchLabels: { app: "example" } },
      template: {
        metadata: { labels: { "runner-platform/runner-deployment": "example", app: "example" }, annotations },
        spec: {
          serviceAccountName: "example",
          automountServiceAccountToken: false,
          securityContext: { fsGroup: 1001 },
          volumes: [{ name: "tmp", emptyDir: {} }],
          containers: [
            {
              name: "runner",
              imagePullPolicy: "IfNotPresent",
              resources,
              env: [{ name: "TEAM", value: "ml" }],
              volumeMounts: mounts,
            },
            { name: "docker", resources: dockerResources, volumeMounts: mounts },
          ],
        },
      },
    });
    const scaled = registrations.get(kinds.autoscaler, "example-autoscaler").inputs["spec"] as Record<string, unknown>;
    assert.deepEqual(scaled["scaleTargetRef"], { kind: "RunnerSet", name: "example" });
  });

  it("protects the runners, and nothing else, on demand", async () => {
    const registrations = await register(() => runners({ protect: true }));
    assert.deepEqual(
      registrations.all.filter(({ protect }) => protect).map(({ name }) => name),
      ["example-runners"],
    );
  });
});

import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { program } from "../../components/program";
import { secretKeys } from "../../stacks/secrets";
import { register } from "../support/mocks";
import { config } from "../support/settings";

const token = "ghp_0123456789";

describe("the program with settings of an installation", () => {
  it("ends with every mistake and no stack trace when settings are wrong", async () => {
    const wrong = config({ githubToken: undefined, arc: { replicas: "2" } });
    const failing = register(program, { stack: "dev", config: wrong });
    await assert.rejects(failing, (error) => {
      assert.ok(pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /^2 problems in the settings of stack "dev":\n {2}arc\.replicas: .*\n {2}githubToken: not set/,
      );
      assert.ok(!error.message.includes(token));
      return true;
    });
  });

  it("lets a set be replaced when its settings say so", async () => {
    const changes = { scaleSets: { "runner-base": { allowReplace: true } } };
    const registrations = await register(program, {
      stack: "dev",
      config: config(changes),
      secretKeys: [...secretKeys],
    });
    assert.equal(
      registrations.get("kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet", "runner-base-scale-set").protect,
      false,
    );
  });

  it("makes the registry's ConfigMap before the sets that mount it, when settings hold the certificate", async () => {
    const ca = {
      configMap: "harbor-ca",
      host: "harbor.example.com",
      certificate: "-----BEGIN CERTIFICATE-----\nx",
    };
    const registrations = await register(program, {
      stack: "dev",
      config: config({ registry: { ca } }),
      secretKeys: [...secretKeys],
    });
    for (const [key, namespace, set] of [
      ["dind", "arc-runners-dind", "runner-base"],
      ["kubernetes", "arc-runners-kubernetes", "runner-gpu"],
    ] as const) {
      const map = registrations.get("kubernetes:core/v1:ConfigMap", `${key}-registry-ca`);
      assert.deepEqual(map.inputs["metadata"], { name: "harbor-ca", namespace });
      assert.deepEqual(map.inputs["data"], { "ca.crt": ca.certificate });
      const { dependencies } = registrations.get("runner-platform:index:RunnerScaleSet", set);
      assert.ok(dependencies.includes(`${key}-registry-ca`), set);
    }
  });

  it("hands registry credentials to every namespace and identity, as secrets", async () => {
    const credentials = '{"auths":{"harbor.example.com":{"auth":"dXNlcjpwYXNz"}}}';
    const registrations = await register(program, {
      stack: "dev",
      config: config({ registry: { pullSecret: "registry" }, registryCredentials: credentials }),
      secretKeys: [...secretKeys],
    });
    const holders = registrations.all.filter(({ inputs }) => JSON.stringify(inputs).includes("dXNlcjpwYXNz"));
    assert.deepEqual(holders.map(({ name, secretPaths }) => [name, ...secretPaths]).sort(), [
      ["dind-pull-secret", "stringData"],
      ["kubernetes-pull-secret", "stringData"],
      ["platform-controller-pull-secret", "stringData"],
    ]);
    const accounts = registrations.ofType("kubernetes:core/v1:ServiceAccount");
    for (const { name, inputs } of accounts) assert.deepEqual(inputs["imagePullSecrets"], [{ name: "registry" }], name);
    const values = registrations.get("kubernetes:helm.sh/v4:Chart", "arc-chart").inputs["values"];
    assert.deepEqual(Reflect.get(Object(values), "imagePullSecrets"), [{ name: "registry" }]);
  });

  it("makes the program for schedules, its rights and alerts only when settings ask for them", async () => {
    const schedule = [{ name: "night", start: "0 20 * * *", end: "0 7 * * *", timeZone: "Asia/Seoul", minRunners: 0 }];
    const changes = {
      scaleSets: { "runner-gpu": { schedule }, "runner-cpu": { schedule: [] } },
      monitoring: { podMonitors: true, prometheusRules: true },
    };
    const registrations = await register(program, {
      stack: "dev",
      config: config(changes),
      secretKeys: [...secretKeys],
    });
    const role = registrations.get(
      "kubernetes:rbac.authorization.k8s.io/v1:Role",
      "runner-schedule-role-arc-runners-kubernetes",
    );
    assert.deepEqual(role.inputs["rules"], [
      {
        apiGroups: ["actions.github.com"],
        resources: ["autoscalingrunnersets"],
        resourceNames: ["runner-gpu"],
        verbs: ["get", "patch"],
      },
    ]);
    const annotated = registrations
      .ofType("kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet")
      .filter(({ inputs }) => JSON.stringify(inputs["metadata"]).includes("limits-by"));
    assert.deepEqual(
      annotated.map(({ name }) => name),
      ["runner-gpu-scale-set"],
    );
    assert.equal(registrations.ofType("kubernetes:monitoring.coreos.com/v1:PrometheusRule").length, 1);
  });

  it("makes the older kinds only when settings have them, and their controller after what issues its certificate", async () => {
    const legacy = {
      runnerDeployments: {
        "example-runner-deployment": {
          repository: "acme/app",
          docker: "sidecar",
          resources: { requests: { cpu: "500m", memory: "1Gi" } },
          dockerResources: { requests: { cpu: "500m", memory: "1Gi" } },
          autoscaler: {
            minReplicas: 0,
            maxReplicas: 5,
            metrics: [{ type: "TotalNumberOfQueuedAndInProgressWorkflowRuns" }],
          },
        },
      },
    };
    const registrations = await register(program, {
      stack: "dev",
      config: config({ legacy, certManager: { mode: "install" } }),
      secretKeys: [...secretKeys],
    });
    for (const kind of ["RunnerDeployment", "HorizontalRunnerAutoscaler"])
      assert.equal(registrations.ofType(`kubernetes:actions.summerwind.dev/v1alpha1:${kind}`).length, 1, kind);
    const namespaces = registrations.ofType("kubernetes:core/v1:Namespace").map(({ name }) => name);
    assert.ok(namespaces.includes("legacy-controller-namespace") && namespaces.includes("legacy-runners-namespace"));
    const controller = registrations.get("runner-platform:index:LegacyArcController", "legacy-arc");
    for (const name of ["cert-manager-chart", "cert-manager-bootstrap", "legacy-controller-namespace"])
      assert.ok(controller.dependencies.includes(name), name);
  });
});

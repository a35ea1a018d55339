import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { dindPodTemplate } from "../../../../components/arc/dind-pod";
import { hookRules } from "../../../../components/arc/kubernetes-pod";
import { dindPodArgs } from "../../../support/fixtures";
import { register, type Registrations } from "../../../support/mocks";
import { kinds, scaleSet, spec } from "../../../support/scale-set";

function secretName(registrations: Registrations): unknown {
  return (registrations.get(kinds.secret, "runner-base-github-secret").inputs["metadata"] as Record<string, unknown>)[
    "name"
  ];
}

describe("RunnerScaleSet", () => {
  const everything = [
    `${kinds.scaleSet} runner-base-scale-set < runner-base`,
    `${kinds.secret} runner-base-github-secret < runner-base`,
    `${kinds.serviceAccount} runner-base-service-account < runner-base`,
    `${kinds.role} runner-base-manager-role < runner-base`,
    `${kinds.binding} runner-base-manager-role-binding < runner-base`,
    `${kinds.podTemplate} runner-base-pod-template < runner-base`,
    `${kinds.component} runner-base`,
    "kubernetes:core/v1:ConfigMap controller",
  ].sort();

  it("registers the set with its secret, identity and the controller's rights, all as children", async () => {
    const registrations = await register(() => scaleSet());
    assert.deepEqual(registrations.list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    const registrations = await register(() => scaleSet(), { preview: true });
    assert.deepEqual(registrations.list(), everything);
  });

  it("labels the set with the controller's version and depends on all that must outlive it", async () => {
    const registered = (await register(() => scaleSet())).get(kinds.scaleSet, "runner-base-scale-set");
    assert.deepEqual(registered.inputs["metadata"], {
      name: "runner-base",
      namespace: "runners",
      annotations: { "pulumi.com/patchForce": "true" },
      labels: {
        "app.kubernetes.io/name": "runner-base",
        "app.kubernetes.io/part-of": "gha-rs",
        "app.kubernetes.io/component": "autoscaling-runner-set",
        "app.kubernetes.io/version": "0.14.2",
      },
    });
    assert.deepEqual(registered.dependencies, [
      "controller",
      "runner-base-github-secret",
      "runner-base-manager-role",
      "runner-base-manager-role-binding",
      "runner-base-pod-template",
      "runner-base-service-account",
    ]);
  });

  it("replaces the set, deleting first, when it would register elsewhere", async () => {
    const registered = (await register(() => scaleSet())).get(kinds.scaleSet, "runner-base-scale-set");
    assert.deepEqual(registered.replaceOnChanges, [
      "spec.githubConfigUrl",
      "spec.runnerGroup",
      "spec.runnerScaleSetName",
    ]);
    assert.equal(registered.deleteBeforeReplace, true);
    assert.equal(registered.deleteTimeout, "10m");
    assert.equal(registered.protect, false);
  });

  it("protects the set, and nothing else, on demand", async () => {
    const registrations = await register(() => scaleSet({ protect: true }));
    assert.deepEqual(
      registrations.all.filter(({ protect }) => protect).map(({ name }) => name),
      ["runner-base-scale-set"],
    );
  });

  it("sends the fields that release 0.14.2 knows", async () => {
    const registrations = await register(() => scaleSet({ runnerGroup: "builders", labels: ["docker"] }));
    const { template, listenerTemplate, listenerMetrics, githubConfigSecret, ...rest } = spec(registrations);
    const metadata = {
      labels: { "runner-platform/scale-set": "runner-base" },
      annotations: { "runner-platform/managed-by": "pulumi" },
    };
    assert.deepEqual(rest, {
      githubConfigUrl: "https://github.com/acme",
      runnerScaleSetName: "runner-base",
      runnerGroup: "builders",
      runnerScaleSetLabels: ["docker"],
      minRunners: 1,
      maxRunners: 10,
      autoscalingListener: metadata,
      listenerServiceAccountMetadata: metadata,
      listenerRoleMetadata: metadata,
      listenerRoleBindingMetadata: metadata,
      listenerConfigSecretMetadata: metadata,
      ephemeralRunnerSetMetadata: metadata,
      ephemeralRunnerMetadata: metadata,
      ephemeralRunnerConfigSecretMetadata: metadata,
    });
    assert.equal(githubConfigSecret, secretName(registrations));
    assert.deepEqual(template, dindPodTemplate(dindPodArgs));
    assert.ok(listenerTemplate);
    assert.deepEqual(Object.keys(listenerMetrics as object).sort(), ["counters", "gauges", "histograms"]);
  });

  it("sends release 0.6.1 nothing that its custom resource does not declare", async () => {
    const registrations = await register(() => scaleSet({ labels: ["docker"] }, "0.6.1"));
    assert.deepEqual(Object.keys(spec(registrations)).sort(), [
      "githubConfigSecret",
      "githubConfigUrl",
      "listenerTemplate",
      "maxRunners",
      "minRunners",
      "runnerScaleSetName",
      "template",
    ]);
  });

  it("gives the listener a template that satisfies the restricted Pod Security level", async () => {
    const { listenerTemplate } = spec(await register(() => scaleSet()));
    assert.deepEqual(listenerTemplate, {
      spec: {
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          runAsGroup: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        terminationGracePeriodSeconds: 60,
        containers: [
          {
            name: "listener",
            imagePullPolicy: "IfNotPresent",
            resources: { requests: { cpu: "5m", memory: "16Mi" } },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    });
  });

  it("keeps a token secret and in one place", async () => {
    const registrations = await register(() => scaleSet());
    const secret = registrations.get(kinds.secret, "runner-base-github-secret");
    assert.deepEqual(secret.inputs["stringData"], { github_token: "ghp_first" });
    assert.deepEqual(secret.secretPaths, ["stringData"]);
    const others = registrations.all.filter((registration) => registration !== secret);
    assert.ok(!JSON.stringify(others).includes("ghp_first"));
  });

  it("writes the keys of a GitHub App instead of a token", async () => {
    const credential = { kind: "app", appId: "12", installationId: "34", privateKey: pulumi.secret("PEM") } as const;
    const secret = (await register(() => scaleSet({ credential }))).get(kinds.secret, "runner-base-github-secret");
    assert.deepEqual(secret.inputs["stringData"], {
      github_app_id: "12",
      github_app_installation_id: "34",
      github_app_private_key: "PEM",
    });
    assert.deepEqual(secret.secretPaths, ["stringData"]);
  });

  it("renames the Kubernetes Secret, and nothing else, when the credential changes", async () => {
    const before = await register(() => scaleSet());
    const after = await register(() => scaleSet({ credential: { kind: "token", token: pulumi.secret("ghp_second") } }));
    assert.match(String(secretName(before)), /^runner-base-github-[0-9a-f]{10}$/);
    assert.notEqual(secretName(after), secretName(before));
    assert.equal(spec(after)["githubConfigSecret"], secretName(after));
    assert.deepEqual(after.list(), before.list());
  });

  it("gives runners an identity without rights or token", async () => {
    const registrations = await register(() => scaleSet());
    assert.deepEqual(registrations.get(kinds.serviceAccount, "runner-base-service-account").inputs, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "runner-base-no-permission", namespace: "runners" },
      automountServiceAccountToken: false,
    });
    const subjects = registrations.ofType(kinds.binding).map(({ inputs }) => inputs["subjects"]);
    assert.deepEqual(subjects, [[{ kind: "ServiceAccount", name: "arc-gha-rs-controller", namespace: "arc-systems" }]]);
  });

  it("grants the controller exactly what the scale-set chart grants it", async () => {
    const role = (await register(() => scaleSet())).get(kinds.role, "runner-base-manager-role");
    const all = ["create", "delete", "get", "list", "patch", "update"];
    assert.deepEqual(role.inputs["rules"], [
      { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get"] },
      { apiGroups: [""], resources: ["pods/status"], verbs: ["get"] },
      { apiGroups: [""], resources: ["secrets"], verbs: all },
      { apiGroups: [""], resources: ["serviceaccounts"], verbs: all },
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["rolebindings", "roles"],
        verbs: ["create", "delete", "get", "patch", "update"],
      },
    ]);
  });

  it("lets the hooks of a Kubernetes mode work in the set's namespace, and nowhere else", async () => {
    const registrations = await register(() => scaleSet({ kubernetesMode: "kubernetes-novolume" }));
    const account = registrations.get(kinds.serviceAccount, "runner-base-service-account").inputs;
    assert.deepEqual(account["metadata"], { name: "runner-base-kube-mode", namespace: "runners" });
    const role = registrations.get(kinds.role, "runner-base-hook-role").inputs;
    assert.deepEqual(role["metadata"], { name: "runner-base-kube-mode", namespace: "runners" });
    assert.deepEqual(role["rules"], hookRules("kubernetes-novolume"));
    const binding = registrations.get(kinds.binding, "runner-base-hook-role-binding").inputs;
    assert.deepEqual(binding["roleRef"], {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "Role",
      name: "runner-base-kube-mode",
    });
    assert.deepEqual(binding["subjects"], [
      { kind: "ServiceAccount", name: "runner-base-kube-mode", namespace: "runners" },
    ]);
    const { dependencies } = registrations.get(kinds.scaleSet, "runner-base-scale-set");
    for (const name of ["runner-base-hook-role", "runner-base-hook-role-binding"])
      assert.ok(dependencies.includes(name), name);
  });

  it("hangs a pull secret on the runners' identity", async () => {
    const registrations = await register(() => scaleSet({ pullSecret: "registry" }));
    const { imagePullSecrets } = registrations.get(kinds.serviceAccount, "runner-base-service-account").inputs;
    assert.deepEqual(imagePullSecrets, [{ name: "registry" }]);
  });

  it("says on the set itself that a schedule decides its numbers of runners", async () => {
    const registered = (await register(() => scaleSet({ scheduled: true }))).get(
      kinds.scaleSet,
      "runner-base-scale-set",
    );
    assert.deepEqual(Reflect.get(Object(registered.inputs["metadata"]), "annotations"), {
      "pulumi.com/patchForce": "true",
      "runner-platform/limits-by": "schedule",
    });
  });
});

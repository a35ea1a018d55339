import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { CertManager, type CertManagerArgs } from "../../../../components/cert-manager/cert-manager";
import { register, type Registrations } from "../../../support/mocks";
import { acme, install, release, selfSignedCa, vault } from "./fixtures";

const kinds = {
  component: "runner-platform:index:CertManager",
  issuer: "runner-platform:index:CertificateIssuer",
  chart: "kubernetes:helm.sh/v4:Chart",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  budget: "kubernetes:policy/v1:PodDisruptionBudget",
  clusterIssuer: "kubernetes:cert-manager.io/v1:ClusterIssuer",
  namespacedIssuer: "kubernetes:cert-manager.io/v1:Issuer",
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  monitor: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
  rule: "kubernetes:monitoring.coreos.com/v1:PrometheusRule",
  account: "kubernetes:core/v1:ServiceAccount",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  binding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
};

const args: CertManagerArgs = {
  release: release("1.21.2"),
  namespace: "cert-manager",
  install,
  issuers: {
    "platform-ca": { source: selfSignedCa },
    public: { source: acme },
    vault: { source: vault },
    company: { existing: { name: "company-ca", group: "pki.example.com" } },
  },
};

const ready = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "300" };

function run(changes: Partial<CertManagerArgs> = {}, preview = false): Promise<Registrations> {
  return register(() => new CertManager("cert-manager", { ...args, ...changes }), { preview });
}

describe("CertManager", () => {
  const issuers = [
    `${kinds.namespacedIssuer} cert-manager-bootstrap < cert-manager`,
    `${kinds.issuer} platform-ca < cert-manager`,
    `${kinds.certificate} platform-ca-root < platform-ca`,
    `${kinds.clusterIssuer} platform-ca-issuer < platform-ca`,
    `${kinds.issuer} public < cert-manager`,
    `${kinds.account} public-service-account < public`,
    `${kinds.role} public-token-role < public`,
    `${kinds.binding} public-token-role-binding < public`,
    `${kinds.clusterIssuer} public-issuer < public`,
    `${kinds.issuer} vault < cert-manager`,
    `${kinds.account} vault-service-account < vault`,
    `${kinds.role} vault-token-role < vault`,
    `${kinds.binding} vault-token-role-binding < vault`,
    `${kinds.clusterIssuer} vault-issuer < vault`,
    `${kinds.component} cert-manager`,
  ];
  const everything = [
    ...issuers,
    `${kinds.chart} cert-manager-chart < cert-manager`,
    `${kinds.policy} cert-manager-webhook < cert-manager`,
    `${kinds.budget} cert-manager-controller-disruption-budget < cert-manager`,
    `${kinds.budget} cert-manager-webhook-disruption-budget < cert-manager`,
    `${kinds.budget} cert-manager-cainjector-disruption-budget < cert-manager`,
    `${kinds.monitor} cert-manager-metrics < cert-manager`,
    `${kinds.rule} cert-manager-rule < cert-manager`,
  ];

  it("registers chart, policy, budgets, monitoring and what is behind each issuer", async () => {
    assert.deepEqual((await run()).list(), everything.sort());
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await run({}, true)).list(), everything.sort());
  });

  it("makes nothing but issuers where cert-manager is in the cluster already", async () => {
    const registrations = await run({ install: undefined });
    assert.deepEqual(registrations.list(), issuers.sort());
    assert.deepEqual(registrations.get(kinds.namespacedIssuer, "cert-manager-bootstrap").dependencies, []);
  });

  it("makes neither budgets nor monitoring for a single replica without Prometheus", async () => {
    const lone = await run({ install: { ...install, replicas: 1, monitoring: undefined }, issuers: {} });
    assert.deepEqual(lone.list(), [
      `${kinds.namespacedIssuer} cert-manager-bootstrap < cert-manager`,
      `${kinds.chart} cert-manager-chart < cert-manager`,
      `${kinds.policy} cert-manager-webhook < cert-manager`,
      `${kinds.component} cert-manager`,
    ]);
  });

  it("takes the chart under the release name that others know, from a repository or a folder", async () => {
    const { values, ...remote } = (await run()).get(kinds.chart, "cert-manager-chart").inputs;
    assert.ok(values);
    assert.deepEqual(remote, {
      name: "cert-manager",
      namespace: "cert-manager",
      chart: "cert-manager",
      repositoryOpts: { repo: "https://charts.example.com" },
      version: "v1.21.2",
    });
    const folder = { ...install, chart: "/charts/cert-manager", chartRepository: undefined, chartVersion: undefined };
    const { values: same, ...local } = (await run({ install: folder })).get(kinds.chart, "cert-manager-chart").inputs;
    assert.deepEqual(same, values);
    assert.deepEqual(local, { name: "cert-manager", namespace: "cert-manager", chart: "/charts/cert-manager" });
  });

  it("opens the webhook's port to the API server, and before the chart", async () => {
    const registrations = await run();
    const { metadata, spec } = registrations.get(kinds.policy, "cert-manager-webhook").inputs;
    assert.deepEqual(metadata, { name: "allow-webhook", namespace: "cert-manager" });
    assert.deepEqual(spec, {
      podSelector: {
        matchLabels: { "app.kubernetes.io/component": "webhook", "app.kubernetes.io/instance": "cert-manager" },
      },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ protocol: "TCP", port: 10_250 }] }],
    });
    assert.deepEqual(registrations.get(kinds.chart, "cert-manager-chart").dependencies, ["cert-manager-webhook"]);
  });

  it("tries a self-signed issuer first, and makes all else of cert-manager after it", async () => {
    const registrations = await run();
    const bootstrap = registrations.get(kinds.namespacedIssuer, "cert-manager-bootstrap");
    assert.deepEqual(bootstrap.inputs["metadata"], {
      name: "bootstrap",
      namespace: "cert-manager",
      annotations: ready,
    });
    assert.deepEqual(bootstrap.inputs["spec"], { selfSigned: {} });
    assert.deepEqual(bootstrap.dependencies, ["cert-manager-chart"]);
    for (const { name, dependencies } of registrations.ofType(kinds.issuer))
      assert.deepEqual(dependencies, ["cert-manager-bootstrap"], name);
  });

  it("waits for each root, and for each issuer after its root or login", async () => {
    const registrations = await run();
    const root = registrations.get(kinds.certificate, "platform-ca-root");
    assert.deepEqual(root.inputs["metadata"], {
      name: "platform-ca-root",
      namespace: "cert-manager",
      annotations: ready,
    });
    const after = (name: string) => registrations.get(kinds.clusterIssuer, name).dependencies;
    assert.deepEqual(after("platform-ca-issuer"), ["platform-ca-root"]);
    assert.deepEqual(after("vault-issuer"), ["vault-service-account", "vault-token-role", "vault-token-role-binding"]);
    for (const { name, inputs } of registrations.ofType(kinds.clusterIssuer)) {
      const metadata = inputs["metadata"] as { name: string; annotations: unknown };
      assert.deepEqual(metadata, { name: name.replace("-issuer", ""), annotations: ready });
    }
  });

  it("may ask for the tokens of an issuer's account, and of no other", async () => {
    const registrations = await run();
    const metadata = { name: "vault-issuer", namespace: "cert-manager" };
    const account = registrations.get(kinds.account, "vault-service-account").inputs;
    assert.deepEqual(account["metadata"], metadata);
    assert.equal(account["automountServiceAccountToken"], false);
    assert.deepEqual(registrations.get(kinds.role, "vault-token-role").inputs["rules"], [
      { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["vault-issuer"], verbs: ["create"] },
    ]);
    const binding = registrations.get(kinds.binding, "vault-token-role-binding").inputs;
    assert.deepEqual(binding["subjects"], [
      { kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" },
    ]);
  });

  it("makes an Issuer with root and self-signed issuer in a namespace of its own", async () => {
    const registrations = await run({ issuers: { own: { namespace: "vault", source: selfSignedCa } } });
    const place = (type: string, name: string) => {
      const { annotations, ...rest } = registrations.get(type, name).inputs["metadata"] as Record<string, unknown>;
      assert.deepEqual(annotations, ready);
      return rest;
    };
    assert.deepEqual(place(kinds.namespacedIssuer, "own-bootstrap"), { name: "own-bootstrap", namespace: "vault" });
    assert.deepEqual(place(kinds.certificate, "own-root"), { name: "own-root", namespace: "vault" });
    assert.deepEqual(place(kinds.namespacedIssuer, "own-issuer"), { name: "own", namespace: "vault" });
    const root = registrations.get(kinds.certificate, "own-root");
    assert.deepEqual(root.dependencies, ["own-bootstrap"]);
    assert.deepEqual(Reflect.get(Object(root.inputs["spec"]), "issuerRef"), {
      name: "own-bootstrap",
      kind: "Issuer",
      group: "cert-manager.io",
    });
  });

  it("protects roots on demand, and nothing else", async () => {
    const guarded = (registrations: Registrations) =>
      registrations.all.filter(({ protect }) => protect).map(({ name }) => name);
    assert.deepEqual(guarded(await run()), []);
    assert.deepEqual(guarded(await run({ protectRoots: true })), ["platform-ca-root"]);
  });

  it("keeps all but one of each part's pods", async () => {
    const { inputs } = (await run()).get(kinds.budget, "cert-manager-webhook-disruption-budget");
    assert.deepEqual(inputs["metadata"], { name: "cert-manager-webhook", namespace: "cert-manager" });
    assert.deepEqual(inputs["spec"], {
      maxUnavailable: 1,
      selector: {
        matchLabels: { "app.kubernetes.io/component": "webhook", "app.kubernetes.io/instance": "cert-manager" },
      },
    });
  });

  it("scrapes the controller and leaves the namespaces of certificates in its series", async () => {
    const { inputs } = (await run()).get(kinds.monitor, "cert-manager-metrics");
    assert.deepEqual(inputs["metadata"], {
      name: "cert-manager-metrics",
      namespace: "cert-manager",
      labels: { release: "prometheus" },
    });
    assert.deepEqual(inputs["spec"], {
      selector: {
        matchLabels: { "app.kubernetes.io/component": "controller", "app.kubernetes.io/instance": "cert-manager" },
      },
      podMetricsEndpoints: [{ port: "http-metrics", path: "/metrics", honorLabels: true }],
    });
  });

  it("tells others how certificates name each issuer, and what to wait for", async () => {
    let found: CertManager | undefined;
    let names: string[] = [];
    await register(async () => {
      found = new CertManager("cert-manager", args);
      const urns = found.ready.map(({ urn }) => new Promise<string>((resolve) => urn.apply(resolve)));
      names = (await Promise.all(urns)).map((urn) => urn.split("::").at(-1) ?? "");
    });
    const group = "cert-manager.io";
    assert.deepEqual(Object.fromEntries(found?.issuers ?? []), {
      "platform-ca": { name: "platform-ca", kind: "ClusterIssuer", group },
      public: { name: "public", kind: "ClusterIssuer", group },
      vault: { name: "vault", kind: "ClusterIssuer", group },
      company: { name: "company-ca", kind: "ClusterIssuer", group: "pki.example.com" },
    });
    assert.deepEqual(names, [
      "cert-manager-chart",
      "cert-manager-bootstrap",
      "platform-ca-issuer",
      "public-issuer",
      "vault-issuer",
    ]);
  });

  it("repeats what the webhook has to admit while it starts, and nothing else", async () => {
    const registrations = await register(() => {
      const retry = new pulumi.ErrorHook("admission-webhooks", () => Promise.resolve(false));
      return new CertManager("cert-manager", { ...args, retry });
    });
    const repeated = registrations.all.filter(({ errorHooks }) => errorHooks.length > 0);
    assert.deepEqual(
      repeated.map(({ name, errorHooks }) => `${name}: ${errorHooks.join()}`).sort(),
      ["cert-manager-bootstrap", "platform-ca-issuer", "platform-ca-root", "public-issuer", "vault-issuer"].map(
        (name) => `${name}: admission-webhooks`,
      ),
    );
  });
});

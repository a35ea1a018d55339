import assert from "node:assert/strict";

import { program, programFor } from "../../components/program";
import { secretKeys } from "../../stacks/secrets";
import { certificate } from "../support/certificate";
import { register, type Registrations } from "../support/mocks";
import { type Changes, config } from "../support/settings";

const scaleSetType = "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet";
const configMapType = "kubernetes:core/v1:ConfigMap";

function run(stack: string, changes: Changes, preview = false): Promise<Registrations> {
  const build = stack === "dev" ? program : programFor({ missingDigests: "report" });
  return register(build, { stack, preview, config: config(changes), secretKeys: [...secretKeys] });
}

function specOf(registrations: Registrations, set: string): Readonly<Record<string, unknown>> {
  return registrations.get(scaleSetType, `${set}-scale-set`).inputs["spec"] as Readonly<Record<string, unknown>>;
}

describe("the program with sets that register elsewhere", () => {
  const changes: Changes = {
    github: { configUrl: "https://github.com/acme", runnerGroup: "builders" },
    scaleSets: {
      "runner-payments": {
        mode: "dind",
        minRunners: 0,
        maxRunners: 2,
        github: { configUrl: "https://github.com/acme/payments" },
      },
      "runner-research": {
        minRunners: 0,
        maxRunners: 2,
        github: { configUrl: "https://github.com/research" },
        runnerGroup: "gpu",
      },
      "runner-same": { minRunners: 0, maxRunners: 2, github: { configUrl: "https://github.com/ACME/" } },
    },
  };
  let registrations: Registrations;
  before(async () => {
    registrations = await run("dev", changes);
  });

  const cases = [
    ["runner-base", "https://github.com/acme", "builders"],
    ["runner-payments", "https://github.com/acme/payments", undefined],
    ["runner-research", "https://github.com/research", "gpu"],
    ["runner-same", "https://github.com/ACME/", "builders"],
  ] as const;
  for (const [set, url, group] of cases) {
    it(`registers ${set} at ${url} in ${group === undefined ? "no group" : `the group ${group}`}`, () => {
      const { githubConfigUrl, runnerGroup } = specOf(registrations, set);
      assert.deepEqual([githubConfigUrl, runnerGroup], [url, group]);
    });
  }

  it("replaces a set whose address changes, and refuses to while it is protected", () => {
    const { protect, replaceOnChanges } = registrations.get(scaleSetType, "runner-payments-scale-set");
    assert.equal(protect, true);
    assert.ok(replaceOnChanges.includes("spec.githubConfigUrl"));
  });

  it("registers the same in a preview", async () => {
    assert.deepEqual((await run("dev", changes, true)).list(), registrations.list());
  });
});

describe("the program beside a GitHub Enterprise Server with an authority of its own", () => {
  const origin = "https://ghes.example.com:8443";
  const destination = { cidrs: ["10.20.0.10/32"], ports: [8443] };
  let pem: string;
  let changes: Changes;
  let registrations: Registrations;
  before(async () => {
    pem = await certificate({});
    changes = {
      github: {
        configUrl: `${origin}/enterprises/acme`,
        enterpriseServerVersion: "3.17",
        ca: { configMap: "company-ca", key: "root.pem", certificate: pem },
      },
      network: { destinations: { github: destination } },
      certManager: { mode: "none" },
    };
    registrations = await run("ghes", changes);
  });

  it("makes the authority's ConfigMap where ARC, runners and jobs look for it, before the sets", () => {
    const maps = registrations.ofType(configMapType).filter(({ name }) => name.endsWith("-github-ca"));
    assert.deepEqual(
      maps.map(({ name, parent, inputs }) => [name, parent, inputs["metadata"], inputs["data"]]),
      [
        ["dind-github-ca", "dind", { name: "company-ca", namespace: "arc-runners-dind" }, { "root.pem": pem }],
        [
          "kubernetes-github-ca",
          "kubernetes",
          { name: "company-ca", namespace: "arc-runners-kubernetes" },
          { "root.pem": pem },
        ],
      ],
    );
    for (const [set, map] of [
      ["runner-base", "dind-github-ca"],
      ["runner-gpu", "kubernetes-github-ca"],
    ] as const) {
      assert.ok(registrations.get("runner-platform:index:RunnerScaleSet", set).dependencies.includes(map), set);
    }
  });

  it("tells every set, every runner and every job of it", () => {
    const sets = registrations.ofType(scaleSetType);
    assert.equal(sets.length, 7);
    for (const { name, inputs } of sets) {
      const { githubServerTLS, template } = inputs["spec"] as Readonly<Record<string, unknown>>;
      assert.deepEqual(
        githubServerTLS,
        { certificateFrom: { configMapKeyRef: { name: "company-ca", key: "root.pem" } } },
        name,
      );
      assert.match(
        JSON.stringify(template),
        /"NODE_EXTRA_CA_CERTS".*"runner-platform\/github-ca"|"runner-platform\/github-ca".*"NODE_EXTRA_CA_CERTS"/,
      );
    }
    const hooks = registrations.ofType(configMapType).filter(({ name }) => name.endsWith("-hook-config-map"));
    assert.equal(hooks.length, 6);
    for (const { name, inputs } of hooks)
      assert.ok(JSON.stringify(inputs["data"]).includes(`http.${origin}/.sslCAInfo`), name);
  });

  it("lets runners out to the server alone, and the controller to its port", () => {
    const egress = (name: string): unknown =>
      Reflect.get(
        Object(registrations.get("kubernetes:networking.k8s.io/v1:NetworkPolicy", name).inputs["spec"]),
        "egress",
      );
    const names = registrations.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy").map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.startsWith("dind-")).sort(), [
      "dind-allow-dns",
      "dind-allow-github",
      "dind-default-deny",
    ]);
    assert.deepEqual(egress("dind-allow-github"), [
      { to: [{ ipBlock: { cidr: "10.20.0.10/32" } }], ports: [{ protocol: "TCP", port: 8443 }] },
    ]);
    assert.match(JSON.stringify(egress("controller-allow-outbound")), /"port":8443/);
  });

  it("registers the same in a preview", async () => {
    assert.deepEqual((await run("ghes", changes, true)).list(), registrations.list());
  });

  it("gives the legacy kinds the authority in namespaces of their own", async () => {
    const legacy = {
      controller: {
        githubEnterpriseServerUrl: origin,
        certificates: { caBundle: pem },
        images: {
          controller: "registry.example.com/arc:v0.27.6",
          runner: "registry.example.com/runner:v2.306.0-ubuntu-22.04",
          dind: "registry.example.com/docker:28.5.1-dind",
        },
      },
      runnerDeployments: {
        old: {
          enterprise: "acme",
          docker: "none",
          resources: { requests: { cpu: "1", memory: "1Gi" } },
          replicas: 1,
        },
      },
    };
    const both = await run("ghes", { ...changes, legacy });
    for (const [name, namespace] of [
      ["legacy-controller", "actions-runner-system"],
      ["legacy-runners", "actions-runner"],
    ] as const) {
      const made = both.get(configMapType, `${name}-github-ca`);
      assert.deepEqual([made.parent, made.inputs["metadata"]], [name, { name: "company-ca", namespace }]);
    }
    const chart = both.get("kubernetes:helm.sh/v4:Chart", "legacy-arc-chart");
    assert.deepEqual(Reflect.get(Object(chart.inputs["values"]), "additionalVolumes"), [
      {
        name: "github-server-tls-cert",
        configMap: { name: "company-ca", items: [{ key: "root.pem", path: "ca.crt" }] },
      },
    ]);
    const runners = both.get("kubernetes:actions.summerwind.dev/v1alpha1:RunnerDeployment", "old-runners");
    assert.ok(JSON.stringify(runners.inputs["spec"]).includes('"github-server-tls-cert"'));
    const out = both.ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy").map(({ name }) => name);
    assert.deepEqual(out.filter((name) => name.startsWith("legacy-runners-")).sort(), [
      "legacy-runners-allow-dns",
      "legacy-runners-allow-github",
      "legacy-runners-default-deny",
    ]);
    assert.ok(
      both
        .get("runner-platform:index:LegacyArcController", "legacy-arc")
        .dependencies.includes("legacy-controller-github-ca"),
    );
  });
});

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

import { KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";

import type { PreviewedObject } from "../../cli/preview/report";
import { ensureCharts } from "../../sandbox/charts/ensure";
import type { Manifest } from "../../sandbox/cluster/api";
import { controllerChart } from "../../sandbox/platform/input";
import { ensureGo } from "../../sandbox/tools/go-toolchain";
import { environments } from "../../stacks/index";
import { runExample } from "../program/examples";
import type { Registration } from "../support/mocks";
import type { Changes } from "../support/settings";
import { type Definition, ForeignDefinitions, groupOf, parseDefinitions } from "./support/definitions";
import { offlinePreview } from "./support/previews";
import { figure, kubeconfig } from "./support/sandbox";

/** The release of ARC whose definitions the sandbox's API server has: with another one it would judge fields that it does not know. */
const release: Changes = {
  arc: { version: "0.6.1", controllerChart: { chart: controllerChart, version: null } },
  dind: { form: "container" },
};

/** What only some installations have, so that it is judged too. */
const everything: Changes = {
  registry: { ca: { configMap: "harbor-ca", certificate: "-----BEGIN CERTIFICATE-----\nx" }, pullSecret: "registry" },
  registryCredentials: '{"auths":{}}',
  network: {
    destinations: { vault: { namespace: "vault", ports: [8200] }, registry: { cidrs: ["10.0.0.0/16"], ports: [443] } },
  },
};

/** The stack whose charts can all be had but ARC's: Rook, the drivers of Ceph and cert-manager in the version that is deployed. */
const stackOfCharts = "prod";

let definitions: ForeignDefinitions;

function isObject({ type, custom }: Registration): boolean {
  return custom && type.startsWith("kubernetes:");
}

/**
 * Asks the API server to take an object, without keeping it, and under a name that nobody has: it would merge it into another otherwise. The
 * namespace is one without quota and limits: those of the sandbox would judge objects of other stacks.
 */
async function refusal(api: KubernetesObjectApi, manifest: Manifest): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = manifest;
  const { namespace, name } = metadata;
  const fresh = {
    ...manifest,
    apiVersion: definitions.apiVersion(apiVersion, kind),
    metadata: {
      ...metadata,
      // Objects of foreign kinds are alone in groups of their own, and some kinds demand certain names.
      name: definitions.has(apiVersion, kind) ? name : `${name}-dry-run`,
      ...(namespace !== undefined && { namespace: "default" }),
    },
  };
  try {
    await api.patch(fresh, undefined, "All", "dry-run", true, PatchStrategy.ServerSideApply);
    return undefined;
  } catch (error) {
    return `${kind} ${namespace ?? ""}/${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function refusals(manifests: readonly Manifest[]): Promise<string[]> {
  const api = KubernetesObjectApi.makeApiClient(kubeconfig());
  const results = await Promise.all(manifests.map((manifest) => refusal(api, manifest)));
  return results.filter((text) => text !== undefined);
}

/** Objects that charts bring, but definitions (which are judged when they are added) and Secrets, whose values no preview shows. */
function ofCharts(objects: readonly PreviewedObject[]): Manifest[] {
  return objects
    .filter(({ parent, type }) => parent.includes("helm.sh/v4:Chart") && type.startsWith("kubernetes:"))
    .map(({ inputs }) => inputs as unknown as Manifest)
    .filter(({ kind }) => kind !== "CustomResourceDefinition" && kind !== "Secret");
}

/** Of other projects: Rook 1.20.6, cert-manager 1.21.2, the Prometheus operator 0.85.0, and the operator of Ceph's drivers from its chart. */
async function foreignDefinitions(): Promise<Definition[]> {
  const charts = await ensureCharts(() => ensureGo(figure));
  const published = (["rook", "cert-manager", "monitoring"] as const).map((name) =>
    readFileSync(charts.definitions(name), "utf8"),
  );
  const { resources } = await offlinePreview(stackOfCharts);
  const ofDrivers = resources
    .filter(({ type }) => type.endsWith(":CustomResourceDefinition"))
    .map(({ inputs }) => inputs as unknown as Definition)
    .filter(({ spec }) => spec.group === "csi.ceph.io");
  assert.ok(ofDrivers.length > 0);
  return [...published.flatMap(parseDefinitions), ...ofDrivers];
}

describe("a server-side dry run", () => {
  const manifests = new Map<string, Manifest[]>();

  before(async function () {
    this.timeout(120_000);
    for (const stack of Object.keys(environments)) {
      const changes = { ...release, ...everything };
      const { registrations } = await runExample(stack, false, changes);
      manifests.set(
        stack,
        registrations.all.filter(isObject).map(({ inputs }) => inputs as unknown as Manifest),
      );
    }
    manifests.set("charts", ofCharts((await offlinePreview(stackOfCharts)).resources));
    const kinds = new Set(
      [...manifests.values()].flat().map(({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`),
    );
    definitions = new ForeignDefinitions(kubeconfig());
    const used = (await foreignDefinitions()).filter(({ spec }) => kinds.has(`${spec.group}/${spec.names.kind}`));
    await definitions.add(used);
    await definitions.served();
    figure(`judged by real definitions: ${used.map(({ spec }) => spec.names.kind).join(", ")}`);
  });

  after(() => definitions.remove());

  for (const stack of Object.keys(environments)) {
    it(`finds nothing wrong with any object of stack ${stack}`, async () => {
      const all = manifests.get(stack) ?? [];
      assert.deepEqual(await refusals(all), []);
      const kinds = new Set(all.map(({ kind }) => kind));
      for (const kind of ["AutoscalingRunnerSet", "PodTemplate", "ConfigMap", "NetworkPolicy", "LimitRange", "Secret"])
        assert.ok(kinds.has(kind), `${kind} was among them`);
    });
  }

  it("judges what storage, certificates and monitoring are made of by the definitions of their projects", () => {
    const kinds = ["CephCluster", "CephBlockPool", "CephFilesystem"].map((kind) => ["ceph.rook.io/v1", kind] as const);
    const others = [
      ["cert-manager.io/v1", "Certificate"],
      ["cert-manager.io/v1", "ClusterIssuer"],
      ["cert-manager.io/v1", "Issuer"],
      ["monitoring.coreos.com/v1", "PodMonitor"],
      ["monitoring.coreos.com/v1", "PrometheusRule"],
      ["csi.ceph.io/v1", "Driver"],
      ["csi.ceph.io/v1", "OperatorConfig"],
    ] as const;
    for (const [apiVersion, kind] of [...kinds, ...others]) assert.ok(definitions.has(apiVersion, kind), kind);
  });

  it(`finds nothing wrong with what the charts of stack ${stackOfCharts} bring`, async () => {
    const all = manifests.get("charts") ?? [];
    assert.deepEqual(await refusals(all), []);
    assert.ok(all.length > 100, String(all.length));
  });

  it("finds what is wrong with an object, so that it can be trusted when it finds nothing", async () => {
    const api = KubernetesObjectApi.makeApiClient(kubeconfig());
    const wrong: Manifest = {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "wrong", namespace: "default" },
      spec: { limits: [{ type: "Container", max: { cpu: "1" }, defaultRequest: { cpu: "2" } }] },
    };
    assert.match((await refusal(api, wrong)) ?? "", /LimitRange/);
    const pool: Manifest = {
      apiVersion: "ceph.rook.io/v1",
      kind: "CephBlockPool",
      metadata: { name: "wrong", namespace: "default" },
      spec: { replicated: { size: "three" } },
    };
    assert.match((await refusal(api, pool)) ?? "", /CephBlockPool.*spec\.replicated\.size/s);
  });
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { placeholderMark } from "../../cli/placeholders";
import { environments } from "../../stacks/index";
import type { Settings } from "../../stacks/settings";
import type { Registration, Registrations } from "../support/mocks";
import { difference, expectedResources, runExample } from "./examples";

const scaleSetType = "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet";
const chartType = "kubernetes:helm.sh/v4:Chart";

/** The kinds that live in no namespace. */
const clusterScoped = [
  "kubernetes:core/v1:Namespace",
  "kubernetes:core/v1:PersistentVolume",
  "kubernetes:storage.k8s.io/v1:StorageClass",
  "kubernetes:cert-manager.io/v1:ClusterIssuer",
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
];

/** What may hold a secret: all else can be read by too many. */
const secretHolders = ["kubernetes:core/v1:Secret", "pulumi:providers:kubernetes"];

/** Containers to which others give resources: the hooks' own init container gets some from the LimitRange of its namespace. */
const withoutRequests = ["fs-init"];

interface Pod {
  readonly containers: readonly { readonly name: string; readonly resources?: { readonly requests?: object } }[];
  readonly initContainers?: Pod["containers"];
}

/** Every pod spec inside the inputs of a resource, wherever it stands. */
function pods(value: unknown): Pod[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray(Reflect.get(value, "containers")) ? [value as Pod] : [];
  return [...own, ...Object.values(value).flatMap(pods)];
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
}

function metadataOf({ inputs }: Registration): Metadata {
  return inputs["metadata"] as Metadata;
}

/** The value without what lies at some paths (`a.b.c`). */
function without(value: unknown, paths: readonly string[], path = ""): unknown {
  if (paths.includes(path)) return undefined;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    without(inner, paths, path === "" ? key : `${path}.${key}`),
  ]);
  return Object.fromEntries(entries);
}

describe("the program", () => {
  it("has a list of resources for every environment, and for nothing else", () => {
    const lists = readdirSync(join(__dirname, "expected")).map((name) => name.replace(/\.txt$/, ""));
    assert.deepEqual(lists.sort(), Object.keys(environments).sort());
  });

  for (const stack of Object.keys(environments)) {
    describe(`of stack ${stack}`, () => {
      let settings: Settings;
      let registrations: Registrations;
      let outputs: Readonly<Record<string, unknown>>;
      let sets: string[];
      let objects: Registration[];
      before(async () => {
        ({ settings, registrations, outputs } = await runExample(stack, false));
        sets = Object.keys(settings.scaleSets);
        objects = registrations.all.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
      });

      it("registers exactly the resources that are written down, under these parents", () => {
        const actual = registrations.list();
        assert.equal(difference(stack, actual, expectedResources(stack, actual)), undefined);
      });

      it("registers the same resources in a preview", async () => {
        assert.deepEqual((await runExample(stack, true)).registrations.list(), registrations.list());
      });

      it("sends every resource, charts too, through an explicit provider", () => {
        for (const { name, type, custom, provider } of registrations.all) {
          if (type.startsWith("pulumi:") || !(custom || type === chartType)) continue;
          assert.equal(provider, `platform-${type.split(":")[0] ?? ""}`, name);
        }
      });

      it("names every object itself, once, in a namespace that it makes", () => {
        const names = objects.map((object) => `${object.type} ${JSON.stringify(metadataOf(object))}`);
        assert.deepEqual([...new Set(names)], names);
        const namespaces = registrations
          .ofType("kubernetes:core/v1:Namespace")
          .map((object) => metadataOf(object).name);
        assert.ok(!namespaces.includes("default"));
        for (const object of objects) {
          const { name, namespace } = metadataOf(object);
          assert.ok(name !== undefined, object.name);
          if (clusterScoped.includes(object.type)) assert.equal(namespace, undefined, object.name);
          else assert.ok(namespaces.includes(namespace), object.name);
        }
      });

      it("gives every container requests for CPU and memory", () => {
        const found = registrations.all.flatMap(({ inputs }) => pods(inputs));
        assert.ok(found.length >= sets.length * 3, "of each set at least runner, PodTemplate, listener");
        const containers = found.flatMap((pod) => [...(pod.initContainers ?? []), ...pod.containers]);
        for (const container of containers.filter(({ name }) => !withoutRequests.includes(name))) {
          const requests = Object.keys(container.resources?.requests ?? {});
          assert.ok(requests.includes("cpu") && requests.includes("memory"), container.name);
        }
      });

      it("shows secrets to nobody but Secrets and the provider, and to these as secrets", () => {
        const holders = registrations.all.filter(({ inputs }) => JSON.stringify(inputs).includes(placeholderMark));
        for (const { name, type, inputs, secretPaths } of holders) {
          assert.ok(secretHolders.includes(type), name);
          assert.ok(!JSON.stringify(without(inputs, secretPaths)).includes(placeholderMark), name);
        }
        const names = holders.map(({ name }) => name);
        for (const name of ["platform-kubernetes", ...sets.map((set) => `${set}-github-secret`)])
          assert.ok(names.includes(name), name);
      });

      it("deletes scale sets before controller, credential, rights and network policies", () => {
        const set = registrations.get(scaleSetType, "runner-base-scale-set");
        for (const name of [
          "arc-chart",
          "dind-namespace",
          "runner-base-github-secret",
          "runner-base-manager-role",
          "runner-base-manager-role-binding",
          "runner-base-pod-template",
          "runner-base-service-account",
        ])
          assert.ok(set.dependencies.includes(name), name);
        const within = (parent: string) =>
          registrations.all.filter((child) => child.custom && child.parent === parent).map(({ name }) => name);
        const component = registrations.get("runner-platform:index:RunnerScaleSet", "runner-base");
        for (const name of ["dind-default-deny", ...within("dind")])
          assert.ok(component.dependencies.includes(name), name);
        const controller = registrations.get("runner-platform:index:ArcController", "arc");
        for (const name of ["controller-default-deny", ...within("controller")])
          assert.ok(controller.dependencies.includes(name), name);
      });

      it("makes a set in a Kubernetes mode after its template, and deletes it before the rights of its hooks", () => {
        const set = registrations.get(scaleSetType, "runner-gpu-scale-set");
        for (const name of ["runner-gpu-hook-role", "runner-gpu-hook-role-binding"])
          assert.ok(set.dependencies.includes(name), name);
        const component = registrations.get("runner-platform:index:RunnerScaleSet", "runner-gpu");
        for (const name of ["runner-gpu-hook-config-map", "runner-gpu-hook-pod-template", "kubernetes-namespace"])
          assert.ok(component.dependencies.includes(name), name);
      });

      it("protects the sets, since a replaced one loses its queued jobs, but not those of the sandbox", () => {
        const wanted = stack === "local" ? [] : sets.map((name) => `${name}-scale-set`);
        assert.deepEqual(
          registrations
            .ofType(scaleSetType)
            .filter(({ protect }) => protect)
            .map(({ name }) => name)
            .sort(),
          wanted.sort(),
        );
      });

      it("lets no set of devices have more runners than its pool has devices", () => {
        const { pools, scaleSets } = settings;
        for (const [name, { pool }] of Object.entries(scaleSets)) {
          const { nodes, device } = pools[pool] ?? {};
          if (device === undefined) continue;
          const spec = registrations.get(scaleSetType, `${name}-scale-set`).inputs["spec"];
          const runners = Reflect.get(Object(spec), "maxRunners") as number;
          assert.ok(runners <= device.perNode * (nodes ?? 1), name);
        }
      });

      it("outputs names and addresses, none of them secret", async () => {
        const plain = await new Promise((resolve) => pulumi.output(outputs).apply(resolve));
        const { github, arc, namespaces } = settings;
        const { runnerNamespaces, ...others } = plain as Record<string, unknown>;
        const ofCloud = Object.keys(others).filter((key) => key.startsWith("aws"));
        assert.equal(ofCloud.length > 0, settings.aws !== undefined);
        for (const key of ofCloud) Reflect.deleteProperty(others, key);
        assert.deepEqual(others, {
          githubConfigUrl: github.configUrl,
          arcVersion: arc.version,
          controllerNamespace: namespaces.controller,
          controllerServiceAccount: "arc-gha-rs-controller",
          scaleSets: sets,
        });
        assert.deepEqual(runnerNamespaces, [namespaces.dind, namespaces.kubernetes]);
        assert.equal(await pulumi.isSecret(pulumi.output(outputs)), false);
      });
    });
  }
});

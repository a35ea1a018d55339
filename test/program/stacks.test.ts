import assert from "node:assert/strict";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { program } from "../../components/program";
import { environments } from "../../stacks/index";
import { type Changes, config } from "../support/settings";
import { register, type Registration, type Registrations } from "../support/mocks";

const root = join(__dirname, "../..");
const token = "ghp_0123456789";
const secretKeys = ["kubeconfig", "githubToken", "githubAppPrivateKey"];

/** What each stack's configuration adds to the least one; a chart folder needs a real Chart.yaml. */
const changes: Readonly<Record<string, Changes>> = {
  dev: {},
  local: { arc: { controllerChart: { chart: join(root, "test/support/chart-0.6.1") } } },
};

interface Run {
  readonly registrations: Registrations;
  readonly outputs: Record<string, unknown>;
}

async function run(stack: string, preview: boolean): Promise<Run> {
  let outputs: Record<string, unknown> = {};
  const registrations = await register(
    async () => {
      outputs = await program();
    },
    { stack, preview, config: config(changes[stack]), secretKeys },
  );
  return { registrations, outputs };
}

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

function kubernetesName({ inputs, type }: Registration): string {
  const { name, namespace = "" } = (inputs["metadata"] ?? {}) as {
    readonly name?: string;
    readonly namespace?: string;
  };
  return `${type} ${namespace}/${String(name)}`;
}

const clusterScoped = ["kubernetes:core/v1:Namespace"];

describe("the program", () => {
  it("has a test for every environment", () => {
    assert.deepEqual(Object.keys(changes).sort(), Object.keys(environments).sort());
  });

  for (const stack of Object.keys(changes)) {
    describe(`of stack ${stack}`, () => {
      let registrations: Registrations;
      let outputs: Record<string, unknown>;
      let objects: Registration[];
      before(async () => {
        ({ registrations, outputs } = await run(stack, false));
        objects = registrations.all.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
      });

      it("registers exactly these resources under these parents", () => {
        assert.deepEqual(registrations.list(), [
          "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet runner-base-scale-set < runner-base",
          "kubernetes:core/v1:Namespace controller-namespace < controller",
          "kubernetes:core/v1:Namespace dind-namespace < dind",
          "kubernetes:core/v1:PodTemplate runner-base-pod-template < runner-base",
          "kubernetes:core/v1:ResourceQuota dind-quota < dind",
          "kubernetes:core/v1:Secret runner-base-github-secret < runner-base",
          "kubernetes:core/v1:ServiceAccount runner-base-service-account < runner-base",
          "kubernetes:helm.sh/v4:Chart arc-chart < arc",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy controller-allow-dns < controller",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy controller-allow-outbound < controller",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy controller-default-deny < controller",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy dind-allow-dns < dind",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy dind-allow-outbound < dind",
          "kubernetes:networking.k8s.io/v1:NetworkPolicy dind-default-deny < dind",
          "kubernetes:rbac.authorization.k8s.io/v1:Role runner-base-manager-role < runner-base",
          "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding runner-base-manager-role-binding < runner-base",
          "pulumi:providers:kubernetes platform-kubernetes < platform",
          "runner-platform:index:ArcController arc < platform",
          "runner-platform:index:Platform platform",
          "runner-platform:index:RunnerScaleSet runner-base < platform",
          "runner-platform:index:TrustNamespace controller < platform",
          "runner-platform:index:TrustNamespace dind < platform",
        ]);
      });

      it("registers the same resources in a preview", async () => {
        assert.deepEqual((await run(stack, true)).registrations.list(), registrations.list());
      });

      it("sends every object, charts too, through the explicit provider", () => {
        const chart = registrations.get("kubernetes:helm.sh/v4:Chart", "arc-chart");
        for (const { name, provider } of [...objects, chart]) assert.equal(provider, "platform-kubernetes", name);
      });

      it("names every object itself, once, in a namespace that it makes", () => {
        const names = objects.map(kubernetesName);
        assert.deepEqual([...new Set(names)], names);
        const namespaces = registrations
          .ofType("kubernetes:core/v1:Namespace")
          .map(({ inputs }) => Reflect.get(Object(inputs["metadata"]), "name") as unknown);
        assert.ok(!namespaces.includes("default"));
        for (const { name, inputs } of objects.filter(({ type }) => !clusterScoped.includes(type))) {
          assert.ok(namespaces.includes(Reflect.get(Object(inputs["metadata"]), "namespace")), name);
        }
      });

      it("gives every container requests for CPU and memory", () => {
        const found = registrations.all.flatMap(({ inputs }) => pods(inputs));
        assert.equal(found.length, 3, "runner pod, the same as PodTemplate, and listener pod");
        for (const container of found.flatMap((pod) => [...(pod.initContainers ?? []), ...pod.containers])) {
          const requests = Object.keys(container.resources?.requests ?? {});
          assert.ok(requests.includes("cpu") && requests.includes("memory"), container.name);
        }
      });

      it("shows secrets to nobody but the Secret and the provider", () => {
        const holders = registrations.all.filter(({ inputs }) => /ghp_|kind: Config/.test(JSON.stringify(inputs)));
        assert.deepEqual(
          holders.map(({ name, secretPaths }) => [name, ...secretPaths]).sort(),
          [
            ["platform-kubernetes", "kubeconfig"],
            ["runner-base-github-secret", "stringData"],
          ].sort(),
        );
      });

      it("deletes scale sets before controller, credential, rights and network policies", () => {
        const set = registrations.get(
          "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet",
          "runner-base-scale-set",
        );
        assert.deepEqual(set.dependencies, [
          "arc-chart",
          "dind-namespace",
          "runner-base-github-secret",
          "runner-base-manager-role",
          "runner-base-manager-role-binding",
          "runner-base-pod-template",
          "runner-base-service-account",
        ]);
        const component = registrations.get("runner-platform:index:RunnerScaleSet", "runner-base");
        assert.deepEqual(component.dependencies, [
          "dind-allow-dns",
          "dind-allow-outbound",
          "dind-default-deny",
          "dind-namespace",
          "dind-quota",
        ]);
        const controller = registrations.get("runner-platform:index:ArcController", "arc");
        assert.deepEqual(controller.dependencies, [
          "controller-allow-dns",
          "controller-allow-outbound",
          "controller-default-deny",
          "controller-namespace",
        ]);
      });

      it("protects nothing, since it is not production", () => {
        assert.deepEqual(
          registrations.all.filter(({ protect }) => protect),
          [],
        );
      });

      it("outputs names and addresses, none of them secret", async () => {
        const plain = await new Promise((resolve) => pulumi.output(outputs).apply(resolve));
        assert.deepEqual(plain, {
          githubConfigUrl: "https://github.com/acme",
          arcVersion: stack === "local" ? "0.6.1" : "0.14.2",
          controllerNamespace: "arc-systems",
          controllerServiceAccount: "arc-gha-rs-controller",
          runnerNamespaces: { dind: "arc-runners-dind" },
          scaleSets: ["runner-base"],
        });
        assert.equal(await pulumi.isSecret(pulumi.output(outputs)), false);
      });
    });
  }

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

  it("protects scale sets in production", async () => {
    const registrations = await register(program, { stack: "dev", config: config({ production: true }), secretKeys });
    assert.deepEqual(
      registrations.all.filter(({ protect }) => protect).map(({ name }) => name),
      ["runner-base-scale-set"],
    );
  });

  it("makes the registry's ConfigMap before the sets that mount it, when settings hold the certificate", async () => {
    const registryCa = {
      configMap: "harbor-ca",
      host: "harbor.example.com",
      certificate: "-----BEGIN CERTIFICATE-----\nx",
    };
    const registrations = await register(program, {
      stack: "dev",
      config: config({ dind: { registryCa } }),
      secretKeys,
    });
    const map = registrations.get("kubernetes:core/v1:ConfigMap", "platform-registry-ca");
    assert.deepEqual(map.inputs["metadata"], { name: "harbor-ca", namespace: "arc-runners-dind" });
    assert.deepEqual(map.inputs["data"], { "ca.crt": registryCa.certificate });
    assert.ok(
      registrations
        .get("runner-platform:index:RunnerScaleSet", "runner-base")
        .dependencies.includes("platform-registry-ca"),
    );
  });
});

import assert from "node:assert/strict";

import { HookTemplate, type HookTemplateArgs } from "../../../../../components/arc/hooks/hook-template-component";
import { hookTemplateYaml } from "../../../../../components/arc/hooks/hook-template-yaml";
import { promiseOf, register } from "../../../../support/mocks";
import { goodTemplate } from "./hook-fixtures";

const args: HookTemplateArgs = {
  namespace: "arc-runners-kubernetes",
  setName: "runner-gpu",
  document: goodTemplate,
  mode: "kubernetes",
  runnerImage: "runner:1",
};
const everything = [
  "kubernetes:core/v1:ConfigMap runner-gpu-hook-config-map < runner-gpu-hook",
  "kubernetes:core/v1:PodTemplate runner-gpu-hook-pod-template < runner-gpu-hook",
  "runner-platform:index:HookTemplate runner-gpu-hook",
];
const make = (changes: Partial<HookTemplateArgs> = {}) => new HookTemplate("runner-gpu-hook", { ...args, ...changes });

describe("HookTemplate", () => {
  it("registers the ConfigMap and the pod that is checked, both as children", async () => {
    assert.deepEqual((await register(() => make())).list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await register(() => make(), { preview: true })).list(), everything);
  });

  it("writes the template under the key that runners mount, once the API server has accepted the pod", async () => {
    const configMap = (await register(() => make())).get("kubernetes:core/v1:ConfigMap", "runner-gpu-hook-config-map");
    assert.deepEqual(configMap.inputs["metadata"], { name: "arc-hook-gpu", namespace: "arc-runners-kubernetes" });
    assert.deepEqual(configMap.inputs["data"], { "worker-podspec.yaml": hookTemplateYaml(goodTemplate) });
    assert.deepEqual(configMap.dependencies, ["runner-gpu-hook-pod-template"]);
  });

  it("has the merged pod of a sample job checked, in either mode", async () => {
    const specOf = async (changes: Partial<HookTemplateArgs>) => {
      const registrations = await register(() => make(changes));
      const { inputs } = registrations.get("kubernetes:core/v1:PodTemplate", "runner-gpu-hook-pod-template");
      assert.deepEqual(inputs["metadata"], { name: "arc-hook-gpu", namespace: "arc-runners-kubernetes" });
      const template = inputs["template"] as { metadata: unknown; spec: Record<string, Record<string, unknown>[]> };
      assert.deepEqual(template.metadata, {
        labels: { "runner-pod": "runner", team: "ml" },
        annotations: { note: "x" },
      });
      return template.spec;
    };
    const shared = await specOf({ sampleImage: "pytorch:2" });
    assert.equal(shared["nodeName"], undefined);
    assert.deepEqual(
      shared["containers"]?.map(({ name, image }) => `${String(name)} ${String(image)}`),
      ["job pytorch:2", "logs fluent-bit:4.1.0"],
    );
    assert.equal(shared["initContainers"], undefined);
    const copied = await specOf({ mode: "kubernetes-novolume" });
    assert.deepEqual(
      copied["initContainers"]?.map(({ name, image }) => `${String(name)} ${String(image)}`),
      ["fs-init runner:1"],
    );
  });

  it("tells the name of its ConfigMap", async () => {
    let name: Promise<string> | undefined;
    await register(async () => {
      name = promiseOf(make().configMapName);
      await name;
    });
    assert.equal(await name, "arc-hook-gpu");
  });
});

import assert from "node:assert/strict";

import type { PodTemplate } from "../../components/pod";
import { program } from "../../components/program";
import { register, type Registration, type Registrations } from "../support/mocks";
import { type Changes, config } from "../support/settings";

function dev(changes: Changes = {}): Promise<Registrations> {
  return register(program, { stack: "dev", config: config(changes), secretKeys: ["kubeconfig", "githubToken"] });
}

/** The pod template of `runner-base`, as the set holds it and as the API server checks it. */
function podTemplates(registrations: Registrations): { template: PodTemplate | undefined; checked: unknown } {
  const type = "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet";
  const spec = registrations.get(type, "runner-base-scale-set").inputs["spec"] as { readonly template?: PodTemplate };
  const checked = registrations.get("kubernetes:core/v1:PodTemplate", "runner-base-pod-template").inputs["template"];
  return { template: spec.template, checked };
}

describe("the pod template of a scale set in the program", () => {
  it("is what the API server checks, exactly", async () => {
    const { template, checked } = podTemplates(await dev());
    assert.ok(template);
    assert.deepEqual(checked, template);
  });

  it("lays a pod template of the settings over the set, its check, quota and limits, and over no other resource", async () => {
    const podTemplate = {
      metadata: { labels: { team: "ci" } },
      spec: {
        containers: [
          { name: "runner", env: [{ name: "HTTPS_PROXY", value: "http://proxy:3128" }] },
          { name: "cache", image: "registry/cache:1", resources: { requests: { cpu: "250m", memory: "64Mi" } } },
        ],
      },
    };
    const changed = { "runner-base": { podTemplate } };
    const before = await dev();
    const after = await dev({ scaleSets: changed });
    assert.deepEqual(after.list(), before.list());

    const { template: plain } = podTemplates(before);
    const { template, checked } = podTemplates(after);
    assert.ok(plain && template);
    const [runner, ...others] = plain.spec.containers;
    assert.deepEqual(template, {
      metadata: { ...plain.metadata, labels: { ...plain.metadata.labels, team: "ci" } },
      spec: {
        ...plain.spec,
        containers: [
          { ...runner, env: [...(runner?.env ?? []), { name: "HTTPS_PROXY", value: "http://proxy:3128" }] },
          ...others,
          podTemplate.spec.containers[1],
        ],
      },
    });
    assert.deepEqual(checked, template);

    const quota = "kubernetes:core/v1:ResourceQuota";
    const hard = ({ inputs }: Registration): unknown => Reflect.get(Object(inputs["spec"]), "hard");
    // Ten runners and as much again as head room: 20 times the further container's requests.
    assert.deepEqual(hard(before.get(quota, "dind-quota")), {
      ...Object(hard(after.get(quota, "dind-quota"))),
      "requests.cpu": "20",
      "requests.memory": "40Gi",
    });
    assert.deepEqual(hard(after.get(quota, "dind-quota")), {
      ...Object(hard(before.get(quota, "dind-quota"))),
      "requests.cpu": "25",
      "requests.memory": "42240Mi",
    });
    const inputs = (run: Registrations): string[] => run.all.map((one) => `${one.name} ${JSON.stringify(one.inputs)}`);
    const same = new Set(inputs(before));
    const differing = inputs(after).filter((line) => !same.has(line));
    assert.deepEqual(differing.map((line) => line.split(" ")[0]).sort(), [
      "dind-limits",
      "dind-quota",
      "runner-base-pod-template",
      "runner-base-scale-set",
    ]);
  });
});

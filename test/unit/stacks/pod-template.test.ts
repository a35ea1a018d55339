import assert from "node:assert/strict";

import { type Changes, messageOf, settingsOf } from "../../support/settings";

const requests = { cpu: "10m", memory: "16Mi" };
const path = "scaleSets.runner-base.podTemplate.spec";
const noRunner = `${path}.containers: leaves no container "runner"; allowed: containers to add, or changes of runner and dind by name; fix: give every item a name: a list with an item that has none, or no items, replaces the computed one`;
const never = "allowed: Never: a runner takes one job and ends, and ARC makes the next one";
const account = "allowed: the name of a ServiceAccount, or leave it out for one without rights";
const quota = "not set; allowed: a quantity: the namespace has a quota";
const quantity = 'allowed: a quantity such as "250m", "1.5", "64Mi" or "10Gi"';

/** `runner-base` with something laid over the spec of its pod. */
const pod = (spec: unknown, more: Changes = {}): Changes => ({
  scaleSets: { "runner-base": { podTemplate: { spec }, ...more } },
});

describe("a pod template in the settings", () => {
  const right: readonly (readonly [string, unknown])[] = [
    ["nothing", {}],
    ["a variable of the runner", { containers: [{ name: "runner", env: [{ name: "A", value: "1" }] }] }],
    ["a further container with requests", { containers: [{ name: "cache", image: "i:1", resources: { requests } }] }],
    ["a further init container", { initContainers: [{ name: "warm-up", image: "i:1", resources: { requests } }] }],
    ["requests that are numbers", { containers: [{ name: "c", resources: { requests: { cpu: 1, memory: 1024 } } }] }],
    ["what is computed anyway", { restartPolicy: "Never" }],
    ["a service account of the user's", { serviceAccountName: "cache-reader" }],
    ["more requests for the runner", { containers: [{ name: "runner", resources: { requests: { cpu: "2" } } }] }],
  ];
  for (const [title, spec] of right) {
    it(`may hold ${title}`, () => {
      const { podTemplate } = settingsOf("dev", pod(spec)).scaleSets["runner-base"] ?? {};
      assert.deepEqual(podTemplate, { spec });
    });
  }

  const wrong: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["no containers", { containers: [] }, [noRunner]],
    [
      "a list that replaces the runner because an item has no name",
      { containers: [{ image: "i:1", resources: { requests } }] },
      [noRunner],
    ],
    [
      "something else where containers belong",
      { containers: "runner", initContainers: [1] },
      [
        `${path}.initContainers: given something else; allowed: a list of containers`,
        `${path}.containers: given something else; allowed: a list of containers`,
      ],
    ],
    ["a pod that restarts", { restartPolicy: "Always" }, [`${path}.restartPolicy: given "Always"; ${never}`]],
    ["an empty service account", { serviceAccountName: "" }, [`${path}.serviceAccountName: given ""; ${account}`]],
    ["a blank service account", { serviceAccountName: " " }, [`${path}.serviceAccountName: given " "; ${account}`]],
    ["no text as service account", { serviceAccountName: 1 }, [`${path}.serviceAccountName: given 1; ${account}`]],
    [
      "a further container without requests",
      { containers: [{ name: "runner" }, { name: "cache", image: "i:1" }] },
      [
        `${path}.containers.1.resources.requests.cpu: ${quota}`,
        `${path}.containers.1.resources.requests.memory: ${quota}`,
      ],
    ],
    [
      "limits alone, which the quota's sum would miss",
      { initContainers: [{ name: "warm-up", resources: { limits: requests } }] },
      [
        `${path}.initContainers.0.resources.requests.cpu: ${quota}`,
        `${path}.initContainers.0.resources.requests.memory: ${quota}`,
      ],
    ],
    [
      "a request taken from the runner",
      { containers: [{ name: "runner", resources: { requests: { cpu: null } } }] },
      [`${path}.containers.0.resources.requests.cpu: ${quota}`],
    ],
    [
      "malformed requests",
      { containers: [{ name: "runner", resources: { requests: { memory: "1 GB", "example.com/fpga": "one" } } }] },
      [
        `${path}.containers.0.resources.requests.memory: given "1 GB"; ${quantity}`,
        `${path}.containers.0.resources.requests["example.com/fpga"]: given "one"; ${quantity}`,
      ],
    ],
  ];
  for (const [title, spec, expected] of wrong) {
    it(`fails for ${title}`, () => {
      const [, ...lines] = messageOf("dev", pod(spec)).split("\n");
      assert.deepEqual(
        lines,
        expected.map((line) => `  ${line}`),
      );
    });
  }

  it("fails for another part than metadata and spec, and for a list in their place", () => {
    const [, ...lines] = messageOf("dev", {
      scaleSets: { "runner-base": { podTemplate: { kind: "Pod", spec: [] } } },
    }).split("\n");
    assert.deepEqual(lines, [
      "  scaleSets.runner-base.podTemplate.spec: given []; allowed: fields of a Kubernetes PodSpec",
      "  scaleSets.runner-base.podTemplate.kind: unknown key; allowed: metadata, spec",
    ]);
  });

  it("does not blame the pod template for requests that the set's resources lack", () => {
    const changes = pod(
      { containers: [{ name: "runner", env: [] }] },
      { resources: { runner: { requests: { cpu: null } } } },
    );
    assert.equal(
      messageOf("dev", changes),
      '1 problem in the settings of stack "dev":\n' +
        "  scaleSets.runner-base.resources.runner.requests.cpu: not set; allowed: a quantity: the namespace has a quota",
    );
  });

  it("shows no value of a variable, since it may be a secret", () => {
    const containers = { name: "runner", env: [{ name: "PASSWORD", value: "hunter2" }] };
    assert.ok(!messageOf("dev", pod({ containers })).includes("hunter2"));
  });
});

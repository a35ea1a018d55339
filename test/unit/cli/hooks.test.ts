import assert from "node:assert/strict";

import { checkStack, formatReport, isClean } from "../../../cli/hooks/check";
import { type SetTemplate, type ShowArgs, showPod } from "../../../cli/hooks/show";
import { UserError } from "../../../cli/user-error";
import { hookTemplate } from "../../../components/arc/hooks/hook-template";

const resources = { requests: { cpu: "1", memory: "1Gi" } };
const gpu: SetTemplate = {
  document: hookTemplate({ resources, device: { resource: "nvidia.com/gpu", count: 1 } }),
  mode: "kubernetes",
  runnerImage: "runner:1",
};
const bad: SetTemplate = {
  ...gpu,
  document: hookTemplate({ resources, template: { spec: { restartPolicy: "Always", affinity: {} } } }),
};
const args: ShowArgs = {
  sets: ["runner-base", "runner-gpu", "runner-cpu"],
  templates: new Map([
    ["runner-gpu", gpu],
    ["runner-cpu", { ...gpu, mode: "kubernetes-novolume" }],
  ]),
  set: "runner-gpu",
  image: "pytorch:2",
  services: [],
};

describe("npm run hooks -- show", () => {
  it("shows the pod of the set's line of hooks, named like a runner of the set", () => {
    const pod = showPod({ ...args, services: ["redis:7"] });
    assert.equal(pod.metadata.name, "runner-gpu-xxxxx-runner-xxxxx-workflow");
    assert.deepEqual(
      pod.spec.containers.map(({ name, image }) => [name, image]),
      [
        ["job", "pytorch:2"],
        ["redis", "redis:7"],
      ],
    );
    assert.equal(pod.spec["initContainers"], undefined);
    assert.notEqual(showPod({ ...args, set: "runner-cpu" }).spec["initContainers"], undefined);
  });

  it("names the pod after a runner that is given", () => {
    assert.equal(showPod({ ...args, runnerPod: "runner-gpu-9" }).metadata.name, "runner-gpu-9-workflow");
  });

  const mistakes: readonly (readonly [string, Partial<ShowArgs>, string])[] = [
    [
      "an unknown set, naming the nearest",
      { set: "runner-gup" },
      'there is no scale set "runner-gup"; allowed: runner-base, runner-gpu, runner-cpu; did you mean runner-gpu?',
    ],
    [
      "an unknown set like no other",
      { set: "x" },
      'there is no scale set "x"; allowed: runner-base, runner-gpu, runner-cpu',
    ],
    [
      "a DinD set",
      { set: "runner-base" },
      `"runner-base" is a DinD set: its jobs run in the runner's own pod, and no workflow pod is made; sets that make pods: runner-gpu, runner-cpu`,
    ],
    ["a service without a name", { services: ["redis/"] }, 'the image of a service, "redis/", has no name'],
  ];
  for (const [title, changes, message] of mistakes)
    it(`refuses ${title}`, () =>
      assert.throws(
        () => showPod({ ...args, ...changes }),
        (error) => error instanceof UserError && error.message === message,
      ));
});

describe("npm run hooks -- check", () => {
  it("says how many templates it found in order", () => {
    const report = checkStack("dev", () => args.templates);
    assert.ok(isClean(report));
    assert.equal(formatReport(report), 'stack "dev": no problems in 2 hook templates (runner-gpu, runner-cpu)');
    assert.equal(
      formatReport(checkStack("dev", () => new Map())),
      'stack "dev": no problems in 0 hook templates (none)',
    );
  });

  it("prints all problems of all sets", () => {
    const report = checkStack(
      "dev",
      () =>
        new Map([
          ["runner-gpu", gpu],
          ["runner-cpu", bad],
        ]),
    );
    assert.ok(!isClean(report));
    assert.equal(
      formatReport(report),
      `stack "dev": 2 problems
  runner-cpu: spec.affinity: given; allowed: nothing: it replaces the hook's own, which keeps the job on the node of its work volume; fix: use nodeSelector and tolerations
  runner-cpu: spec.restartPolicy: given "Always"; allowed: Never: a job must not begin again half-way`,
    );
  });

  it("passes on why settings were refused, but hides no fault of its own", () => {
    const report = checkStack("dev", () => {
      throw new UserError("2 problems in the settings");
    });
    assert.ok(!isClean(report));
    assert.equal(formatReport(report), "2 problems in the settings");
    assert.throws(() => checkStack("dev", () => assert.fail("a fault")), { message: "a fault" });
  });
});

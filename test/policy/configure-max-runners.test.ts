import assert from "node:assert/strict";

import type { ResourceValidationArgs } from "@pulumi/policy";

import { configureMaxRunners, maxRunnersViolation } from "../../policy/rules/configure-max-runners";

const type = "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet";

/** A scale set that complies, with some fields of its spec changed; `undefined` takes a field away. */
function scaleSet(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const fields: Record<string, unknown> = { minRunners: 1, maxRunners: 10, ...changes };
  const spec = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { metadata: { name: "runner-base", namespace: "runners" }, spec: Object.fromEntries(spec) };
}

describe("policy arc-runner-scale-set-configure-max-runners", () => {
  it("has the metadata by which it can be found and filtered", () => {
    const { name, description, enforcementLevel, severity } = configureMaxRunners;
    assert.deepEqual(
      [name, description, enforcementLevel, severity],
      [
        "arc-runner-scale-set-configure-max-runners",
        "Runner scale sets should set maxRunners, at least as high as minRunners.",
        "mandatory",
        "high",
      ],
    );
  });

  const compliant: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["both bounds", {}],
    ["equal bounds", { minRunners: 10 }],
    ["no minimum", { minRunners: undefined }],
    ["a drained set", { minRunners: 0, maxRunners: 0 }],
  ];
  for (const [title, changes] of compliant) {
    it(`accepts ${title}`, () => {
      assert.equal(maxRunnersViolation(type, scaleSet(changes)), undefined);
    });
  }

  const violating: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
    [
      "no maximum",
      { maxRunners: undefined },
      'runner scale set "runner-base" should set spec.maxRunners: without it ARC starts up to 2147483647 runners',
    ],
    [
      "a maximum in quotes",
      { maxRunners: "10" },
      'runner scale set "runner-base" should have numbers in spec.minRunners and spec.maxRunners: ARC ignores numbers in quotes',
    ],
    [
      "a minimum above the maximum",
      { minRunners: 11 },
      'runner scale set "runner-base" should have spec.minRunners (11) at most spec.maxRunners (10)',
    ],
  ];
  for (const [title, changes, message] of violating) {
    it(`reports ${title}`, () => {
      assert.equal(maxRunnersViolation(type, scaleSet(changes)), message);
      const reported: string[] = [];
      const { validateResource } = configureMaxRunners;
      assert.ok(typeof validateResource === "function");
      void validateResource({ type, props: scaleSet(changes) } as ResourceValidationArgs, (violation) =>
        reported.push(violation),
      );
      assert.deepEqual(reported, [message]);
    });
  }

  it("looks at no other type, not even at the same kind of another group", () => {
    assert.equal(
      maxRunnersViolation(
        "kubernetes:actions.summerwind.dev/v1alpha1:RunnerDeployment",
        scaleSet({ maxRunners: undefined }),
      ),
      undefined,
    );
    assert.equal(
      maxRunnersViolation("kubernetes:example.com/v1:AutoscalingRunnerSet", scaleSet({ maxRunners: undefined })),
      undefined,
    );
  });
});

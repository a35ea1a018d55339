import assert from "node:assert/strict";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import {
  countChanges,
  EngineFailed,
  EngineReport,
  formatChanges,
  identity,
  settingOf,
  valueAt,
} from "../../../../sandbox/platform/engine-report";

const stack = "urn:pulumi:local::runner-platform";
const platform = "runner-platform:index:Platform";
const setType = `${platform}$runner-platform:index:RunnerScaleSet`;
const urns = {
  set: `${stack}::${setType}$kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet::runner-base-scale-set`,
  secret: `${stack}::${setType}$kubernetes:core/v1:Secret::runner-base-github-secret`,
  podTemplate: `${stack}::${setType}$kubernetes:core/v1:PodTemplate::runner-base-pod-template`,
  component: `${stack}::${setType}::runner-base`,
  namespace: `${stack}::${platform}$kubernetes:core/v1:Namespace::dind-namespace`,
  stack: `${stack}::pulumi:pulumi:Stack::runner-platform-local`,
};

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly custom?: boolean;
  readonly old?: object;
  readonly new?: object;
  readonly paths?: readonly string[];
}

/** The parts of an engine's event that a report looks at. */
function step({ op, urn, custom = true, old, new: now, paths = [] }: Step): EngineEvent {
  const state = (inputs: object | undefined) => inputs && { urn, custom, inputs };
  const detailedDiff = Object.fromEntries(paths.map((path) => [path, { diffKind: "update", inputDiff: true }]));
  const metadata = { op, urn, old: state(old), new: state(now), detailedDiff };
  return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

function diagnostic(message: string, urn?: string, severity = "error"): EngineEvent {
  return { sequence: 0, timestamp: 0, diagnosticEvent: { message, urn, severity } } as unknown as EngineEvent;
}

function report(...events: readonly EngineEvent[]): EngineReport {
  const made = new EngineReport();
  for (const event of events) made.add(event);
  return made;
}

describe("EngineReport", () => {
  it("tells a changed field with its values before and after", () => {
    const { changes } = report(
      step({
        op: "update",
        urn: urns.set,
        old: { spec: { maxRunners: 10, template: { spec: { containers: [{ image: "a" }] } } } },
        new: { spec: { maxRunners: 5, template: { spec: { containers: [{ image: "b" }] } } } },
        paths: ["spec.maxRunners", "spec.template.spec.containers[0].image"],
      }),
    );
    assert.deepEqual(changes, [
      {
        operation: "update",
        kind: "AutoscalingRunnerSet",
        name: "runner-base-scale-set",
        fields: [
          { path: "spec.maxRunners", before: 10, after: 5 },
          { path: "spec.template.spec.containers[0].image", before: "a", after: "b" },
        ],
      },
    ]);
  });

  it("takes no step of a component for a change, nor for a resource that stays", () => {
    const made = report(
      step({ op: "update", urn: urns.component, custom: false, old: {}, new: {} }),
      step({ op: "create", urn: urns.component, custom: false, new: {} }),
      step({ op: "delete", urn: urns.component, custom: false, old: {} }),
      step({ op: "same", urn: urns.component, custom: false, old: {}, new: {} }),
    );
    assert.deepEqual(made.changes, []);
    assert.equal(made.unchanged, 0);
  });

  it("counts what stays, and is silent about reading and refreshing", () => {
    const made = report(
      ...["same", "same", "read", "refresh"].map((op) => step({ op, urn: urns.namespace, old: {}, new: {} })),
    );
    assert.deepEqual(made.changes, []);
    assert.equal(made.unchanged, 2);
  });

  it("tells a replacement once, although it takes three steps", () => {
    const made = report(
      ...["create-replacement", "replace", "delete-replaced"].map((op) =>
        step({ op, urn: urns.set, old: { spec: { a: 1 } }, new: { spec: { a: 2 } }, paths: ["spec.a"] }),
      ),
    );
    assert.deepEqual(
      made.changes.map(({ operation }) => operation),
      ["replace"],
    );
  });

  it("shows secrets as the engine hides them, also from inside a map that is secret as a whole", () => {
    const made = report(
      step({
        op: "update",
        urn: urns.secret,
        old: { stringData: "[secret]", data: { key: "[secret]" } },
        new: { stringData: "[secret]", data: { key: "[secret]" } },
        paths: ["stringData.github_token", "data.key"],
      }),
    );
    assert.deepEqual(formatChanges(made), [
      "~ Secret runner-base-github-secret",
      "    stringData.github_token: [secret] → [secret]",
      "    data.key: [secret] → [secret]",
    ]);
  });

  it("puts kind, name and setting to an error, and takes the engine's colours away", () => {
    const { errors } = report(
      diagnostic("<{%reset%}>PodTemplate is invalid<{%reset%}>\n", urns.podTemplate),
      diagnostic("field is immutable", urns.set),
      diagnostic("quota exceeded", urns.namespace),
    );
    assert.deepEqual(errors, [
      "PodTemplate runner-base-pod-template: PodTemplate is invalid\n  setting: scaleSets.runner-base.podTemplate, or what its pod is computed from: dind, images, resources",
      "AutoscalingRunnerSet runner-base-scale-set: field is immutable\n  setting: scaleSets.runner-base",
      "Namespace dind-namespace: quota exceeded",
    ]);
  });

  it("leaves an error of the whole stack, or of nobody, as it is", () => {
    const { errors } = report(diagnostic("boom", urns.stack), diagnostic("bang", ""), diagnostic("crash"));
    assert.deepEqual(errors, ["boom", "bang", "crash"]);
  });

  it("tells an error once, and neither warnings nor the engine's last line", () => {
    const { errors } = report(
      diagnostic("boom", urns.stack),
      diagnostic("boom", urns.stack),
      diagnostic("update failed", urns.stack),
      diagnostic("preview failed"),
      diagnostic(" \n"),
      diagnostic("careful", urns.stack, "warning"),
    );
    assert.deepEqual(errors, ["boom"]);
  });
});

describe("settingOf", () => {
  const child = (type: string, name: string): string => `${stack}::${setType}$kubernetes:${type}::${name}`;
  const cases: readonly (readonly [string, string | undefined])[] = [
    [urns.set, "scaleSets.runner-base"],
    [urns.secret, "scaleSets.runner-base"],
    [child("rbac.authorization.k8s.io/v1:RoleBinding", "runner-base-manager-role-binding"), "scaleSets.runner-base"],
    [child("core/v1:ServiceAccount", "my-scale-set-service-account"), "scaleSets.my-scale-set"],
    [child("x:AutoscalingRunnerSet", "a-pod-template-scale-set"), "scaleSets.a-pod-template"],
    [child("rbac.authorization.k8s.io/v1:Role", "runner-gpu-hook-role"), "scaleSets.runner-gpu"],
    [
      `${stack}::${platform}$runner-platform:index:HookTemplate$kubernetes:core/v1:PodTemplate::runner-gpu-hook-pod-template`,
      "scaleSets.runner-gpu.job, or what the pod of a job is computed from: pools, caches, registry",
    ],
    [child("core/v1:ConfigMap", "something-else"), undefined],
    [urns.component, undefined],
    [urns.namespace, undefined],
    [urns.stack, undefined],
    ["", undefined],
  ];
  it("names what takes a protection off, when a protected set would go", () => {
    const message = "unable to replace resource: it is currently marked for protection. To unprotect the resource, ...";
    assert.match(
      settingOf(urns.set, message) ?? "",
      /^scaleSets\.runner-base\.allowReplace: true, in an update before/,
    );
  });

  for (const [urn, setting] of cases) {
    it(`is ${String(setting)} for ${urn.split("::").at(-1) ?? ""}`, () => {
      assert.equal(settingOf(urn), setting);
    });
  }
});

describe("identity", () => {
  it("takes kind and name out of a URN, also when the name holds the separator", () => {
    assert.deepEqual(identity(urns.set), { kind: "AutoscalingRunnerSet", name: "runner-base-scale-set" });
    assert.deepEqual(identity(`${stack}::a:b:C::x::y`), { kind: "C", name: "x::y" });
  });
});

describe("valueAt", () => {
  const root = { a: { b: [{ c: 1 }, { c: 2 }], 'x.y/"z"': 3, "[0]": 4 }, s: "[secret]", t: "text" };
  const cases: readonly (readonly [string, unknown])[] = [
    ["a.b[1].c", 2],
    ["a.b[2].c", undefined],
    ["a.missing.deeper", undefined],
    ['a["[0]"]', 4],
    ["s", "[secret]"],
    ["s.inside[0]", "[secret]"],
    ["t.length", undefined],
  ];
  for (const [path, value] of cases) {
    it(`is ${JSON.stringify(value)} at ${path}`, () => {
      assert.deepEqual(valueAt(root, path), value);
    });
  }

  it("reads keys with dots, slashes and quotes", () => {
    assert.equal(valueAt({ labels: { "app.kubernetes.io/name": "x" } }, 'labels["app.kubernetes.io/name"]'), "x");
    assert.equal(valueAt(root, 'a["x.y/\\"z\\""]'), 3);
  });
});

describe("formatChanges and countChanges", () => {
  const made = report(
    step({ op: "create", urn: urns.namespace, new: {} }),
    step({ op: "same", urn: urns.secret, old: {}, new: {} }),
    step({
      op: "update",
      urn: urns.podTemplate,
      old: { a: "x".repeat(200) },
      new: { b: [1] },
      paths: ["a", "b"],
    }),
    step({ op: "replace", urn: urns.set, old: {}, new: {} }),
    step({ op: "delete", urn: urns.secret, old: {} }),
  );

  it("begins with what is replaced or deleted, and cuts long values short", () => {
    assert.deepEqual(formatChanges(made), [
      "± AutoscalingRunnerSet runner-base-scale-set (replaced)",
      "- Secret runner-base-github-secret",
      "+ Namespace dind-namespace",
      "~ PodTemplate runner-base-pod-template",
      `    a: ${"x".repeat(117)}... → (not set)`,
      "    b: (not set) → [1]",
    ]);
  });

  it("counts by kind of change", () => {
    assert.equal(countChanges(made), "1 created, 1 updated, 1 deleted, 1 replaced, 1 unchanged");
    assert.equal(countChanges(report()), "0 unchanged");
  });
});

describe("EngineFailed", () => {
  it("says the engine's words, or the cause when there are none", () => {
    const cause = new Error("exit code 255");
    assert.equal(new EngineFailed(["boom", "bang"], cause).message, "boom\n\nbang");
    assert.equal(new EngineFailed([], cause).message, "Error: exit code 255");
    assert.equal(new EngineFailed([], cause).cause, cause);
  });
});

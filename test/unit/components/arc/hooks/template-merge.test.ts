import assert from "node:assert/strict";

import fc from "fast-check";

import type { HookLine, HookTemplateDocument, TemplateContainer } from "../../../../../components/arc/hooks/hook-input";
import { workflowPod } from "../../../../../components/arc/hooks/workflow-pod";
import { deepFreeze } from "../../../../../stacks/merge";
import { runner } from "./hook-fixtures";

/** The rules of the documentation (docs/hooks.md), told by what goes in and what comes out. */
const lines = fc.constantFrom<HookLine>("0.7", "0.8");
const job = deepFreeze({ image: "job:1", environmentVariables: { A: "1" }, portMappings: ["80"] });
const services = deepFreeze([{ image: "redis:7" }, { image: "library/postgres" }]);

const appended = ["env", "volumeMounts", "ports"] as const;
const value = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.integer(),
  fc.array(fc.string()),
  fc.dictionary(fc.string(), fc.string()),
);
const items = fc.array(fc.record({ name: fc.string({ minLength: 1 }) }), { maxLength: 3 });
const otherFields = fc.dictionary(
  fc.constantFrom(
    "command",
    "args",
    "resources",
    "securityContext",
    "workingDir",
    "tty",
    "lifecycle",
    "envFrom",
    "madeUp",
  ),
  value,
);
const containerOf = (names: fc.Arbitrary<string>): fc.Arbitrary<TemplateContainer> =>
  fc
    .tuple(
      names,
      otherFields,
      fc.record({ env: items, volumeMounts: items, ports: items, image: fc.string() }, { requiredKeys: [] }),
    )
    .map(([name, other, known]) => ({ ...other, ...known, name }));
const container = containerOf(
  fc.constantFrom("$job", "$redis", "$postgres", "$nobody", "$", "logs", "metrics", "dollar$"),
);
const distinct = (list: readonly TemplateContainer[]) =>
  list.filter(({ name }, at) => list.findIndex((c) => c.name === name) === at);
const texts = fc.dictionary(fc.constantFrom("team", "runner-pod", "note"), fc.string());
const specFields = fc.dictionary(
  fc.constantFrom(
    "affinity",
    "nodeSelector",
    "nodeName",
    "tolerations",
    "restartPolicy",
    "initContainers",
    "securityContext",
    "imagePullSecrets",
    "madeUp",
  ),
  value,
);
const templates: fc.Arbitrary<HookTemplateDocument> = fc
  .record({
    metadata: fc.record({ labels: texts, annotations: texts }, { requiredKeys: [] }),
    fields: specFields,
    containers: fc.array(container, { maxLength: 6 }).map(distinct),
    volumes: items,
  })
  .map(({ metadata, fields, containers, volumes }) => ({ metadata, spec: { ...fields, containers, volumes } }));

interface Merge {
  readonly template: HookTemplateDocument;
  readonly before: ReturnType<typeof workflowPod>;
  readonly after: ReturnType<typeof workflowPod>;
}

/** Checks a property of the pod with a template against the pod without one. */
function holds(property: (merge: Merge, line: HookLine) => void): void {
  fc.assert(
    fc.property(lines, templates, (line, template) => {
      const args = { line, runner, job, services, registrySecret: "login" };
      property({ template, before: workflowPod(args), after: workflowPod({ ...args, template }) }, line);
    }),
  );
}

const named = (list: readonly { readonly name?: string }[] | undefined, name: string) =>
  list?.find((one) => one.name === name) as Readonly<Record<string, unknown>> | undefined;
const list = (field: unknown): readonly unknown[] => (Array.isArray(field) ? field : []);

describe("a hook template laid over a workflow pod", () => {
  it("replaces every field of the spec but containers and volumes", () => {
    holds(({ template, before, after }) => {
      for (const field of new Set([...Object.keys(before.spec), ...Object.keys(template.spec ?? {})])) {
        if (field === "containers" || field === "volumes") continue;
        const given = Object.hasOwn(template.spec ?? {}, field);
        assert.deepEqual(after.spec[field], given ? template.spec?.[field] : before.spec[field], field);
      }
    });
  });

  it("puts its volumes behind the hook's own", () => {
    holds(({ template, before, after }) => {
      assert.deepEqual(after.spec.volumes, [...(before.spec.volumes ?? []), ...(template.spec?.volumes ?? [])]);
    });
  });

  it("adds each side-car once, as it is, behind the hook's containers", () => {
    holds(({ template, before, after }) => {
      const sidecars = template.spec?.containers?.filter(({ name }) => name?.startsWith("$") === false);
      assert.deepEqual(after.spec.containers.slice(before.spec.containers.length), sidecars);
    });
  });

  it("leaves no container whose name begins with $, and keeps the hook's own in their order", () => {
    holds(({ after }) => {
      const names = after.spec.containers.map(({ name }) => name);
      assert.deepEqual(names.slice(0, 3), ["job", "redis", "postgres"]);
      assert.ok(!names.some((name) => name?.startsWith("$")));
    });
  });

  it("replaces every field of a container but name, image and the three lists that are appended to", () => {
    holds(({ template, before, after }) => {
      for (const name of ["job", "redis", "postgres"]) {
        const own = named(before.spec.containers, name) ?? {};
        const extension = named(template.spec?.containers, `$${name}`) ?? {};
        const result = named(after.spec.containers, name) ?? {};
        assert.equal(result["name"], own["name"]);
        assert.equal(result["image"], own["image"]);
        for (const field of new Set([...Object.keys(own), ...Object.keys(extension)])) {
          if (["name", "image", ...appended].includes(field)) continue;
          assert.deepEqual(result[field], Object.hasOwn(extension, field) ? extension[field] : own[field], field);
        }
      }
    });
  });

  it("puts env and ports of a container behind the hook's own, in both lines", () => {
    holds(({ template, before, after }) => {
      for (const name of ["job", "redis", "postgres"])
        for (const field of ["env", "ports"]) {
          const own = list(named(before.spec.containers, name)?.[field]);
          const more = list(named(template.spec?.containers, `$${name}`)?.[field]);
          assert.deepEqual(named(after.spec.containers, name)?.[field], [...own, ...more]);
        }
    });
  });

  it("puts mounts of a container behind the hook's own: its own ones in 0.7, those of all in 0.8", () => {
    holds(({ template, before, after }, line) => {
      const of = (name: string) => list(named(template.spec?.containers, `$${name}`)?.["volumeMounts"]);
      const all = ["job", "redis", "postgres"].flatMap(of);
      for (const name of ["job", "redis", "postgres"]) {
        const own = list(named(before.spec.containers, name)?.["volumeMounts"]);
        const mounts = named(after.spec.containers, name)?.["volumeMounts"];
        assert.deepEqual(mounts, [...own, ...(line === "0.7" ? of(name) : all)]);
      }
    });
  });

  it("adds labels and annotations and wins where both have one, but never names the pod", () => {
    holds(({ template, before, after }) => {
      for (const kind of ["labels", "annotations"] as const)
        assert.deepEqual(after.metadata[kind], { ...before.metadata[kind], ...template.metadata?.[kind] });
      assert.equal(after.metadata.name, before.metadata.name);
    });
  });

  it("alters none of what it is given", () => {
    fc.assert(
      fc.property(lines, templates, (line, template) => {
        const args = { line, runner, job, services, template };
        const copy = JSON.stringify(args);
        workflowPod(deepFreeze(args));
        assert.equal(JSON.stringify(args), copy);
      }),
    );
  });

  it("takes mounts, ports and volumes away with null, but no variables", () => {
    const template: HookTemplateDocument = {
      spec: { containers: [{ name: "$job", env: null, ports: null, volumeMounts: null }], volumes: null },
    };
    const { spec } = workflowPod({ line: "0.8", runner, job, services, template });
    const [first, second] = spec.containers;
    assert.deepEqual([first?.ports, first?.volumeMounts, spec.volumes], [null, null, null]);
    assert.equal(first?.env?.length, 3);
    assert.equal(second?.volumeMounts?.length, 3);
  });
});

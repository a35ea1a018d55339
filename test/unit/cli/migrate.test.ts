import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { type InputFile, migrate, type Migration } from "../../../cli/migrate/migrate";
import { configOf, type Migrated, renderJson, renderText } from "../../../cli/migrate/render";
import { formatProblems } from "../../../stacks/problems";
import { decode } from "../../support/settings";

const folder = join(__dirname, "../../fixtures/legacy");
const github = "https://github.com";

function fixture(name: string): InputFile {
  return { name, text: readFileSync(join(folder, name), "utf8") };
}

function migrated(files: readonly InputFile[], host = github): readonly Migrated[] {
  const result = migrate(files, host);
  if ("errors" in result) throw new Error(result.errors.join("\n"));
  return result.migrated;
}

function errors(...files: readonly InputFile[]): readonly string[] {
  const result: Migration = migrate(files, github);
  return "errors" in result ? result.errors : [];
}

/** A file with one RunnerDeployment, and an autoscaler unless there is none. */
function input(runner: object, autoscaler?: object, outer: object = {}): InputFile {
  const object = (kind: string, name: string, spec: object): string =>
    JSON.stringify({ apiVersion: "actions.summerwind.dev/v1alpha1", kind, metadata: { name }, spec });
  const own = { organization: "acme", image: "registry/actions-runner:v2.306.0-ubuntu-22.04", ...runner };
  const documents = [object("RunnerDeployment", "builder", { ...outer, template: { spec: own } })];
  if (autoscaler)
    documents.push(
      object("HorizontalRunnerAutoscaler", "scaler", { scaleTargetRef: { name: "builder" }, ...autoscaler }),
    );
  return { name: "input.yaml", text: documents.join("\n---\n") };
}

const queue = { type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] };

function only(file: InputFile): Migrated {
  const [first, ...others] = migrated([file]);
  assert.ok(first);
  assert.equal(others.length, 0);
  return first;
}

function notes({ notes: list }: Migrated): Record<string, string> {
  return Object.fromEntries(list.map(({ subject, text }) => [subject, text]));
}

function mistakes({ mistakes: list }: Migrated): string[] {
  return formatProblems("test", list)
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

describe("npm run migrate", () => {
  it("turns the tutorial's runners into a set from zero, and tells its mistakes", () => {
    assert.equal(
      renderText(migrated([fixture("tutorial.yaml")])),
      readFileSync(join(folder, "tutorial.expected.yaml"), "utf8"),
    );
  });

  it("turns the enterprise's runners into a set with a weekend window", () => {
    assert.equal(
      renderText(migrated([fixture("enterprise.yaml")], "https://ghes.example.com")),
      readFileSync(join(folder, "enterprise.expected.yaml"), "utf8"),
    );
  });

  it("turns runners with devices into a set of Kubernetes mode with a pool", () => {
    const set = only(fixture("gpu-set.yaml"));
    assert.deepEqual(configOf([set]), {
      "runner-platform:github": { configUrl: "https://github.com/acme" },
      "runner-platform:pools": {
        "ml-gpu-nodes": {
          nodeSelector: { "nvidia.com/gpu.present": "true" },
          tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
          nodes: 3,
          device: { resource: "nvidia.com/gpu", perNode: 1 },
        },
      },
      "runner-platform:scaleSets": {
        "ml-gpu": {
          mode: "kubernetes",
          pool: "ml-gpu-nodes",
          minRunners: 0,
          maxRunners: 3,
          schedule: [{ name: "override-1", start: "0 22 * * *", end: "0 6 * * *", timeZone: "Etc/UTC", minRunners: 1 }],
          runnerGroup: "ml",
          job: { devices: 1, resources: { requests: { cpu: "4", memory: "16Gi" }, limits: { memory: "16Gi" } } },
          podTemplate: { spec: { containers: [{ name: "runner", env: [{ name: "TEAM", value: "ml" }] }] } },
        },
      },
    });
    assert.deepEqual(Object.keys(notes(set)), [
      "labels",
      "image",
      "container mode",
      "scheduledOverrides.0",
      "scheduledOverrides.1",
      "pools.ml-gpu-nodes",
      "env and volumeMounts",
      "workDir",
      "volumeClaimTemplates",
      "RunnerSet",
      "scaleUpTriggers",
    ]);
    assert.deepEqual(mistakes(set), []);
  });

  it("prints settings that are accepted as they are", () => {
    for (const name of ["tutorial.yaml", "enterprise.yaml", "gpu-set.yaml"]) {
      const printed = parse(renderText(migrated([fixture(name)]))) as { config: Record<string, unknown> };
      const changes = Object.entries(printed.config).map(([key, value]) => [
        key.replace("runner-platform:", ""),
        value,
      ]);
      const result = decode("dev", Object.fromEntries(changes) as Record<string, unknown>);
      assert.deepEqual("problems" in result ? formatProblems(name, result.problems) : "", "");
    }
  });

  it("prints the same as JSON", () => {
    const sets = migrated([fixture("tutorial.yaml")]);
    const printed = JSON.parse(renderJson(sets)) as Record<string, unknown>;
    assert.deepEqual(printed["config"], configOf(sets));
    assert.deepEqual(Object.keys((printed["sets"] as object[])[0] ?? {}), ["name", "sources", "mistakes", "notes"]);
  });

  it("keeps a fixed number of runners", () => {
    assert.deepEqual(only(input({}, undefined, { replicas: 3 })).set, { mode: "dind", minRunners: 3, maxRunners: 3 });
    assert.deepEqual(only(input({})).set, { mode: "dind", minRunners: 1, maxRunners: 1 });
  });

  it("pairs objects of different files, wherever they stand", () => {
    const [first, second] = input({}, { minReplicas: 0, maxReplicas: 2, metrics: [queue] }).text.split("\n---\n");
    const sets = migrated([
      { name: "hra.yaml", text: second ?? "" },
      { name: "runners.yaml", text: first ?? "" },
    ]);
    assert.deepEqual(sets[0]?.sources, ["runners.yaml, document 1", "hra.yaml, document 1"]);
  });

  it("keeps each set's address when they register in several places, and says what that takes", () => {
    const one = input({});
    const other = { name: "other.yaml", text: input({ organization: "umbrella" }).text.replace("builder", "tester") };
    const sets = migrated([one, other]);
    const { "runner-platform:github": github, "runner-platform:scaleSets": made } = configOf(sets);
    assert.deepEqual(github, { configUrl: "https://github.com/acme" });
    const own = Object.values(made as Record<string, Record<string, unknown>>).map((set) => set["github"]);
    assert.deepEqual(own, [undefined, { configUrl: "https://github.com/umbrella" }]);
    assert.match(
      renderText(sets),
      /# {3}- github\.configUrl: the sets register with https:\/\/github\.com\/acme and https:\/\/github\.com\/umbrella\. One credential serves them all/,
    );
  });

  const told: readonly (readonly [string, object, string, string])[] = [
    [
      "a runner without daemon",
      { dockerEnabled: false },
      "dockerEnabled",
      "these runners had no Docker daemon; mode dind brings a privileged one. If every job names a `container:`, use mode: kubernetes, which has none.",
    ],
    [
      "container mode",
      { containerMode: "kubernetes", workVolumeClaimTemplate: {} },
      "container mode",
      "jobs run in a pod of their own, in the image that `container:` names, and every job must name one. There is no Docker daemon.",
    ],
    [
      "runners that take several jobs",
      { ephemeral: false },
      "ephemeral",
      "each runner takes one job and ends; what jobs left for each other belongs into a cache.",
    ],
    [
      "a credential of their own",
      { githubAPICredentialsFrom: { secretRef: { name: "other" } } },
      "githubAPICredentialsFrom",
      "all scale sets of a stack use its one credential, githubToken or githubAppPrivateKey.",
    ],
    [
      "references to objects",
      { volumes: [{ name: "ca", configMap: { name: "harbor-ca" } }] },
      "volumes and variables",
      "the objects they name must exist in the namespace of the set.",
    ],
    ["unknown fields", { initContainers: [] }, "initContainers", "left out: no scale set has a place for it."],
  ];
  for (const [title, runner, subject, text] of told) {
    it(`tells what becomes of ${title}`, () => {
      assert.equal(notes(only(input(runner)))[subject], text);
    });
  }

  it("tells the mistakes of an autoscaler, those of its form among them", () => {
    const metric = { type: "PercentageRunnersBusy", scaleUpAdujustment: 2, scaleUpThreshold: 0.75 };
    assert.deepEqual(mistakes(only(input({}, { minReplicas: 0, maxReplicas: 5, metrics: [metric] }))), [
      'scaler.metrics.0.scaleUpThreshold: given 0.75; allowed: a number in quotes, such as "0.75"; fix: put it in quotes',
      "scaler.metrics.0.scaleUpAdujustment: unknown key; allowed: type, repositoryNames, scaleUpThreshold, scaleDownThreshold, scaleUpFactor, scaleDownFactor, scaleUpAdjustment, scaleDownAdjustment; fix: did you mean scaleUpAdjustment?",
    ]);
    const wrongName = { type: "TotalNumberOfQueuedAndInProgressWorkflows" };
    assert.deepEqual(mistakes(only(input({}, { minReplicas: 1, maxReplicas: 5, metrics: [wrongName] }))), [
      'scaler.metrics.0.type: given "TotalNumberOfQueuedAndInProgressWorkflows"; allowed: one of TotalNumberOfQueuedAndInProgressWorkflowRuns, PercentageRunnersBusy',
    ]);
    const busy = { minReplicas: 0, maxReplicas: 5, metrics: [{ type: "PercentageRunnersBusy" }] };
    assert.deepEqual(
      mistakes(only(input({}, busy))).map((line) => line.split(": ")[0]),
      ["scaler.minReplicas"],
    );
  });

  it("tells a name that no scale set may have", () => {
    const file = input({});
    assert.deepEqual(mistakes(only({ ...file, text: file.text.replace("builder", "ha-101") })), [
      'ha-101: given "ha-101" as the name of a scale set; allowed: a name that says what the runners are for; fix: names like ha-... are host names: use one such as runner-gpu',
    ]);
  });

  for (const name of ["gpu", "runner-gpu"]) {
    it(`tells that ${name} would get into the way of the platform's own set`, () => {
      const file = input({});
      assert.deepEqual(mistakes(only({ ...file, text: file.text.replace("builder", name) })), [
        `${name}: given "${name}", beside the platform's own set runner-gpu; fix: rename it here, or take that set away with scaleSets.runner-gpu: null`,
      ]);
    });
  }

  it("leaves out an override without offset, and says so", () => {
    const override = { startTime: "2026-07-18T00:00:00", endTime: "2026-07-20T00:00:00", minReplicas: 1 };
    const set = only(input({}, { minReplicas: 1, maxReplicas: 5, metrics: [queue], scheduledOverrides: [override] }));
    assert.equal("schedule" in set.set, false);
    assert.equal(notes(set)["scheduledOverrides.0"], "it was left out: see the mistakes.");
    assert.equal(mistakes(set).length, 2);
  });
});

describe("input of npm run migrate that cannot be read", () => {
  const api = "apiVersion: actions.summerwind.dev/v1alpha1\n";
  const cases: readonly (readonly [string, string, string])[] = [
    [
      "a scale set",
      "kind: AutoscalingRunnerSet",
      'a.yaml, document 1: kind "AutoscalingRunnerSet"; allowed: RunnerDeployment, RunnerSet, HorizontalRunnerAutoscaler',
    ],
    [
      "a mistyped kind",
      "kind: RunnerDeploymnet",
      'a.yaml, document 1: kind "RunnerDeploymnet"; allowed: RunnerDeployment, RunnerSet, HorizontalRunnerAutoscaler; fix: did you mean RunnerDeployment?',
    ],
    ["a text", "hello", "a.yaml, document 1: no Kubernetes object"],
    [
      "another group",
      "apiVersion: v1\nkind: RunnerSet",
      'a.yaml, document 1: apiVersion "v1"; allowed: actions.summerwind.dev/v1alpha1',
    ],
    ["no name", `${api}kind: RunnerSet`, "a.yaml, document 1: a RunnerSet without metadata.name"],
    ["no spec", `${api}kind: RunnerSet\nmetadata: { name: a }`, "a.yaml, document 1: RunnerSet a without spec"],
    ["nothing", "", "a.yaml: no legacy objects"],
    [
      "an autoscaler alone",
      `${api}kind: HorizontalRunnerAutoscaler\nmetadata: { name: a }\nspec: { scaleTargetRef: { name: b } }`,
      'a.yaml, document 1: a scales RunnerDeployment "b", which is not in the input; fix: give its file too',
    ],
  ];
  for (const [title, text, message] of cases) {
    it(`is named: ${title}`, () => {
      assert.deepEqual(errors({ name: "a.yaml", text }), [message]);
    });
  }

  it("is named by file and document, all at once, broken YAML among it", () => {
    const found = errors({ name: "a.yaml", text: "kind: Pod\n---\na: [" }, { name: "b.yaml", text: "kind: Job" });
    assert.deepEqual(
      found.map((message) => message.split(": ")[0]),
      ["a.yaml, document 1", "a.yaml, document 2", "b.yaml, document 1"],
    );
    assert.match(found[1] ?? "", /^a\.yaml, document 2: no valid YAML: /);
  });

  it("is a name given twice", () => {
    const file = input({});
    assert.deepEqual(errors(file, { ...file, name: "again.yaml" }), [
      "again.yaml, document 1: RunnerDeployment builder is in input.yaml, document 1 too",
    ]);
  });
});

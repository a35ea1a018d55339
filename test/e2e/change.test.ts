import { strict as assert } from "node:assert";
import { waitUntil } from "../../sandbox/cluster/start";
import { countJobs } from "../../sandbox/github/jobs";
import type { Change } from "../../sandbox/platform/engine-report";
import { custom, github, local, localOk } from "./support/sandbox";
import { stackFile } from "./support/stack-file";

interface ScaleSetObject {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly maxRunners: number };
}

async function scaleSetObject(namespace = "arc-runners-dind", name = "runner-base"): Promise<ScaleSetObject> {
  return (await custom().getNamespacedCustomObject({
    group: "actions.github.com",
    version: "v1alpha1",
    namespace,
    plural: "autoscalingrunnersets",
    name,
  })) as ScaleSetObject;
}

describe("a changed setting", () => {
  const changed = stackFile({ scaleSets: { "runner-base": { maxRunners: 12 } } });

  it("shows up in the preview as exactly that change", async () => {
    const { output } = await localOk("--config", changed, "preview", "--json");
    const { changes } = JSON.parse(output) as { changes: Change[] };
    const ofTheSet = changes.filter(({ kind }) => kind === "AutoscalingRunnerSet");
    assert.deepEqual(ofTheSet, [
      {
        operation: "update",
        kind: "AutoscalingRunnerSet",
        name: ofTheSet[0]?.name,
        fields: [{ path: "spec.maxRunners", before: 10, after: 12 }],
      },
    ]);
    // The namespace's quota and disruption budget follow from maxRunners; nothing else may change with it.
    assert.deepEqual(
      changes
        .filter(({ kind }) => kind !== "AutoscalingRunnerSet")
        .map(({ kind, operation }) => [operation, kind])
        .sort(),
      [
        ["update", "PodDisruptionBudget"],
        ["update", "ResourceQuota"],
      ],
    );
  });

  it("is applied in place, and jobs queued before and after are served", async () => {
    const before = await scaleSetObject();
    assert.equal(before.spec.maxRunners, 10);
    const early = await github().queueJobs({ scaleSet: "runner-base", count: 3, seconds: 20 });
    await localOk("--config", changed, "up");
    const after = await scaleSetObject();
    assert.equal(after.spec.maxRunners, 12);
    assert.equal(after.metadata.uid, before.metadata.uid, "the object was not replaced");
    await localOk("jobs", "runner-base", "--count", "2", "--seconds", "1");
    await waitUntil(120, "the jobs that were queued before to end", async () => {
      return countJobs(await github().jobs({ batch: early.batch })).completed === 3;
    });
    const jobs = await github().ledger({ batch: early.batch });
    assert.deepEqual(
      jobs.map(({ result, starts }) => [result, starts]),
      [
        ["succeeded", 1],
        ["succeeded", 1],
        ["succeeded", 1],
      ],
    );
  });

  it("goes back with the default configuration", async () => {
    await localOk();
    assert.equal((await scaleSetObject()).spec.maxRunners, 10);
  });
});

describe("a set that may not be replaced", () => {
  const kept = { "runner-hybrid": { allowReplace: false } };

  it("is kept when a change would replace or drop it, and the message names the setting that lets it go", async () => {
    const before = await scaleSetObject("arc-runners-kubernetes", "runner-hybrid");
    await localOk("--config", stackFile({ scaleSets: kept }), "up");
    const elsewhere = stackFile({ scaleSets: { "runner-hybrid": { allowReplace: false, runnerGroup: "builders" } } });
    for (const refused of [elsewhere, stackFile({ scaleSets: { "runner-hybrid": null } })]) {
      // The preview refuses already; what an update would do is never begun.
      const { code, output } = await local("--config", refused, "preview");
      assert.equal(code, 1);
      assert.match(output, /runner-hybrid-scale-set.*protect/s);
      assert.match(output, /setting: scaleSets\.runner-hybrid\.allowReplace: true, in an update before this one/);
    }
    const after = await scaleSetObject("arc-runners-kubernetes", "runner-hybrid");
    assert.equal(after.metadata.uid, before.metadata.uid);
  });

  it("is replaced once the settings have let it go", async () => {
    await localOk();
    const { output } = await localOk("--config", stackFile({ scaleSets: { "runner-hybrid": null } }), "up");
    assert.match(output, /deleted/);
    await localOk();
  });
});

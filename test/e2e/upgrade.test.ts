import { strict as assert } from "node:assert";
import { waitUntil } from "../../sandbox/cluster/start";
import { countJobs } from "../../sandbox/github/jobs";
import { type OtherRelease, otherRelease } from "./support/arc-release";
import { core, custom, figure, github, localOk } from "./support/sandbox";
import { stackFile } from "./support/stack-file";

interface ScaleSetObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels: Readonly<Record<string, string>> };
}

async function scaleSets(): Promise<readonly ScaleSetObject[]> {
  const { items } = (await custom().listClusterCustomObject({
    group: "actions.github.com",
    version: "v1alpha1",
    plural: "autoscalingrunnersets",
  })) as { items: ScaleSetObject[] };
  return items;
}

/** The three steps of docs/upgrade-arc.md as settings. */
function steps({ version, image, chart }: OtherRelease) {
  const target = { version, controllerChart: { chart } };
  return {
    pause: stackFile({ arc: { replicas: 0 } }),
    change: stackFile({ arc: { ...target, replicas: 0 }, images: { controller: image } }),
    resume: stackFile({ arc: target, images: { controller: image } }),
  };
}

async function controllers(): Promise<number> {
  const labelSelector = "app.kubernetes.io/component=controller-manager";
  return (await core().listNamespacedPod({ namespace: "arc-systems", labelSelector })).items.length;
}

describe("an upgrade of ARC to another version label", () => {
  let original: readonly ScaleSetObject[];
  let release: OtherRelease;

  before(async function () {
    this.timeout(20 * 60_000);
    release = await otherRelease("0.6.2");
    original = await scaleSets();
  });

  it("keeps every set, its running jobs and its queue", async () => {
    const { pause, change, resume } = steps(release);
    const running = await github().queueJobs({ scaleSet: "runner-base", count: 2, seconds: 90 });
    await waitUntil(
      120,
      "a job to run",
      async () => countJobs(await github().jobs({ batch: running.batch })).running > 0,
    );

    await localOk("--config", pause, "up");
    await waitUntil(120, "the controller to be gone", async () => (await controllers()) === 0);
    const queued = await github().queueJobs({ scaleSet: "runner-base", count: 4, seconds: 1 });
    await localOk("--config", change, "up");
    const labels = new Set((await scaleSets()).map(({ metadata }) => metadata.labels["app.kubernetes.io/version"]));
    assert.deepEqual([...labels], [release.version]);

    const began = Date.now();
    await localOk("--config", resume, "up");
    figure(
      `upgrade: ${((Date.now() - began) / 1000).toFixed(0)} s from starting the new controller to connected listeners`,
    );
    assert.deepEqual(
      (await scaleSets()).map(({ metadata }) => metadata.uid).sort(),
      original.map(({ metadata }) => metadata.uid).sort(),
      "the same objects",
    );
    for (const { batch } of [running, queued]) {
      await waitUntil(300, "all jobs to end", async () => {
        const counts = countJobs(await github().jobs({ batch }));
        return counts.completed === counts.total;
      });
      const ledger = await github().ledger({ batch });
      assert.deepEqual([...new Set(ledger.map(({ result, starts }) => `${result ?? ""} ${starts}`))], ["succeeded 1"]);
    }
  });

  it("goes back the same way", async () => {
    const { change, pause } = steps(release);
    await localOk("--config", change, "up");
    await localOk("--config", pause, "up");
    const { output } = await localOk();
    assert.match(output, /Scale sets: registered, listeners connected/);
    assert.deepEqual(
      (await scaleSets()).map(({ metadata }) => metadata.uid).sort(),
      original.map(({ metadata }) => metadata.uid).sort(),
    );
  });
});

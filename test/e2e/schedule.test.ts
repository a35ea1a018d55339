import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, PatchStrategy } from "@kubernetes/client-node";
import { waitUntil } from "../../sandbox/cluster/start";
import type { Change } from "../../sandbox/platform/engine-report";
import { scheduledAnnotation, scheduleFieldManager } from "../../components/arc/schedule/handover";
import { core, custom, figure, kubeconfig, localOk, objects } from "./support/sandbox";
import { stackFile } from "./support/stack-file";

interface ScaleSetObject {
  readonly metadata: {
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: readonly { readonly manager: string; readonly fieldsV1?: object }[];
  };
  readonly spec: { readonly minRunners: number; readonly maxRunners: number };
}

const namespaces: Readonly<Record<string, string>> = {
  "runner-base": "arc-runners-dind",
  "runner-cpu": "arc-runners-kubernetes",
};

async function scaleSet(name: string): Promise<ScaleSetObject> {
  return (await custom().getNamespacedCustomObject({
    group: "actions.github.com",
    version: "v1alpha1",
    namespace: namespaces[name] ?? "",
    plural: "autoscalingrunnersets",
    name,
  })) as ScaleSetObject;
}

async function limits(name: string): Promise<string> {
  const { spec } = await scaleSet(name);
  return `${spec.minRunners}-${spec.maxRunners}`;
}

/** Under which names somebody owns `spec.minRunners`. */
async function owners(name: string): Promise<string[]> {
  const { metadata } = await scaleSet(name);
  const owning = (metadata.managedFields ?? []).filter((entry) =>
    JSON.stringify(entry.fieldsV1 ?? {}).includes('"f:minRunners"'),
  );
  return owning.map(({ manager }) => manager);
}

const deployment = { namespace: "arc-systems", name: "runner-schedule" };

/** Starts or stops the program, by the number of its pods. */
async function scale(replicas: number): Promise<void> {
  const manifest = { apiVersion: "apps/v1", kind: "Deployment", metadata: deployment, spec: { replicas } };
  await objects().patch(manifest, undefined, undefined, "schedule-e2e", undefined, PatchStrategy.MergePatch);
  if (replicas > 0) return;
  await waitUntil(30, "the program to end", async () => {
    const { items } = await core().listNamespacedPod({
      namespace: deployment.namespace,
      labelSelector: `app.kubernetes.io/name=${deployment.name}`,
    });
    return items.length === 0;
  });
}

async function previewed(file: string): Promise<Change[]> {
  const { output } = await localOk("--config", file, "preview", "--json");
  return (JSON.parse(output) as { changes: Change[] }).changes;
}

const minuteMs = 60_000;

/** A cron expression for one minute of each day, in UTC. */
function daily(moment: number): string {
  const date = new Date(moment);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} * * *`;
}

async function waitForClock(moment: number): Promise<void> {
  await sleep(Math.max(0, moment - Date.now()));
}

/** Open since a moment ago, for most of a day. */
function openWindow(now: number) {
  const [start, end] = [daily(now - 2 * minuteMs), daily(now - 3 * minuteMs)];
  return { name: "open", start, end, timeZone: "UTC", minRunners: 2, maxRunners: 4 };
}

describe("a schedule", function () {
  this.timeout(420_000);
  let began: number;
  let base: { readonly schedule: readonly object[] };
  let scheduled: string;
  let uid: string;

  // Times are those of the run: this file may be loaded an hour before.
  before(() => {
    began = Date.now();
    base = { schedule: [openWindow(began)] };
    scheduled = stackFile({ scaleSets: { "runner-base": base } });
  });

  it("gives a set at once what its open window says, and leaves others alone", async () => {
    uid = (await scaleSet("runner-base")).metadata.uid;
    assert.equal(await limits("runner-base"), "1-10");
    await localOk("--config", scheduled, "up");
    await waitUntil(60, "the open window to count", async () => (await limits("runner-base")) === "2-4");
    assert.equal(await limits("runner-cpu"), "1-10");
    assert.deepEqual(await owners("runner-base"), [scheduleFieldManager]);
  });

  it("is no change in a preview, while its values differ from the settings", async () => {
    assert.equal(await limits("runner-base"), "2-4");
    assert.deepEqual(await previewed(scheduled), []);
  });

  it("does not hide another change of the set, nor show anything beside it", async () => {
    const changed = stackFile({ scaleSets: { "runner-base": { ...base, workSizeLimit: "200Mi" } } });
    const changes = await previewed(changed);
    assert.deepEqual(changes.map(({ operation, kind }) => `${operation} ${kind}`).sort(), [
      "update AutoscalingRunnerSet",
      "update PodTemplate",
    ]);
    for (const { path } of changes.flatMap(({ fields }) => fields)) assert.match(path, /template/);
  });

  it("opens and closes a window by the clock, also when the program was away as it opened", async () => {
    // Far enough ahead for an update before; were that late all the same, the program would find the window open.
    const opens = Math.ceil((Date.now() + 60_000) / minuteMs) * minuteMs;
    const closes = opens + minuteMs;
    const soon = { name: "soon", start: daily(opens), end: daily(closes), timeZone: "Etc/UTC", minRunners: 2 };
    const both = { "runner-base": { ...base, workSizeLimit: "200Mi" }, "runner-cpu": { schedule: [soon] } };
    await localOk("--config", stackFile({ scaleSets: both }), "up");
    assert.equal(await limits("runner-base"), "2-4", "another change of a set leaves its values alone");
    assert.equal((await scaleSet("runner-base")).metadata.uid, uid, "the object was not replaced");

    await scale(0);
    await waitForClock(opens + 2_000);
    await scale(1);
    const back = Date.now();
    // On a machine so busy that the pod takes a minute to start, there is nothing to make up for any more.
    const madeUp = async () => (await limits("runner-cpu")) === "2-10";
    await waitUntil(120, "the program to make up for it", async () => Date.now() >= closes || (await madeUp()));
    figure(`made up for after ${((Date.now() - back) / 1000).toFixed(1)} s, the start of the pod included`);

    await waitForClock(closes);
    await waitUntil(60, "the window to close", async () => (await limits("runner-cpu")) === "1-10");
    figure(`closed ${((Date.now() - closes) / 1000).toFixed(1)} s after the minute`);
  });

  it("gives the values back when it is taken from the settings while a window is open", async () => {
    assert.equal(await limits("runner-base"), "2-4");
    await localOk();
    const { metadata } = await scaleSet("runner-base");
    assert.equal(await limits("runner-base"), "1-10");
    assert.equal(metadata.uid, uid);
    assert.equal(metadata.annotations?.[scheduledAnnotation], undefined);
    assert.ok(!(await owners("runner-base")).includes(scheduleFieldManager));
    const { items } = await kubeconfig()
      .makeApiClient(AppsV1Api)
      .listNamespacedDeployment({ namespace: deployment.namespace });
    assert.ok(!items.some((item) => item.metadata?.name === deployment.name), "the program is gone");
  });
});

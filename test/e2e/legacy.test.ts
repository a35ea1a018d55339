import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../sandbox/cluster/start";
import { countJobs, summarizeJobs } from "../../sandbox/github/jobs";
import { githubToken, organization } from "../../sandbox/platform/github";
import { embeddedTarget } from "../../sandbox/platform/target";
import { core, custom, figure, github, localOk } from "./support/sandbox";
import { stackFile } from "./support/stack-file";

const namespaces = { controller: "actions-runner-system", runners: "actions-runner" };
const name = "e2e-legacy";
const labels = ["e2e-legacy", "linux"];
const summerwind = { group: "actions.summerwind.dev", version: "v1alpha1", namespace: namespaces.runners };
const certificates = { group: "cert-manager.io", version: "v1", namespace: namespaces.controller };
const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } };

/** Runners with the daemon in their own container, from none to three, as the older kinds are mostly used. */
const config = stackFile({
  legacy: {
    namespaces,
    controller: { syncPeriod: "5s", logLevel: "debug" },
    runnerDeployments: {
      [name]: {
        organization,
        labels,
        docker: "inRunner",
        resources,
        autoscaler: {
          minReplicas: 0,
          maxReplicas: 3,
          scaleDownDelaySecondsAfterScaleOut: 5,
          metrics: [{ type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["sandbox"] }],
        },
      },
    },
  },
});

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly status?: Status }[];
}
interface Status {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/** Names of the objects of a kind, each with whether it is ready. */
async function readiness(where: typeof certificates, plural: string): Promise<Record<string, boolean>> {
  const { items } = (await custom().listNamespacedCustomObject({ ...where, plural })) as Listed;
  return Object.fromEntries(
    items.map(({ metadata, status }) => [
      metadata.name,
      status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false,
    ]),
  );
}

async function podsOfRunners(): Promise<string[]> {
  const { items } = await core().listNamespacedPod({ namespace: namespaces.runners });
  return items.map(({ metadata }) => metadata?.name ?? "");
}

/** How many of them have not ended: one that has ended is replaced before it is cleared away. */
async function runnersAtWork(): Promise<number> {
  const { items } = await core().listNamespacedPod({ namespace: namespaces.runners });
  return items.filter(({ status }) => status?.phase === "Pending" || status?.phase === "Running").length;
}

describe("runners of the older kinds", () => {
  it("come up with cert-manager, whose certificate the controller serves", async () => {
    const { seconds } = await localOk("--config", config, "up");
    figure(`the older controller and a RunnerDeployment: ${seconds.toFixed(0)} s`);
    const issuers = await readiness(certificates, "issuers");
    const served = await readiness(certificates, "certificates");
    assert.deepEqual(Object.values(issuers), [true]);
    assert.deepEqual(Object.values(served), [true]);
    const pods = await core().listNamespacedPod({ namespace: namespaces.controller });
    assert.ok(pods.items.length > 0);
    for (const pod of pods.items) {
      assert.equal(pod.status?.phase, "Running");
      assert.deepEqual(
        pod.spec?.containers.map((container) => container.name),
        ["manager"],
        "metrics have no proxy in front",
      );
    }
  });

  it("are refused by the webhook when they say twice where they belong", async () => {
    const body = {
      apiVersion: "actions.summerwind.dev/v1alpha1",
      kind: "RunnerDeployment",
      metadata: { name: "two-owners", namespace: namespaces.runners },
      spec: { template: { spec: { organization: "acme", repository: "acme/sandbox" } } },
    };
    await assert.rejects(
      custom().createNamespacedCustomObject({ ...summerwind, plural: "runnerdeployments", body }),
      /Spec cannot have many fields defined/,
    );
  });

  it("grow from none to as many as jobs wait, run each job once, and go back to none", async () => {
    // A RunnerDeployment without a number of runners begins with one, until its autoscaler sets the number.
    await waitUntil(
      90,
      "the first runner to go, as minReplicas is 0",
      async () => (await podsOfRunners()).length === 0,
    );
    const count = 4;
    const began = Date.now();
    const { batch } = await github().queueJobs({ runsOn: ["self-hosted", ...labels], count, seconds: 3 });
    const other = await github().queueJobs({ runsOn: ["self-hosted", "nobody-carries-this"] });
    let most = 0;
    const watching = new AbortController();
    const watched = (async () => {
      while (!watching.signal.aborted) {
        most = Math.max(most, await runnersAtWork());
        await sleep(500);
      }
    })();
    await waitUntil(150, "the jobs to end", async () => {
      const { completed, total } = countJobs(await github().jobs({ batch }));
      return completed === total;
    });
    const report = summarizeJobs(await github().ledger({ batch }));
    const wait = report.waitSeconds;
    assert.deepEqual(
      { succeeded: report.succeeded, unfinished: report.unfinished, repeated: report.repeated, why: report.reasons },
      { succeeded: count, unfinished: 0, repeated: 0, why: [] },
    );
    const runners = new Set((await github().jobs({ batch })).map((job) => job.runner));
    assert.equal(runners.size, count, "every job had a runner of its own");
    assert.equal((await github().jobs({ batch: other.batch }))[0]?.state, "queued");
    await github().cancelJob(other.jobs[0]?.id ?? 0);

    const done = Date.now();
    await waitUntil(120, "the runners to be gone", async () => (await podsOfRunners()).length === 0);
    const gone = (Date.now() - done) / 1000;
    watching.abort();
    await watched;
    assert.ok(most >= 2, `at most ${most} runners were there at once`);
    figure(
      `${count} jobs of 3 s from no runner at all, at most 3 (${most} at once): waited p50 ${wait?.p50.toFixed(1) ?? "?"} s, ` +
        `max ${wait?.max.toFixed(1) ?? "?"} s; all done after ${((done - began) / 1000).toFixed(0)} s, no runner left ${gone.toFixed(0)} s later`,
    );
    await waitUntil(30, "GitHub to know none of them", async () => (await registered()) === 0);
  });

  it("are gone with their controller when the section is taken out again", async () => {
    const { seconds } = await localOk("up");
    figure(`without the section again: ${seconds.toFixed(0)} s`);
    const { items } = await core().listNamespace();
    const left = items
      .map(({ metadata }) => metadata?.name ?? "")
      .filter((each) => Object.values(namespaces).includes(each));
    assert.deepEqual(left, []);
    assert.equal(await registered(), 0);
  });
});

/** How many of these runners GitHub knows, by its own list. */
async function registered(): Promise<number> {
  const target = embeddedTarget();
  const response = await fetch(
    `http://${target.githubAddress}/api/v3/orgs/${organization}/actions/runners?per_page=100`,
    {
      headers: { Authorization: `Bearer ${githubToken(target.state)}` },
    },
  );
  const { runners } = (await response.json()) as { runners: { labels: { name: string }[] }[] };
  return runners.filter((runner) => runner.labels.some((label) => label.name === labels[0])).length;
}

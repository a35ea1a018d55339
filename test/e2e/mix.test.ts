import { strict as assert } from "node:assert";
import { CoreV1Api } from "@kubernetes/client-node";
import type { MixReport, SetReport } from "../../sandbox/cli/mix-report";
import { quantity } from "../../components/quantity";
import { figure, github, kubeconfig, local } from "./support/sandbox";

const pools: Readonly<Record<string, RegExp>> = {
  "runner-cpu": /^simulated-large-memory$/,
  "runner-cpu-largememory": /^simulated-large-memory$/,
  "runner-fpga": /^simulated-fpga$/,
  "runner-gpu": /^simulated-gpu$/,
  "runner-highcpu": /^simulated-general-[12]$/,
  "runner-hybrid": /^sandbox$/,
};

async function run(...flags: string[]): Promise<MixReport> {
  const { output, code } = await local("jobs", ...flags, "--json");
  const report = JSON.parse(output) as MixReport;
  for (const set of report.sets) figure(describeSet(set));
  figure(report.controller);
  assert.equal(code, report.ok ? 0 : 1);
  return report;
}

function describeSet(set: SetReport): string {
  const { p50, p95, max } = set.waitSeconds ?? { p50: Number.NaN, p95: Number.NaN, max: Number.NaN };
  const wait = [p50, p95, max].map((value) => value.toFixed(1)).join(" / ");
  const nodes = Object.entries(set.nodes).map(([node, count]) => `${node} ${count}`);
  const limit = set.maxRunners === undefined ? "" : ` of ${set.maxRunners}`;
  return `${set.scaleSet}: ${set.count} jobs, wait ${wait} s, ${set.peakRunners}${limit} runners, pods on ${nodes.join(", ") || "none"}`;
}

/** Every job ran once, in the pool of its set, and no set went beyond its limit. */
function check(report: MixReport): void {
  for (const set of report.sets) {
    assert.deepEqual(
      [set.succeeded, set.failed, set.canceled, set.unfinished, set.repeated, set.reasons],
      [set.count, 0, 0, 0, 0, []],
      set.scaleSet,
    );
    assert.ok(
      set.peakRunners <= (set.maxRunners ?? 0),
      `${set.scaleSet}: ${set.peakRunners} of ${set.maxRunners ?? 0}`,
    );
    const pool = pools[set.scaleSet];
    if (pool === undefined) {
      assert.deepEqual(set.nodes, {}, `${set.scaleSet} has no pods of jobs`);
      continue;
    }
    for (const node of Object.keys(set.nodes)) assert.match(node, pool, set.scaleSet);
    const pods = Object.values(set.nodes).reduce((sum, count) => sum + count, 0);
    assert.ok(pods >= set.count, `${set.scaleSet}: ${pods} pods for ${set.count} jobs`);
  }
  assert.ok(report.ok);
}

/** Quotas are sized so that a set at its limit fits; a refusal would let jobs wait for no reason. */
async function assertQuotasNeverHit(since: number): Promise<void> {
  const api = kubeconfig().makeApiClient(CoreV1Api);
  const events = (await api.listEventForAllNamespaces()).items.filter(
    ({ message = "", lastTimestamp, eventTime }) =>
      message.includes("exceeded quota") && new Date(lastTimestamp ?? eventTime ?? 0).getTime() >= since,
  );
  assert.deepEqual(
    events.map(({ message }) => message),
    [],
  );
  for (const { metadata, status } of (await api.listResourceQuotaForAllNamespaces()).items)
    for (const [resource, hard] of Object.entries(status?.hard ?? {}))
      assert.ok(
        quantity(status?.used?.[resource] ?? "0") <= quantity(hard),
        `${metadata?.namespace ?? ""}: ${resource}`,
      );
}

describe("jobs of all scale sets", () => {
  it("run once each, in the right pool of nodes", async function () {
    this.timeout(1_200_000);
    const began = Date.now();
    // A part of what `jobs --mix` does by itself, 100 jobs in 8 minutes. How long jobs wait depends on what else the machine does, so it is
    // printed and not judged.
    const report = await run("--mix", "--count", "24", "--minutes", "1");
    assert.equal(report.count, 24);
    check(report);
    await assertQuotasNeverHit(began);
  });

  it("keep to their limits in a burst on two sets at once, and a GPU is never shared", async function () {
    this.timeout(1_200_000);
    const began = Date.now();
    const report = await run("--burst", "runner-cpu=40,runner-gpu=6", "--seconds", "3");
    check(report);
    await assertQuotasNeverHit(began);
    const gpu = (await github().ledger({ scaleSet: "runner-gpu" })).filter(({ queuedAt }) => queuedAt >= began);
    const atOnce = Math.max(
      ...gpu.map(
        ({ startedAt = 0 }) =>
          gpu.filter((other) => (other.startedAt ?? Infinity) <= startedAt && (other.finishedAt ?? 0) > startedAt)
            .length,
      ),
    );
    figure(`runner-gpu: ${atOnce} of 6 jobs at once at most`);
    assert.ok(atOnce <= 3, "three GPUs are for runners, more jobs than that have to wait");
  });
});

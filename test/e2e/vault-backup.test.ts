import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { BatchV1Api } from "@kubernetes/client-node";

import type { Manifest } from "../../sandbox/cluster/api";
import { stopDaemon } from "../../sandbox/cluster/processes";
import { waitUntil } from "../../sandbox/cluster/start";
import { daemonName, objectStores } from "../../sandbox/s3/stores";
import { core, figure, kubeconfig, localOk, objects, state } from "./support/sandbox";
import { health, leader, vault } from "./support/vault";

const { namespace } = vault;
const batch = (): BatchV1Api => kubeconfig().makeApiClient(BatchV1Api);

interface StoredManifest {
  readonly index: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Files of a store below its bucket, by their ending: snapshots, and the manifests that make them count. */
function stored(store: string): { readonly snapshots: string[]; readonly manifests: string[] } {
  const bucket = join(state().objectStores, store, "objects", "vault-snapshots");
  const files = existsSync(bucket)
    ? readdirSync(bucket, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
  return {
    snapshots: files.filter((file) => file.endsWith(".snap")).sort(),
    manifests: files.filter((file) => file.endsWith(".snap.manifest.json")).sort(),
  };
}

/** Starts a CronJob's Job by hand, as `kubectl create job --from` does, and waits for its end. */
async function runJob(
  cronJob: "vault-backup" | "vault-drill",
  name: string,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly code: number; readonly log: string }> {
  const { spec } = await batch().readNamespacedCronJob({ name: cronJob, namespace });
  const manifest: Manifest = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace },
    spec: spec?.jobTemplate.spec,
  };
  await objects().create(manifest);
  await meanwhile();
  await waitUntil(300, `the Job ${name} to end`, async () => {
    const { status } = await batch().readNamespacedJob({ name, namespace });
    return (status?.conditions ?? []).some(({ type, status: is }) => /^(Complete|Failed)$/.test(type) && is === "True");
  });
  const { items } = await core().listNamespacedPod({
    namespace,
    labelSelector: `batch.kubernetes.io/job-name=${name}`,
  });
  const pod = items.at(-1);
  const code = pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? -1;
  const podName = pod?.metadata?.name ?? "";
  return { code, log: await core().readNamespacedPodLog({ name: podName, namespace, container: cronJob }) };
}

async function backUp(name: string, meanwhile?: () => Promise<void>): Promise<number> {
  return (await runJob("vault-backup", name, meanwhile)).code;
}

interface DrillReport {
  readonly outcome: string;
  readonly store: string;
  readonly recoverySeconds: number;
  readonly content: {
    readonly checked: boolean;
    readonly problems: readonly string[];
    readonly canary?: string;
    readonly mounts: readonly string[];
  };
}

describe("backups of Vault", () => {
  it("go to both stores, each with a manifest that says what was written", async () => {
    const began = Date.now();
    assert.equal(await backUp("backup-first"), 0);
    figure(`a backup to two stores: ${((Date.now() - began) / 1000).toFixed(0)} s, the start of the pod included`);
    const sums = objectStores.map(({ name }) => {
      const { snapshots, manifests } = stored(name);
      assert.equal(snapshots.length, 1, name);
      assert.equal(manifests.length, 1, name);
      const manifest = JSON.parse(readFileSync(manifests[0] ?? "", "utf8")) as StoredManifest;
      assert.ok(manifest.index > 0);
      assert.equal(readFileSync(snapshots[0] ?? "").length, manifest.bytes);
      return manifest.sha256;
    });
    assert.equal(new Set(sums).size, 1, "the same snapshot in both");
  });

  it("complete in the store that is there, and say so, when the other is away", async () => {
    const [, away] = objectStores;
    assert.ok(away);
    await stopDaemon(state(), daemonName(away));
    assert.equal(await backUp("backup-partial"), 10);
    assert.deepEqual(
      objectStores.map(({ name }) => stored(name).manifests.length),
      [2, 1],
      "and nothing was removed from either",
    );
    await localOk();
    assert.equal(await backUp("backup-again"), 0);
    assert.deepEqual(
      objectStores.map(({ name }) => stored(name).manifests.length),
      [3, 2],
    );
  });

  it("survive the end of the leader in the middle: nothing half written counts", async () => {
    const before = (await leader()) ?? "";
    const code = await backUp("backup-leader", async () => {
      await core().deleteNamespacedPod({ name: before, namespace, gracePeriodSeconds: 0 });
    });
    assert.equal(code, 0);
    for (const { name } of objectStores) {
      const { snapshots, manifests } = stored(name);
      assert.equal(snapshots.length, manifests.length, name);
    }
    await waitUntil(240, "three servers", async () => {
      const states = (await Promise.all(vault.pods.map(health))).sort();
      return String(states) === "200,429,429";
    });
  });

  it("can be restored: a drill opens the newest one and finds in it what was there", async () => {
    const began = Date.now();
    const { code, log } = await runJob("vault-drill", "drill-first");
    assert.equal(code, 0, log);
    const line = log.split("\n").find((each) => each.startsWith('{"outcome"')) ?? "{}";
    const { outcome, store, recoverySeconds, content } = JSON.parse(line) as DrillReport;
    assert.deepEqual([outcome, store, content.checked], ["restored", objectStores[0]?.name, true], log);
    assert.deepEqual(content.problems, []);
    assert.ok(content.mounts.includes("secret/") && content.mounts.includes("canary/"));
    assert.ok(Date.parse(content.canary ?? "") < began);
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    figure(`a drill: recovered in ${recoverySeconds.toFixed(1)} s; ${seconds} s with the start of the pod`);
    assert.deepEqual((await Promise.all(vault.pods.map(health))).sort(), [200, 429, 429], "the source is as it was");
  });
});

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { StorageV1Api, type V1PersistentVolume } from "@kubernetes/client-node";
import { waitUntil } from "../../sandbox/cluster/start";
import { jobImage } from "../../sandbox/images/catalog";
import { checkout } from "../../sandbox/platform/stack-config";
import { defaultScaleSets } from "../../stacks/default-scale-sets";
import { core, figure, github, kubeconfig, localOk, objects, state } from "./support/sandbox";
import { stackFile } from "./support/stack-file";

const namespace = "arc-runners-kubernetes";
const caches = ["ccache-runner-pvc", "huggingface-runner-pvc"];
/** The seven sets but the one with a Docker daemon, whose work directory is an emptyDir: it has no claim in any environment. */
const setsWithClaims = Object.keys(defaultScaleSets).filter((name) => name !== "runner-base");
const small = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } };

/** The sandbox's sets copy files instead of sharing a volume, save one: here all of them have claims, as on real machines. */
const allWithClaims = {
  scaleSets: Object.fromEntries(
    setsWithClaims.map((name) => [
      name,
      { mode: "kubernetes", pool: "machine", job: { devices: null, resources: small } },
    ]),
  ),
};

/** Claims that come and go with runners, by the set whose name theirs begins with. */
async function workClaims(): Promise<Map<string, { readonly name: string; readonly bound: boolean }[]>> {
  const { items } = await core().listNamespacedPersistentVolumeClaim({ namespace });
  const work = items.filter(({ metadata }) => metadata?.name?.endsWith("-work") === true);
  return new Map(
    setsWithClaims.map((set) => [
      set,
      work
        .map(({ metadata, status }) => ({ name: metadata?.name ?? "", bound: status?.phase === "Bound" }))
        .filter(({ name }) => new RegExp(`^${set}-[a-z0-9]{5}-`).test(name)),
    ]),
  );
}

function audit(...args: string[]): { readonly status: number | null; readonly output: string } {
  const command = [join(checkout, "scripts", "bootstrap.mjs"), "audit", "storage", "--kubeconfig", state().kubeconfig];
  const ended = spawnSync(process.execPath, [...command, ...args], { cwd: checkout, encoding: "utf8" });
  return { status: ended.status, output: ended.stdout + ended.stderr };
}

describe("storage", () => {
  it("has the classes of the program, of which one is the default", async () => {
    const { items } = await kubeconfig().makeApiClient(StorageV1Api).listStorageClass();
    assert.deepEqual(
      items
        .map(({ metadata, provisioner, volumeBindingMode, reclaimPolicy, parameters }) => [
          metadata?.name,
          metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"],
          provisioner,
          volumeBindingMode,
          reclaimPolicy,
          parameters,
        ])
        .sort(),
      [
        ["folders", "true", "runner-platform.invalid/folders", "WaitForFirstConsumer", "Delete", undefined],
        ["shared-folders", "false", "runner-platform.invalid/folders", "Immediate", "Delete", { shared: "true" }],
      ],
    );
  });

  describe("of runners that share a volume with their jobs", () => {
    const during = new Map<string, string>();

    before(async function () {
      this.timeout(600_000);
      await localOk("--config", stackFile(allWithClaims), "up");
      await waitUntil(240, "a bound claim of each set", async () =>
        [...(await workClaims()).values()].every((claims) => claims.some(({ bound }) => bound)),
      );
      const queued = await Promise.all(
        setsWithClaims.map((scaleSet) =>
          github().queueJobs({ scaleSet, seconds: 5, container: { image: jobImage, env: {} } }),
        ),
      );
      const began = Date.now();
      await waitUntil(300, "the jobs to end", async () => {
        const jobs = (await Promise.all(queued.map(({ batch }) => github().ledger({ batch })))).flat();
        for (const [set, claims] of await workClaims()) {
          const job = jobs.find(({ scaleSet, state: now }) => scaleSet === set && now !== "completed");
          const own = claims.find(
            ({ name, bound }) => bound && job?.runner !== undefined && name.startsWith(job.runner),
          );
          if (own) during.set(set, own.name);
        }
        return jobs.length === setsWithClaims.length && jobs.every(({ result }) => result === "succeeded");
      });
      figure(`six jobs with volumes of their own: ${((Date.now() - began) / 1000).toFixed(0)} s`);
    });

    it("is a claim of each job's runner, bound while the job runs", () => {
      assert.deepEqual([...during.keys()].sort(), [...setsWithClaims].sort());
    });

    it("is gone with the jobs, claims and volumes alike", async () => {
      const used = [...during.values()];
      await waitUntil(180, "the claims of the jobs to go", async () => {
        const left = [...(await workClaims()).values()].flat().map(({ name }) => name);
        return used.every((name) => !left.includes(name));
      });
      await waitUntil(120, "their volumes to go", async () => {
        const { items } = await core().listPersistentVolume();
        return items.every(({ spec }) => !used.includes(spec?.claimRef?.name ?? ""));
      });
    });

    it("leaves nothing but the caches when no runner needs it any more", async function () {
      this.timeout(600_000);
      await localOk("--config", stackFile(withoutRunners()), "up");
      await waitUntil(300, "the last volume of a runner to go", async () => {
        return (await runnerVolumes()).length === caches.length;
      });
      const items = await runnerVolumes();
      assert.deepEqual(items.map(({ spec }) => spec?.claimRef?.name).sort(), caches);
      assert.ok(items.every(({ status }) => status?.phase === "Bound"));
    });

    after(async function () {
      this.timeout(600_000);
      await localOk();
    });
  });
});

/** Volumes of claims in namespaces of runners: Vault's servers have some of their own, which stay. */
async function runnerVolumes(): Promise<V1PersistentVolume[]> {
  const { items } = await core().listPersistentVolume();
  return items.filter(({ spec }) => spec?.claimRef?.namespace?.startsWith("arc-runners") === true);
}

/** The same sets with no idle runner. */
function withoutRunners(): Readonly<Record<string, unknown>> {
  const sets = Object.entries(allWithClaims.scaleSets).map(([name, set]) => [name, { ...set, minRunners: 0 }]);
  return { scaleSets: Object.fromEntries(sets) as object };
}

describe("npm run audit -- storage", () => {
  it("says that nothing has leaked, and ends with 0", async () => {
    await waitUntil(180, "runners to settle", () => Promise.resolve(audit("--older-than", "0m").status === 0));
    const { status, output } = audit();
    assert.equal(status, 0);
    assert.match(output, /^Nothing has leaked for at least 24h \(\d+ volumes, \d+ claims, images not looked at\)\.$/m);
  });

  it("names a volume that lost its claim and a claim that nobody mounts, and ends with 1", async () => {
    const lost = { name: "e2e-lost" };
    const idle = { name: "e2e-idle", namespace };
    const storage = { storage: "1Mi" };
    await objects().create({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: lost,
      spec: {
        capacity: storage,
        accessModes: ["ReadWriteOnce"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: "by-hand",
        hostPath: { path: "/tmp/e2e-lost" },
        // As if its claim had been there: a claim of that name with another uid is not the one.
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", ...idle, name: "e2e-gone", uid: "e2e-gone" },
      },
    });
    await objects().create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: idle,
      spec: { accessModes: ["ReadWriteMany"], storageClassName: "shared-folders", resources: { requests: storage } },
    });
    try {
      await waitUntil(60, "the volume to be released and the claim bound", async () => {
        const volume = await core().readPersistentVolume(lost);
        const claim = await core().readNamespacedPersistentVolumeClaim(idle);
        return volume.status?.phase === "Released" && claim.status?.phase === "Bound";
      });
      const { status, output } = audit("--older-than", "0m");
      assert.equal(status, 1, output);
      assert.match(
        output,
        /volume +e2e-lost \(by-hand\) +\d+m +Released: its claim arc-runners-kubernetes\/e2e-gone is gone/,
      );
      assert.match(output, /claim +arc-runners-kubernetes\/e2e-idle \(shared-folders\) +\d+m +mounted by no pod/);
      assert.equal(audit().status, 0, "what is younger than a day may be on its way");
    } finally {
      await core().deleteNamespacedPersistentVolumeClaim(idle);
      await core().deletePersistentVolume(lost);
    }
  });
});

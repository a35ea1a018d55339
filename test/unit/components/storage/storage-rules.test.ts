import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { AlertRule } from "../../../../components/observability/runner-rules";
import { StorageAlerts } from "../../../../components/storage/storage-alerts";
import { storageRules, type StorageRulesArgs } from "../../../../components/storage/storage-rules";
import { register } from "../../../support/mocks";
import { promqlErrors } from "../observability/promql";

const args: StorageRulesArgs = {
  volumes: { classes: ["rook-ceph-block", "cephfs.fast"], namespaces: ["arc-runners-kubernetes", "arc-gpu"] },
  ceph: { namespace: "rook-ceph", pool: "replicapool" },
  thresholds: { claimPendingMinutes: 10, volumeReleasedMinutes: 30, poolQuotaPercent: 80 },
  runbookBaseUrl: "https://git.example.com/runbooks",
};
const runbooks = join(__dirname, "../../../../docs/runbooks");

function rules(changes: Partial<StorageRulesArgs> = {}): AlertRule[] {
  return storageRules({ ...args, ...changes }).groups.flatMap((group) => [...group.rules]);
}

describe("storageRules", () => {
  const volumes = [
    'StorageClaimPending warning 10m: max by (namespace, persistentvolumeclaim) (kube_persistentvolumeclaim_status_phase{phase="Pending",namespace=~"arc-runners-kubernetes|arc-gpu"}) == 1',
    'StorageVolumeNotDeleted warning 30m: max by (persistentvolume, phase) (kube_persistentvolume_status_phase{phase=~"Released|Failed"}) == 1 and on (persistentvolume) kube_persistentvolume_info{storageclass=~"rook-ceph-block|cephfs\\\\.fast"}',
    'StorageClassMissing critical 15m: absent(kube_storageclass_info{storageclass="rook-ceph-block"}) or absent(kube_storageclass_info{storageclass="cephfs.fast"})',
  ];
  const ceph = [
    'StorageCephUnhealthy critical 5m: max(ceph_health_status{namespace="rook-ceph"}) == 2',
    'StorageCephUnhealthy warning 15m: max(ceph_health_status{namespace="rook-ceph"}) == 1',
    'StorageCephMetricsMissing critical 15m: absent(ceph_health_status{namespace="rook-ceph"})',
  ];
  const quota =
    'StoragePoolNearQuota critical 10m: 100 * max by (pool_id) (ceph_pool_stored{namespace="rook-ceph"}) / (max by (pool_id) (ceph_pool_quota_bytes{namespace="rook-ceph"}) > 0) > 80 and on (pool_id) max by (pool_id) (ceph_pool_metadata{namespace="rook-ceph",name="replicapool"})';
  const expressions = (changes: Partial<StorageRulesArgs> = {}): string[] =>
    rules(changes).map((rule) => `${rule.alert} ${rule.labels.severity} ${rule.for}: ${rule.expr}`);

  it("asks kube-state-metrics for claims, volumes and classes, and Ceph's manager for health and quota", () => {
    assert.deepEqual(expressions(), [...volumes, ...ceph, quota]);
  });

  it("leaves out what nobody exports", () => {
    assert.deepEqual(expressions({ ceph: undefined }), volumes);
    assert.deepEqual(expressions({ volumes: undefined, ceph: { namespace: "rook-ceph" } }), ceph);
  });

  it("is PromQL", () => {
    for (const { expr } of rules()) assert.deepEqual(promqlErrors(expr), [], expr);
  });

  it("points each alert at its runbook, which exists and says what to do, and has no runbook without an alert", () => {
    const alerts = new Set<string>();
    for (const { alert, annotations } of rules()) {
      alerts.add(alert);
      assert.equal(annotations.runbook_url, `https://git.example.com/runbooks/${alert}.md`);
      const file = join(runbooks, `${alert}.md`);
      assert.ok(existsSync(file), file);
      const text = readFileSync(file, "utf8");
      assert.match(text, new RegExp(`^# ${alert}\n`));
      for (const heading of ["## What it means", "## What to do"])
        assert.ok(text.includes(`\n${heading}\n`), `${alert}: ${heading}`);
    }
    const files = readdirSync(runbooks).filter((file) => file.startsWith("Storage"));
    assert.deepEqual(files.sort(), [...alerts].map((alert) => `${alert}.md`).sort());
  });
});

describe("StorageAlerts", () => {
  const type = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";
  const build = () =>
    new StorageAlerts("storage-alerts", { ...args, namespace: "arc-systems", labels: { release: "prometheus" } });

  it("registers one PrometheusRule with the rules, in a preview too", async () => {
    const registrations = await register(build);
    assert.deepEqual(registrations.list(), [
      `${type} storage-alerts-rule < storage-alerts`,
      "runner-platform:index:StorageAlerts storage-alerts",
    ]);
    assert.deepEqual((await register(build, { preview: true })).list(), registrations.list());
    const { metadata, spec } = registrations.get(type, "storage-alerts-rule").inputs;
    assert.deepEqual(metadata, {
      name: "storage-alerts",
      namespace: "arc-systems",
      labels: { release: "prometheus" },
    });
    assert.deepEqual(spec, JSON.parse(JSON.stringify(storageRules(args))));
  });
});

import { storageRules } from "../../components/storage/storage-rules";
import { type AlertCase, type Series, testAlerts } from "./support/alert-cases";

const rules = storageRules({
  volumes: { classes: ["rook-ceph-block", "rook-cephfs"], namespaces: ["arc-runners-kubernetes"] },
  ceph: { namespace: "rook-ceph", pool: "replicapool" },
  thresholds: { claimPendingMinutes: 10, volumeReleasedMinutes: 30, poolQuotaPercent: 80 },
  runbookBaseUrl: "https://git.example.com/runbooks",
});

const claim = (name: string, phase: string, namespace = "arc-runners-kubernetes"): string =>
  `kube_persistentvolumeclaim_status_phase{namespace="${namespace}",persistentvolumeclaim="${name}",phase="${phase}"}`;
const volume = (name: string, phase: string): string =>
  `kube_persistentvolume_status_phase{persistentvolume="${name}",phase="${phase}"}`;
const info = (name: string, storageClass: string): string =>
  `kube_persistentvolume_info{persistentvolume="${name}",storageclass="${storageClass}"}`;
const known = (name: string): string => `kube_storageclass_info{storageclass="${name}",provisioner="p"}`;
const health = 'ceph_health_status{namespace="rook-ceph",instance="10.0.0.1:9283"}';
const pool = (metric: string, labels = ""): string =>
  `ceph_pool_${metric}{namespace="rook-ceph",instance="10.0.0.1:9283",pool_id="2"${labels}}`;

/** Two classes, a bound claim with its volume, a Ceph that is well, a pool half full. */
const healthy: Series = {
  [known("rook-ceph-block")]: "1x180",
  [known("rook-cephfs")]: "1x180",
  [claim("a-work", "Bound")]: "1x180",
  [claim("a-work", "Pending")]: "0x180",
  [volume("pvc-a", "Bound")]: "1x180",
  [volume("pvc-a", "Released")]: "0x180",
  [info("pvc-a", "rook-ceph-block")]: "1x180",
  [health]: "0x180",
  [pool("metadata", ',name="replicapool"')]: "1x180",
  [pool("stored")]: "50x180",
  [pool("quota_bytes")]: "100x180",
};

const cases: readonly AlertCase[] = [
  { name: "nothing while all is well", series: {}, at: 120, fires: [] },
  {
    name: "a claim that waits",
    series: { [claim("a-work", "Bound")]: "0x180", [claim("a-work", "Pending")]: "1x180" },
    at: 11,
    fires: ["StorageClaimPending warning"],
  },
  {
    name: "nothing for claims that wait one after the other",
    series: { [claim("b-work", "Pending")]: "1x6 _x170", [claim("c-work", "Pending")]: "_x6 1x6 _x160" },
    at: 12,
    fires: [],
  },
  { name: "nothing for others' claims", series: { [claim("db", "Pending", "vault")]: "1x180" }, at: 60, fires: [] },
  {
    name: "a volume that stays after its claim",
    series: { [volume("pvc-a", "Bound")]: "0x180", [volume("pvc-a", "Released")]: "1x180" },
    at: 31,
    fires: ["StorageVolumeNotDeleted warning"],
  },
  {
    name: "nothing for a volume of a class that retains",
    series: { [volume("pvc-v", "Released")]: "1x180", [info("pvc-v", "kept")]: "1x180" },
    at: 60,
    fires: [],
  },
  {
    name: "a class that is gone",
    series: { [known("rook-cephfs")]: "1x5 _x170" },
    at: 30,
    fires: ["StorageClassMissing critical"],
  },
  { name: "a warning of Ceph", series: { [health]: "1x180" }, at: 16, fires: ["StorageCephUnhealthy warning"] },
  { name: "an error of Ceph", series: { [health]: "2x180" }, at: 6, fires: ["StorageCephUnhealthy critical"] },
  { name: "silence of Ceph", series: { [health]: "" }, at: 16, fires: ["StorageCephMetricsMissing critical"] },
  {
    name: "a pool near its quota",
    series: { [pool("stored")]: "85x180" },
    at: 11,
    fires: ["StoragePoolNearQuota critical"],
  },
  { name: "nothing for a pool without quota", series: { [pool("quota_bytes")]: "0x180" }, at: 60, fires: [] },
];

describe("the alerts about storage, as Prometheus evaluates them,", () => {
  testAlerts({ rules, count: 7, healthy, cases, fault: { series: { [health]: "2x180" }, at: 60 } });
});

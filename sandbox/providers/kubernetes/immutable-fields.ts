import type { ProviderSettings } from "./configure.js";
import { textAt, type KubernetesObject } from "./json.js";

/** A field path; `*` stands for any index or key. */
export type FieldPattern = readonly string[];

const CONTAINER_FIELDS = [
  "args command env image imagePullPolicy lifecycle livenessProbe name ports readinessProbe resources securityContext stdin",
  "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir",
].flatMap((line) => line.split(" "));

const POD_FIELDS = [
  "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname",
  "imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy",
  "runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain",
  "terminationGracePeriodSeconds volumes",
].flatMap((line) => line.split(" ").map((field) => `spec.${field}`));

/**
 * Fields that cannot be changed in place: a change replaces the object. The table follows the real plugin's
 * (pulumi-kubernetes, provider/pkg/provider/diff.go, 4.32). Rows marked "API" are not in it: there the API server refuses the
 * change and the real plugin's update fails.
 */
const REPLACING: Readonly<Record<string, readonly string[]>> = {
  "apps/Deployment": ["spec.selector"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": [
    "spec.completions",
    "spec.parallelism",
    "spec.selector",
    "spec.template",
    "spec.completionMode" /* API */,
  ],
  "/PersistentVolume": [
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath",
    "iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume",
  ].flatMap((line) => line.split(" ").map((field) => `spec.${field}`)),
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
    "spec.volumeMode" /* API */,
    "spec.dataSource" /* API */,
  ],
  "/Pod": [
    ...POD_FIELDS,
    ...CONTAINER_FIELDS.flatMap((field) => [`spec.containers.*.${field}`, `spec.initContainers.*.${field}`]),
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": [
    "parameters",
    "provisioner",
    "volumeBindingMode" /* API */,
    "reclaimPolicy" /* API */,
  ],
  "apiextensions.k8s.io/CustomResourceDefinition": ["spec.group" /* API */, "spec.scope" /* API */],
  "scheduling.k8s.io/PriorityClass": ["value" /* API */, "preemptionPolicy" /* API */],
};

const IDENTITY = ["metadata.name", "metadata.namespace"];

/**
 * The patterns of fields whose change replaces this object. ConfigMaps and Secrets count as immutable unless the provider's
 * `enableConfigMapMutable` / `enableSecretMutable` is set, as in the real plugin: consumers then see a new name, not a silent change.
 */
export function replacingFields(
  object: KubernetesObject,
  settings: ProviderSettings | undefined,
  isPatch: boolean,
): FieldPattern[] {
  if (isPatch) return split(IDENTITY);
  const group = object.apiVersion.includes("/") ? object.apiVersion.slice(0, object.apiVersion.indexOf("/")) : "";
  const key = `${group}/${object.kind}`;
  const immutable = object.immutable === true || textAt(object, "immutable") === "true";
  if (key === "/Secret") {
    const all = immutable || settings?.enableSecretMutable !== true;
    return split([...IDENTITY, "type", ...(all ? ["stringData", "data"] : [])]);
  }
  if (key === "/ConfigMap") {
    const all = immutable || settings?.enableConfigMapMutable !== true;
    return split([...IDENTITY, ...(all ? ["data", "binaryData"] : [])]);
  }
  return split([...IDENTITY, ...(REPLACING[key] ?? [])]);
}

function split(paths: readonly string[]): FieldPattern[] {
  return paths.map((path) => path.split("."));
}

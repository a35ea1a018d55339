import { annotation, objectAt, textAt, type KubernetesObject } from "./json.js";
import { groupOf, isCrd } from "./manifest.js";

/** What pods need when they start, beside RBAC. */
const NEEDED_BY_PODS: ReadonlySet<string> = new Set([
  "/ConfigMap",
  "/LimitRange",
  "/PersistentVolume",
  "/ResourceQuota",
  "/Secret",
  "/ServiceAccount",
  "networking.k8s.io/NetworkPolicy",
  "scheduling.k8s.io/PriorityClass",
  "storage.k8s.io/StorageClass",
]);

/**
 * Which objects must exist before each object: those it names or cannot exist without, and all that are made at an earlier step. A
 * step is never earlier than those of what an object names, so only annotations that contradict each other make a circle.
 */
export function dependenciesOf(
  objects: readonly KubernetesObject[],
): ReadonlyMap<KubernetesObject, readonly KubernetesObject[]> {
  const needed = new Map(objects.map((object) => [object, neededBy(object, objects)]));
  const steps = new Map<KubernetesObject, number>();
  const stepOf = (object: KubernetesObject): number => {
    const known = steps.get(object);
    if (known !== undefined) return known;
    // counts while those below are looked at, in case they lead back here
    steps.set(object, installStep(object));
    const step = Math.max(installStep(object), ...(needed.get(object) ?? []).map(stepOf));
    steps.set(object, step);
    return step;
  };
  return new Map(
    objects.map((object) => {
      const own = needed.get(object) ?? [];
      return [object, objects.filter((other) => own.includes(other) || stepOf(other) < stepOf(object))];
    }),
  );
}

/**
 * The step of an installation at which an object is made, after helm's order (InstallOrder): CRDs, which a controller may need when it
 * starts; namespaces; what pods need when they start; all others. helm goes further, but does not wait for each object: a Service
 * here waits for the pods behind it, so it must not come before them.
 */
function installStep(object: KubernetesObject): number {
  if (isCrd(object)) return 0;
  if (isNamespace(object)) return 1;
  const group = groupOf(object.apiVersion);
  return group === "rbac.authorization.k8s.io" || NEEDED_BY_PODS.has(`${group}/${object.kind}`) ? 2 : 3;
}

/**
 * The namespace and the CRD of an object, and what its annotation `config.kubernetes.io/depends-on` names: the rules of
 * kubernetes-sigs/cli-utils, which the real plugin uses.
 */
function neededBy(object: KubernetesObject, all: readonly KubernetesObject[]): KubernetesObject[] {
  const named = (annotation(object, "config.kubernetes.io/depends-on") ?? "").split(",").map((part) => part.trim());
  const group = groupOf(object.apiVersion);
  return all.filter((other) => {
    if (other === object) return false;
    if (isNamespace(other) && other.metadata.name === object.metadata.namespace) return true;
    const { kind } = isCrd(other) ? objectAt(other, "spec", "names") : {};
    return (kind === object.kind && textAt(other, "spec", "group") === group) || named.includes(referenceTo(other));
  });
}

function isNamespace(object: KubernetesObject): boolean {
  return object.kind === "Namespace" && object.apiVersion === "v1";
}

function referenceTo(object: KubernetesObject): string {
  const { name = "", namespace } = object.metadata;
  const group = groupOf(object.apiVersion);
  return namespace === undefined
    ? `${group}/${object.kind}/${name}`
    : `${group}/namespaces/${namespace}/${object.kind}/${name}`;
}

import { isObject } from "../../stacks/merge";
import type { Fields, LegacyObject } from "./read";

/** Runners of either kind in one form, with their autoscaler. */
export interface LegacyRunners {
  readonly kind: "RunnerDeployment" | "RunnerSet";
  readonly name: string;
  readonly sources: readonly string[];
  readonly replicas?: number;
  /** Fields about registration and daemon, and those of the pod: a RunnerDeployment's `spec.template.spec`. */
  readonly spec: Fields;
  /** Parts of the containers `runner` and `docker`, under the names of a container's fields. */
  readonly runner: Fields;
  readonly docker: Fields;
  /** Fields that no scale set has a place for, by name. */
  readonly leftOver: readonly string[];
  readonly autoscaler?: { readonly name: string; readonly spec: Fields };
}

/** Runners with their autoscalers, and autoscalers whose runners are missing, a message each. */
export function pairObjects(objects: readonly LegacyObject[]): {
  readonly runners: readonly LegacyRunners[];
  readonly errors: readonly string[];
} {
  const scalers = objects.filter(({ kind }) => kind === "HorizontalRunnerAutoscaler");
  const others = objects.filter(({ kind }) => kind !== "HorizontalRunnerAutoscaler");
  const isTargetOf = (scaler: LegacyObject, { kind, name }: LegacyObject): boolean => {
    const target = fields(scaler.spec["scaleTargetRef"]);
    return target["name"] === name && (target["kind"] ?? "RunnerDeployment") === kind;
  };
  const errors = scalers.flatMap((scaler) => {
    if (others.some((object) => isTargetOf(scaler, object))) return [];
    const { kind = "RunnerDeployment", name } = fields(scaler.spec["scaleTargetRef"]);
    const target = `${String(kind)} ${JSON.stringify(name)}`;
    return [`${scaler.source}: ${scaler.name} scales ${target}, which is not in the input; fix: give its file too`];
  });
  const duplicates = others.flatMap((object, index) => {
    const earlier = others.slice(0, index).find(({ name }) => name === object.name);
    return earlier ? [`${object.source}: ${object.kind} ${object.name} is in ${earlier.source} too`] : [];
  });
  const runners = others.map((object) =>
    normalise(
      object,
      scalers.find((scaler) => isTargetOf(scaler, object)),
    ),
  );
  return { runners, errors: [...errors, ...duplicates] };
}

function normalise(object: LegacyObject, scaler: LegacyObject | undefined): LegacyRunners {
  const { replicas } = object.spec;
  const parts = object.kind === "RunnerSet" ? runnerSetParts(object.spec) : deploymentParts(object.spec);
  return {
    kind: object.kind === "RunnerSet" ? "RunnerSet" : "RunnerDeployment",
    name: object.name,
    sources: [object.source, ...(scaler ? [scaler.source] : [])],
    ...(typeof replicas === "number" && { replicas }),
    ...parts,
    ...(scaler && { autoscaler: { name: scaler.name, spec: scaler.spec } }),
  };
}

type Parts = Pick<LegacyRunners, "spec" | "runner" | "docker" | "leftOver">;

/** The names under which a RunnerDeployment has the fields of its two containers. */
const runnerFields = { env: "env", envFrom: "envFrom", resources: "resources", volumeMounts: "volumeMounts" };
const dockerFields = {
  dockerEnv: "env",
  dockerdContainerResources: "resources",
  dockerVolumeMounts: "volumeMounts",
};

function deploymentParts(spec: Fields): Parts {
  const inner = fields(fields(spec["template"])["spec"]);
  return {
    spec: without(inner, [...Object.keys(runnerFields), ...Object.keys(dockerFields)]),
    runner: renamed(inner, runnerFields),
    docker: renamed(inner, dockerFields),
    leftOver: [],
  };
}

/** Fields of the StatefulSet around a RunnerSet, which mean nothing elsewhere. */
const statefulSetFields = [
  "replicas",
  "selector",
  "serviceName",
  "template",
  "effectiveTime",
  "minReadySeconds",
  "ordinals",
  "persistentVolumeClaimRetentionPolicy",
  "podManagementPolicy",
  "revisionHistoryLimit",
  "updateStrategy",
];

function runnerSetParts(spec: Fields): Parts {
  const pod = fields(fields(spec["template"])["spec"]);
  const containers = Array.isArray(pod["containers"]) ? pod["containers"].map(fields) : [];
  const named = (name: string): Fields => containers.find((container) => container["name"] === name) ?? {};
  const others = containers.filter(({ name }) => name !== "runner" && name !== "docker");
  const { image, ...runner } = without(named("runner"), ["name", "imagePullPolicy"]);
  return {
    spec: {
      ...without(pod, ["containers"]),
      ...without(spec, [...statefulSetFields, "volumeClaimTemplates"]),
      ...(image !== undefined && spec["image"] === undefined && { image }),
      ...(others.length > 0 && { sidecarContainers: others }),
    },
    runner,
    docker: without(named("docker"), ["name", "image", "imagePullPolicy"]),
    leftOver: spec["volumeClaimTemplates"] === undefined ? [] : ["volumeClaimTemplates"],
  };
}

/** A map, or an empty one in place of anything else. */
export function fields(value: unknown): Fields {
  return isObject(value) ? value : {};
}

export function without(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}

function renamed(from: Fields, names: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => (from[key] === undefined ? [] : [[name, from[key]]])),
  );
}

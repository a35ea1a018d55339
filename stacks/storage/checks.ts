import { formatQuantity, quantity } from "../../components/quantity";
import { namespaceOf } from "../../components/runner-namespaces";
import type { ChartSource } from "../chart-version";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import type { SecretsPresent } from "../secrets";
import { rookProblems } from "./rook-checks";
import type { StorageSettings } from "./schema";

/** What is wrong with the storage: by itself, and with what scale sets and caches ask of it. */
export function storageProblems(
  settings: Readable,
  secrets: SecretsPresent,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  const { storage } = settings;
  if (!storage) return [];
  return [
    ...classProblems(storage),
    ...backendProblems(storage),
    ...secretProblems(storage, secrets),
    ...rookProblems(storage, {
      takenNamespaces: takenNamespaces(settings),
      requireDigest: settings.images?.requireDigest ?? false,
      inspectChart,
    }),
    ...userProblems(storage, settings),
    ...quotaProblems(storage, settings),
  ];
}

function classProblems({ backend, classes, defaultClass }: StorageSettings): Problem[] {
  const { block, shared, retained } = classes;
  const problems: Problem[] = [];
  if (shared === block) {
    const path = "storage.classes.shared";
    problems.push({ path, what: show(path, shared), allowed: "another name than storage.classes.block" });
  }
  if (retained === block || retained === shared) {
    const path = "storage.classes.retained";
    const other = retained === block ? "block" : "shared";
    problems.push({
      path,
      what: show(path, retained),
      allowed: `another name than storage.classes.${other}, whose volumes are deleted with their claims`,
    });
  }
  if (defaultClass === undefined) return problems;
  const path = "storage.defaultClass";
  if (backend === "existing") {
    const allowed = "nothing with backend existing: its classes are made by somebody else";
    problems.push({ path, what: show(path, defaultClass), allowed });
  } else if (classes[defaultClass] === undefined) {
    problems.push({ path, what: show(path, defaultClass), allowed: `one of ${Object.keys(classes).join(", ")}` });
  }
  return problems;
}

/** Settings of a backend that is not the chosen one, and what the chosen one lacks. */
function backendProblems(storage: StorageSettings): Problem[] {
  const { backend } = storage;
  const foreign = (["rook", "ebs", "local"] as const)
    .filter((key) => key !== backend && storage[key] !== undefined)
    .map((key) => ({
      path: `storage.${key}`,
      what: `given, but storage.backend is ${backend}`,
      allowed: `nothing, or storage.backend ${key}`,
    }));
  if (backend !== "existing" && storage[backend] === undefined)
    return [...foreign, { path: `storage.${backend}`, what: "not set", allowed: `the settings of backend ${backend}` }];
  if (backend === "ebs" && storage.ebs?.efs.fileSystemId === undefined) {
    const path = "storage.ebs.efs.fileSystemId";
    const allowed = "the id of an EFS file system, such as fs-0123456789abcdef0: the shared class lies on it";
    return [...foreign, { path, what: "not set", allowed }];
  }
  if (backend === "local" && storage.local?.provisioner === undefined) {
    const path = "storage.local.provisioner";
    return [...foreign, { path, what: "not set", allowed: "the name of a provisioner of the cluster" }];
  }
  return foreign;
}

function secretProblems({ backend, rook }: StorageSettings, secrets: SecretsPresent): Problem[] {
  const external = backend === "rook" && rook?.cluster.kind === "external";
  if (external === secrets.externalCeph) return [];
  const path = "externalCeph";
  if (!external) {
    return [
      {
        path,
        what: "given, but there is no external Ceph cluster",
        allowed: "nothing, or storage.backend rook with storage.rook.cluster.kind external",
        fix: "pulumi config rm externalCeph",
      },
    ];
  }
  return [
    {
      path,
      what: "not set, but storage.rook.cluster.kind is external",
      allowed: "what create-external-cluster-resources.py --format json prints on the Ceph side",
      fix: "pulumi config set --secret externalCeph < FILE.json",
    },
  ];
}

/** Namespaces of others, with what they are for. */
function takenNamespaces({ namespaces, scaleSets, legacy }: Readable): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(legacy?.namespaces ?? {}).map(([key, name]) => [name, `legacy.namespaces.${key}`] as const),
    ...(namespaces
      ? Object.entries(scaleSets).map(
          ([set, settings]) => [namespaceOf(settings, namespaces), joinPath("scaleSets", set)] as const,
        )
      : []),
    ...(["controller", "dind", "kubernetes"] as const).flatMap((key) =>
      namespaces ? [[namespaces[key], `namespaces.${key}`] as const] : [],
    ),
  ]);
}

/** Classes that scale sets and caches name although nobody makes them, or for which they are not made. */
function userProblems({ backend, classes }: StorageSettings, { scaleSets, caches }: Readable): Problem[] {
  if (backend === "existing") return [];
  const sets = Object.entries(scaleSets).flatMap(([name, { mode, work }]) => {
    const { storageClassName } = work;
    if (mode !== "kubernetes" || storageClassName === classes.block || storageClassName === classes.shared) return [];
    const path = joinPath("scaleSets", name, "work", "storageClassName");
    const allowed =
      storageClassName === classes.retained
        ? `${classes.block}: volumes of ${storageClassName} outlive their claims, one per job`
        : `${classes.block}, which backend ${backend} makes`;
    return [{ path, what: show(path, storageClassName), allowed, fix: "or change storage.classes.block" }];
  });
  const shared = Object.entries(caches ?? {}).flatMap(([name, { volume }]) => {
    const { storageClassName } = volume;
    if (storageClassName === undefined || storageClassName === classes.shared) return [];
    const path = joinPath("caches", name, "volume", "storageClassName");
    const allowed = `${classes.shared}, the class of backend ${backend} whose volumes many pods may mount`;
    return [{ path, what: show(path, storageClassName), allowed }];
  });
  return [...sets, ...shared];
}

/** A quota that the runners of the settings can use up makes jobs fail in the middle, so it is no guard but a trap. */
function quotaProblems({ backend, classes, rook }: StorageSettings, { scaleSets }: Readable): Problem[] {
  const maxSize = rook?.blockPool.maxSize;
  if (backend !== "rook" || rook?.cluster.kind !== "internal" || maxSize === undefined) return [];
  const wanted = Object.values(scaleSets)
    .filter(({ mode, work }) => mode === "kubernetes" && work.storageClassName === classes.block)
    .reduce((sum, { maxRunners, work }) => sum + BigInt(maxRunners) * quantity(work.size), 0n);
  if (wanted <= quantity(maxSize)) return [];
  const path = "storage.rook.blockPool.maxSize";
  const allowed = `at least ${formatQuantity(wanted)}, the work volumes of all runners together`;
  return [{ path, what: show(path, maxSize), allowed }];
}

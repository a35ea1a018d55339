import type { Readable } from "./checks";
import { joinPath, type Problem, show } from "./problems";
import type { CacheSettings } from "./settings";

type Volume = CacheSettings["volume"];
type Kind = Volume["kind"];

/** Keys of `volume` besides `kind`, with the kinds they belong to. */
const kindsOf: Readonly<Record<Exclude<keyof Volume, "kind">, Kind>> = {
  claimName: "claim",
  storageClassName: "claim",
  size: "claim",
  nfs: "claim",
  path: "hostPath",
  sizeLimit: "emptyDir",
};

/** What is wrong with the caches, each by itself and against the Pod Security level of the namespace of jobs. */
export function cacheProblems(settings: Readable): Problem[] {
  const used = new Set(
    Object.values(settings.scaleSets).flatMap(({ mode, job }) => (mode === "dind" ? [] : job.caches)),
  );
  return Object.entries(settings.caches ?? {}).flatMap(([name, cache]) => {
    const path = joinPath("caches", name, "volume");
    return [
      ...volumeProblems(path, cache.volume),
      ...perRunnerProblems(joinPath("caches", name, "perRunner"), cache),
      ...(used.has(name) ? securityProblems(path, cache.volume, settings) : []),
    ];
  });
}

function volumeProblems(path: string, volume: Volume): Problem[] {
  const { kind } = volume;
  const foreign = (Object.keys(kindsOf) as (keyof typeof kindsOf)[])
    .filter((key) => volume[key] !== undefined && kindsOf[key] !== kind)
    .map((key) => ({
      path: `${path}.${key}`,
      what: show(path, volume[key]),
      allowed: `nothing with kind ${kind}: it belongs to kind ${kindsOf[key]}`,
      fix: "a value from the layers below is taken away by null",
    }));
  return [...foreign, ...missingKeys(path, volume)];
}

function missingKeys(path: string, volume: Volume): Problem[] {
  const { kind, claimName, storageClassName, size, nfs, path: folder } = volume;
  if (kind === "hostPath" && folder === undefined)
    return [{ path: `${path}.path`, what: "not set", allowed: "the folder of the node, with kind hostPath" }];
  if (kind !== "claim") return [];
  const problems: Problem[] = [];
  if (claimName === undefined)
    problems.push({ path: `${path}.claimName`, what: "not set", allowed: "the name of the claim, with kind claim" });
  if (nfs) return [...problems, ...nfsProblems(path, volume)];
  if ((storageClassName === undefined) !== (size === undefined)) {
    problems.push({
      path: `${path}.${size === undefined ? "size" : "storageClassName"}`,
      what: "not set",
      allowed: "storageClassName and size together make the claim; without both it has to be there already",
    });
  }
  return problems;
}

/** A volume on an NFS server is made here for the claim, so it has a size and belongs to no class. */
function nfsProblems(path: string, { storageClassName, size }: Volume): Problem[] {
  const problems: Problem[] = [];
  if (size === undefined)
    problems.push({
      path: `${path}.size`,
      what: "not set",
      allowed: "the size of the volume on the NFS server, with nfs",
    });
  if (storageClassName !== undefined) {
    const at = `${path}.storageClassName`;
    problems.push({ path: at, what: show(at, storageClassName), allowed: "nothing with nfs: the volume is made here" });
  }
  return problems;
}

function perRunnerProblems(path: string, { perRunner, volume }: CacheSettings): Problem[] {
  if (perRunner !== true || volume.kind !== "emptyDir") return [];
  return [{ path, what: show(path, perRunner), allowed: "nothing with kind emptyDir: every job has its own anyway" }];
}

function securityProblems(path: string, { kind }: Volume, { namespaces }: Readable): Problem[] {
  if (kind !== "hostPath" || !namespaces || namespaces.kubernetesPodSecurity === "privileged") return [];
  return [
    {
      path: `${path}.kind`,
      what: show(path, kind),
      allowed: "claim or emptyDir: the Pod Security level baseline refuses folders of the node",
      fix: "or set namespaces.kubernetesPodSecurity to privileged",
    },
  ];
}

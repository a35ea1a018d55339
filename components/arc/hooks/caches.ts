/** A folder that jobs use again, mounted into the job's container. */
export interface Cache {
  /** The volume is called `<name>-cache`. */
  readonly name: string;
  /** Where the job's container sees it. */
  readonly mountPath: string;
  /** Environment variable that tells the tool where its cache is, e.g. `CCACHE_DIR`; it gets the mount path. */
  readonly variable: string;
  /** For caches that others fill, or that jobs of little trust must not change. @default false */
  readonly readOnly?: boolean;
  /**
   * Whether each runner has a folder of its own in the volume, for tools whose locks make jobs on one node wait for each other, such as uv.
   * A runner takes one job, so what a job leaves there is used by none and **stays until somebody deletes it**; an `emptyDir` does the same
   * and cleans up after itself. @default false: one folder for all
   */
  readonly perRunner?: boolean;
  readonly volume: CacheVolume;
}

/** Where a cache lives; which of the other fields are read depends on `kind`. */
export interface CacheVolume {
  /**
   * - `claim`: a PersistentVolumeClaim in the namespace, for jobs on any node if it can be mounted by many (ReadWriteMany);
   * - `hostPath`: a folder of the node, for jobs on that node; Pod Security `baseline` forbids it;
   * - `emptyDir`: a folder that lives as long as the pod.
   */
  readonly kind: "claim" | "hostPath" | "emptyDir";
  /** Of a claim. @default the volume's name */
  readonly claimName?: string;
  /** Of a hostPath. It is made if it is missing, for root: jobs that run as somebody else need it made before. */
  readonly path?: string;
  /** Of an emptyDir: beyond it the pod is evicted. @default none */
  readonly sizeLimit?: string;
}

/** What a template needs for its caches. */
export interface CacheParts {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly Readonly<Record<string, unknown>>[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  /** Whether {@link podNameVariable} must be among the container's variables. */
  readonly needsPodName: boolean;
}

/** Tells a container the name of its pod, which is unique to a runner and therefore to a job. */
export const podNameVariable = {
  name: "RUNNER_PLATFORM_POD_NAME",
  valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
} as const;

export function cacheParts(caches: readonly Cache[]): CacheParts {
  return {
    env: caches.map(({ variable, mountPath }) => ({ name: variable, value: mountPath })),
    volumeMounts: caches.map((cache) => ({
      name: volumeName(cache),
      mountPath: cache.mountPath,
      ...(cache.readOnly === true && { readOnly: true }),
      ...(cache.perRunner === true && { subPathExpr: `$(${podNameVariable.name})` }),
    })),
    volumes: caches.map((cache) => ({ name: volumeName(cache), ...volumeSource(cache) })),
    needsPodName: caches.some(({ perRunner }) => perRunner === true),
  };
}

function volumeName({ name }: Cache): string {
  return `${name}-cache`;
}

/** @throws Error when a hostPath has no path; settings have been checked. */
function volumeSource(cache: Cache): Readonly<Record<string, unknown>> {
  const { kind, claimName = volumeName(cache), path, sizeLimit } = cache.volume;
  switch (kind) {
    case "claim":
      return { persistentVolumeClaim: { claimName } };
    case "emptyDir":
      return { emptyDir: sizeLimit === undefined ? {} : { sizeLimit } };
    case "hostPath":
      if (path === undefined) throw new Error(`cache "${cache.name}": a hostPath needs a path`);
      return { hostPath: { path, type: "DirectoryOrCreate" } };
  }
}

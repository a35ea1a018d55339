import type { RookSettings, StorageSettings } from "../../stacks/storage/schema";
import { cephFsClass, efsClass, gp3Class, localClass, rbdClass, type StorageClassSpec } from "./storage-class";

type Classes = Readonly<Record<string, StorageClassSpec>>;

/**
 * The classes that a backend makes, by name. Settings have been checked, so a missing part is a mistake in this program.
 *
 * @throws Error for a backend without its settings
 */
export function storageClasses(storage: StorageSettings): Classes {
  switch (storage.backend) {
    case "rook":
      return rookClasses(storage, required(storage.rook, "rook"));
    case "ebs":
      return ebsClasses(storage);
    case "local":
      return localClasses(storage);
    case "existing":
      return {};
  }
}

function rookClasses({ classes }: StorageSettings, rook: RookSettings): Classes {
  const { namespace, imageFeatures, fsType, blockPool, retainedPool, filesystem } = rook;
  const rbd = { namespace, imageFeatures, fsType };
  return {
    [classes.block]: rbdClass({ ...rbd, pool: blockPool.name, reclaimPolicy: "Delete" }),
    [classes.shared]: cephFsClass({ namespace, filesystem: filesystem.name, pool: filesystem.dataPool }),
    ...(classes.retained !== undefined && {
      [classes.retained]: rbdClass({ ...rbd, pool: retainedPool.name, reclaimPolicy: "Retain" }),
    }),
  };
}

function ebsClasses({ classes, ebs }: StorageSettings): Classes {
  const { gp3, efs } = required(ebs, "ebs");
  return {
    [classes.block]: gp3Class({ ...gp3, reclaimPolicy: "Delete" }),
    [classes.shared]: efsClass(required(efs.fileSystemId, "ebs.efs.fileSystemId")),
    ...(classes.retained !== undefined && { [classes.retained]: gp3Class({ ...gp3, reclaimPolicy: "Retain" }) }),
  };
}

function localClasses({ classes, local }: StorageSettings): Classes {
  const { provisioner, sharedParameters: parameters } = required(local, "local");
  const own = { provisioner: required(provisioner, "local.provisioner") };
  return {
    [classes.block]: localClass({ ...own, shared: false, reclaimPolicy: "Delete" }),
    [classes.shared]: localClass({ ...own, shared: true, reclaimPolicy: "Delete", ...(parameters && { parameters }) }),
    ...(classes.retained !== undefined && {
      [classes.retained]: localClass({ ...own, shared: false, reclaimPolicy: "Retain" }),
    }),
  };
}

function required<T>(value: T | undefined, path: string): T {
  if (value === undefined) throw new Error(`storage.${path} passed the checks of settings but is not set`);
  return value;
}

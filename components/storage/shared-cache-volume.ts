import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { keptClaimLabels } from "./kept-claim";

export interface SharedCacheVolumeArgs {
  /** Namespace of the claim, and so of the pods that mount it: a claim belongs to one namespace. */
  readonly namespace: pulumi.Input<string>;
  /** Plain name of that namespace, for the volume's own: volumes have none. */
  readonly namespaceName: string;
  readonly claimName: string;
  /** What claim and volume say; an NFS server does not look at it. */
  readonly size: string;
  readonly nfs: {
    readonly server: string;
    readonly path: string;
    /** @default the node's own */
    readonly mountOptions?: readonly string[];
  };
  /** Whether no pod may write, whatever its own mount says. */
  readonly readOnly: boolean;
}

/**
 * A folder of an NFS server as a volume and the one claim that it is for. Nothing on the server is made or deleted.
 *
 * ```ts
 * new SharedCacheVolume("models", { namespace, namespaceName: "arc-runners-kubernetes", claimName: "huggingface-runner-pvc", size: "2Ti", nfs: { server: "nas.example.com", path: "/models" }, readOnly: true });
 * ```
 */
export class SharedCacheVolume extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly volume: k8s.core.v1.PersistentVolume;
    readonly claim: k8s.core.v1.PersistentVolumeClaim;
  };

  public constructor(name: string, args: SharedCacheVolumeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:SharedCacheVolume", name, { server: args.nfs.server, path: args.nfs.path }, opts);

    const volume = createVolume(this, name, args);
    const claim = createClaim(this, name, args, volume);

    this.nodes = { volume, claim };
    this.registerOutputs({});
  }
}

function createVolume(
  parent: SharedCacheVolume,
  name: string,
  { namespaceName, claimName, size, nfs, readOnly }: SharedCacheVolumeArgs,
): k8s.core.v1.PersistentVolume {
  const { server, path, mountOptions } = nfs;
  return new k8s.core.v1.PersistentVolume(
    `${name}-volume`,
    {
      metadata: { name: `${namespaceName}-${claimName}` },
      spec: {
        capacity: { storage: size },
        accessModes: ["ReadWriteMany"],
        // Said for the record: there is nobody who would delete anything on the server.
        persistentVolumeReclaimPolicy: "Retain",
        // No class, so that no provisioner and no other claim takes it.
        storageClassName: "",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: claimName, namespace: namespaceName },
        nfs: { server, path, ...(readOnly && { readOnly }) },
        ...(mountOptions && { mountOptions: [...mountOptions] }),
      },
    },
    { parent },
  );
}

function createClaim(
  parent: SharedCacheVolume,
  name: string,
  { namespace, claimName, size }: SharedCacheVolumeArgs,
  volume: k8s.core.v1.PersistentVolume,
): k8s.core.v1.PersistentVolumeClaim {
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-claim`,
    {
      metadata: { name: claimName, namespace, labels: { ...keptClaimLabels } },
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        volumeName: volume.metadata.name,
        resources: { requests: { storage: size } },
      },
    },
    { parent },
  );
}

/** As much of a PersistentVolume as the audit looks at. */
export interface AuditedVolume {
  readonly name: string;
  readonly phase: string;
  readonly storageClass: string;
  readonly reclaimPolicy: string;
  /** `namespace/name` of the claim it is or was for. */
  readonly claim?: string;
  /** When it came into its phase, or was made, where the cluster does not say. */
  readonly since: Date;
  /** Name of the RBD image behind it. Absent for volumes of other kinds. */
  readonly image?: string;
}

/** As much of a PersistentVolumeClaim as the audit looks at. */
export interface AuditedClaim {
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly storageClass: string;
  readonly created: Date;
  /** When somebody deleted it, if it is still there. */
  readonly deleted?: Date;
  /** Whether it is marked to stay although no pod may use it. */
  readonly kept: boolean;
}

/** What the audit knows of a cluster. */
export interface AuditedCluster {
  readonly volumes: readonly AuditedVolume[];
  readonly claims: readonly AuditedClaim[];
  /** `namespace/name` of each claim that a pod mounts. */
  readonly mounted: ReadonlySet<string>;
}

/** An image of Ceph's block storage, from a listing of its pool or of its trash. */
export interface ListedImage {
  readonly name: string;
  readonly trash: boolean;
  /** Absent where the listing does not say. */
  readonly created?: Date;
}

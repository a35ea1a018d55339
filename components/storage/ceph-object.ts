import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Custom resources of Rook (`ceph.rook.io/v1`) that are made here. */
export type CephKind = "CephCluster" | "CephBlockPool" | "CephFilesystem" | "CephFilesystemSubVolumeGroup";

export interface CephObjectArgs {
  readonly kind: CephKind;
  /** Kubernetes name. **A change replaces the object with its data.** */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Value of `status.phase` to wait for: without it the next step would find nothing to work with. */
  readonly phase: "Ready" | "Connected";
  /** Refuse deletion by Pulumi, and leave the object behind should it be forced: its data goes with it. */
  readonly protect: boolean;
}

/** How long Rook may take until an object is ready: the first cluster pulls images and formats disks. */
const createTimeout = "45m";

/** One custom resource of Rook that is waited for. */
export function createCephObject(
  resourceName: string,
  { kind, name, namespace, spec, phase, protect }: CephObjectArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    resourceName,
    {
      apiVersion: "ceph.rook.io/v1",
      kind,
      metadata: { name, namespace, annotations: { "pulumi.com/waitFor": `jsonpath={.status.phase}=${phase}` } },
      spec: { ...spec },
    },
    {
      ...opts,
      protect,
      retainOnDelete: protect,
      customTimeouts: { create: createTimeout, update: createTimeout },
    },
  );
}

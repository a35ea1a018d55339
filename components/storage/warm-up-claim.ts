import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { keptClaimLabels } from "./kept-claim";

export interface WarmUpClaimArgs {
  /** Namespace of the claim. */
  readonly namespace: pulumi.Input<string>;
  /** A class that makes volumes at once: with `WaitForFirstConsumer` the claim would wait for a pod that never comes. */
  readonly storageClassName: string;
  /** Its volume stays, so that it is made once. */
  readonly size: string;
}

/**
 * A small claim that is bound before anything else asks for volumes. The first volumes of a new pool, asked for many at once, have hung
 * (rook/rook #8770); and a chain of pool, driver, keys and class that does not work shows here, and not in the first forty jobs.
 *
 * ```ts
 * new WarmUpClaim("warm-up", { namespace: "rook-ceph", storageClassName: "rook-ceph-block", size: "1Gi" });
 * ```
 */
export class WarmUpClaim extends pulumi.ComponentResource {
  public readonly nodes: { readonly claim: k8s.core.v1.PersistentVolumeClaim };

  public constructor(name: string, args: WarmUpClaimArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:WarmUpClaim", name, { storageClassName: args.storageClassName }, opts);

    const { namespace, storageClassName, size } = args;
    const claim = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-claim`,
      {
        metadata: { name: "warm-up", namespace, labels: { ...keptClaimLabels } },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: size } } },
      },
      { parent: this },
    );

    this.nodes = { claim };
    this.registerOutputs({});
  }
}

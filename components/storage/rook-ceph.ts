import * as pulumi from "@pulumi/pulumi";

import { ExternalCeph, type ExternalCephArgs } from "./external-ceph";
import { InternalCeph, type InternalCephArgs } from "./internal-ceph";
import { RookOperator, type RookOperatorArgs } from "./rook-operator";

/** Where the disks are: in this cluster, or in a Ceph cluster elsewhere. */
export type CephArgs =
  | ({ readonly kind: "internal" } & Omit<InternalCephArgs, "namespace">)
  | ({ readonly kind: "external" } & Omit<ExternalCephArgs, "namespace">);

export interface RookCephArgs extends Omit<RookOperatorArgs, "namespace"> {
  /** Namespace of operator, drivers and cluster. **A change replaces everything.** */
  readonly namespace: pulumi.Input<string>;
  readonly ceph: CephArgs;
}

/**
 * Ceph by Rook: operator, then drivers, then the cluster with its pools.
 *
 * ```ts
 * new RookCeph("rook", { namespace: "rook-ceph", operatorChart, driversChart, operator, drivers, network, ceph: { kind: "internal", ... } });
 * ```
 */
export class RookCeph extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly operator: RookOperator;
    readonly ceph: InternalCeph | ExternalCeph;
  };

  public constructor(name: string, args: RookCephArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, ceph, ...operatorArgs } = args;
    super("runner-platform:index:RookCeph", name, { kind: ceph.kind }, opts);

    const operator = new RookOperator(name, { ...operatorArgs, namespace }, { parent: this });
    const { operatorChart, driversChart } = operator.nodes;
    const cluster = createCeph(`${name}-ceph`, namespace, ceph, {
      parent: this,
      dependsOn: [operatorChart, driversChart],
    });

    this.nodes = { operator, ceph: cluster };
    this.registerOutputs({});
  }
}

function createCeph(
  name: string,
  namespace: pulumi.Input<string>,
  args: CephArgs,
  opts: pulumi.ComponentResourceOptions,
): InternalCeph | ExternalCeph {
  return args.kind === "internal"
    ? new InternalCeph(name, { ...args, namespace }, opts)
    : new ExternalCeph(name, { ...args, namespace }, opts);
}

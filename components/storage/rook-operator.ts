import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type ChartSource, chartSource } from "../chart-source";
import { cephNetworkPolicies, type CephNetworkArgs } from "./ceph-network";
import { type DriverValuesArgs, driverValues, type OperatorValuesArgs, operatorValues } from "./rook-values";

export interface RookOperatorArgs {
  /** Namespace of operator and drivers; it must allow privileged pods. **A change replaces everything.** */
  readonly namespace: pulumi.Input<string>;
  readonly operatorChart: ChartSource;
  readonly driversChart: ChartSource;
  readonly operator: OperatorValuesArgs;
  readonly drivers: DriverValuesArgs;
  readonly network: CephNetworkArgs;
}

/**
 * Rook's operator and, from a chart of their own since Rook 1.20, the CSI drivers that mount Ceph's volumes. Without the second chart the
 * operator runs and every claim waits for ever.
 *
 * ```ts
 * new RookOperator("rook", { namespace: "rook-ceph", operatorChart: { chart: "rook-ceph", repository, version: "v1.20.6" }, driversChart, ... });
 * ```
 */
export class RookOperator extends pulumi.ComponentResource {
  public readonly nodes: {
    /** By Kubernetes name. */
    readonly networkPolicies: Readonly<Record<string, k8s.networking.v1.NetworkPolicy>>;
    readonly operatorChart: k8s.helm.v4.Chart;
    readonly driversChart: k8s.helm.v4.Chart;
  };

  public constructor(name: string, args: RookOperatorArgs, opts?: pulumi.ComponentResourceOptions) {
    const { operatorChart: operator, driversChart: drivers } = args;
    super("runner-platform:index:RookOperator", name, { operatorChart: operator, driversChart: drivers }, opts);

    const networkPolicies = createNetworkPolicies(this, name, args);
    const operatorChart = createChart(this, `${name}-operator`, "rook-ceph", operator, operatorValues(args.operator), {
      namespace: args.namespace,
      dependsOn: Object.values(networkPolicies),
    });
    // The operator's chart brings the kinds that the drivers are written in.
    const driversChart = createChart(this, `${name}-drivers`, "ceph-csi-drivers", drivers, driverValues(args.drivers), {
      namespace: args.namespace,
      dependsOn: [operatorChart],
    });

    this.nodes = { networkPolicies, operatorChart, driversChart };
    this.registerOutputs({});
  }
}

function createChart(
  parent: RookOperator,
  resourceName: string,
  releaseName: string,
  source: ChartSource,
  values: Readonly<Record<string, unknown>>,
  { namespace, dependsOn }: { readonly namespace: pulumi.Input<string>; readonly dependsOn: pulumi.Resource[] },
): k8s.helm.v4.Chart {
  return new k8s.helm.v4.Chart(
    `${resourceName}-chart`,
    {
      name: releaseName,
      namespace,
      ...chartSource(source),
      values: { ...values },
    },
    { parent, dependsOn },
  );
}

function createNetworkPolicies(
  parent: RookOperator,
  name: string,
  { namespace, network }: RookOperatorArgs,
): Record<string, k8s.networking.v1.NetworkPolicy> {
  return Object.fromEntries(
    Object.entries(cephNetworkPolicies(network)).map(([policy, spec]) => [
      policy,
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${policy}`,
        { metadata: { name: policy, namespace }, spec },
        { parent },
      ),
    ]),
  );
}

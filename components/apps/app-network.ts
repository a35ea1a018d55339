import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { networkPolicies } from "../namespace/network-policies";
import { appLabels } from "./pod";

export interface AppNetworkArgs {
  /** Kubernetes name of the policy. */
  readonly policy: string;
  /** The app whose pods are meant; see `appLabels`. */
  readonly app: string;
  readonly namespace: pulumi.Input<string>;
  /** TCP ports that its pods may reach, at any address outside `blockedCidrs`. */
  readonly ports: readonly number[];
  readonly blockedCidrs: readonly string[];
  /** Where it may reach them. @default everywhere else */
  readonly cidrs?: readonly string[];
}

/**
 * Lets the pods of one app reach some ports, in a namespace that denies everything else. The API server's address cannot be known here, so the
 * pods are named instead of where they may go.
 *
 * @param name of the resource, derived from the parent's.
 */
export function createAppNetworkPolicy(
  name: string,
  { policy, app, namespace, ports, blockedCidrs, cidrs }: AppNetworkArgs,
  parent: pulumi.Resource,
): k8s.networking.v1.NetworkPolicy {
  const podLabels = appLabels(app);
  const apiServer = { ports, podLabels };
  const closed = { egressPorts: [], blockedCidrs };
  const spec = cidrs
    ? {
        ...networkPolicies({ ...closed, destinations: { own: { cidrs, ports } } })["allow-own"],
        podSelector: { matchLabels: podLabels },
      }
    : networkPolicies({ ...closed, apiServer })["allow-api-server"];
  return new k8s.networking.v1.NetworkPolicy(
    name,
    {
      metadata: { name: policy, namespace },
      // The same value without `readonly`, as the SDK's input types want it.
      spec: structuredClone(spec) as k8s.types.input.networking.v1.NetworkPolicySpec,
    },
    { parent },
  );
}

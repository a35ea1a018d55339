import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { serverLabels, serverNames, serverPods } from "./server-names";
import { serverNetworkPolicies } from "./server-network";
import { serverServices } from "./server-services";
import type { VaultClusterArgs } from "./vault-cluster";

/** Ready pods come after initialisation, which comes after these objects: waiting for them would never end. */
export const skipAwait = { "pulumi.com/skipAwait": "true" } as const;

/** What the servers may do in the cluster. */
export interface ServerRights {
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly role: k8s.rbac.v1.Role;
  readonly roleBinding: k8s.rbac.v1.RoleBinding;
  readonly tokenReviewBinding: k8s.rbac.v1.ClusterRoleBinding;
}

/**
 * Servers label their own pods, which is how Services find the leader, and ask the API server whose the tokens of logins are. The role names the
 * pods: no server can touch any other pod of the namespace.
 */
export function createRights(parent: pulumi.Resource, name: string, args: VaultClusterArgs): ServerRights {
  const { namespace, serverName, replicas, unsealRoleArn } = args;
  const account = serverNames(serverName).serviceAccount;
  const subjects = [{ kind: "ServiceAccount", name: account, namespace }];
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: {
        name: account,
        namespace,
        labels: serverLabels(serverName),
        ...(unsealRoleArn !== undefined && {
          annotations: {
            "eks.amazonaws.com/role-arn": unsealRoleArn,
            "eks.amazonaws.com/sts-regional-endpoints": "true",
          },
        }),
      },
      automountServiceAccountToken: false,
    },
    { parent },
  );
  const role = new k8s.rbac.v1.Role(
    `${name}-role`,
    {
      metadata: { name: `${serverName}-servers`, namespace },
      rules: [
        {
          apiGroups: [""],
          resources: ["pods"],
          resourceNames: serverPods(serverName, replicas),
          verbs: ["get", "update", "patch"],
        },
      ],
    },
    { parent },
  );
  const roleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata: { name: `${serverName}-servers`, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects,
    },
    { parent },
  );
  const tokenReviewBinding = new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-token-review`,
    {
      metadata: { name: `${namespace}-${serverName}-token-review` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
      subjects,
    },
    { parent },
  );
  return { serviceAccount, role, roleBinding, tokenReviewBinding };
}

/** By their Kubernetes names. */
export function createServices(
  parent: pulumi.Resource,
  name: string,
  { serverName, namespace, release, clusterIp }: VaultClusterArgs,
): Record<string, k8s.core.v1.Service> {
  return mapValues(
    serverServices(serverName, release, clusterIp),
    ({ selector, ports, ...spec }, service) =>
      new k8s.core.v1.Service(
        `${name}-service-${service}`,
        {
          metadata: { name: service, namespace, labels: serverLabels(serverName), annotations: { ...skipAwait } },
          spec: { ...spec, selector: { ...selector }, ports: [...ports] },
        },
        { parent },
      ),
  );
}

/** By their Kubernetes names. */
export function createNetworkPolicies(
  parent: pulumi.Resource,
  name: string,
  { serverName, namespace, network }: VaultClusterArgs,
): Record<string, k8s.networking.v1.NetworkPolicy> {
  return mapValues(
    serverNetworkPolicies({ ...network, name: serverName }),
    (spec, policy) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-policy-${policy}`,
        { metadata: { name: policy, namespace }, spec },
        { parent },
      ),
  );
}

/** A minority may be missing by plan. */
export function createDisruptionBudget(
  parent: pulumi.Resource,
  name: string,
  { serverName, namespace, replicas }: VaultClusterArgs,
): k8s.policy.v1.PodDisruptionBudget {
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    {
      metadata: { name: serverName, namespace },
      spec: {
        maxUnavailable: Math.ceil(replicas / 2) - 1,
        // Servers that wait for their key are of no use to anybody, and must not block the drain of their node.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: serverLabels(serverName) },
      },
    },
    { parent },
  );
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, make: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value, key)]));
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { createAppNetworkPolicy } from "../apps/app-network";
import { initNames } from "./init-names";

interface Place {
  readonly serverName: string;
  readonly namespace: string;
}

/** ServiceAccount of Pulumi's login. Nobody mounts its token: Pulumi asks for one when it needs it. */
export function createProvisioner(
  parent: pulumi.Resource,
  name: string,
  { serverName, namespace, production }: Place & { readonly production: boolean },
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-provisioner`,
    {
      metadata: { name: initNames(serverName).provisioner, namespace },
      automountServiceAccountToken: false,
    },
    // Without it nobody could log in at a Vault that is still there.
    { parent, ...(production && { protect: true, retainOnDelete: true }) },
  );
}

/**
 * Identity and rights of the Job.
 *
 * - It reads and changes its own Secrets by name, and deletes none.
 * - To make Secrets cannot be narrowed to names. It is worth little without the right to read: whoever makes a Secret of a type that
 *   Kubernetes fills in, under one of the names here, finds the name taken from the first run on.
 * - It may ask for tokens of Pulumi's ServiceAccount, to see that its login works before the root token is given up, and to configure what
 *   a later version wants otherwise.
 */
export function createInitRights(
  parent: pulumi.Resource,
  name: string,
  args: Place & { readonly pullSecret?: string; readonly generateSealKey?: { readonly name: string } },
) {
  const { serverName, namespace, pullSecret } = args;
  const { job } = initNames(serverName);
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: { name: job, namespace },
      automountServiceAccountToken: false,
      ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
    },
    { parent },
  );
  const role = new k8s.rbac.v1.Role(
    `${name}-role`,
    { metadata: { name: job, namespace }, rules: initRules(serverName, args.generateSealKey?.name) },
    { parent },
  );
  const roleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-role-binding`,
    {
      metadata: { name: job, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace }],
    },
    { parent },
  );
  return { serviceAccount, role, roleBinding };
}

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** @param sealKeySecret Secret that the Job makes if it is not there, and never changes */
export function initRules(serverName: string, sealKeySecret?: string): Rule[] {
  const { recoverySecret, bootstrapSecret, provisioner } = initNames(serverName);
  const secrets = { apiGroups: [""], resources: ["secrets"] };
  return [
    { ...secrets, verbs: ["create"] },
    { ...secrets, resourceNames: [recoverySecret, bootstrapSecret], verbs: ["get", "patch"] },
    ...(sealKeySecret === undefined ? [] : [{ ...secrets, resourceNames: [sealKeySecret], verbs: ["get"] }]),
    { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [provisioner], verbs: ["create"] },
  ];
}

/** Lets the Job reach the API server, in a namespace that denies everything else. The servers let in whoever is in their namespace. */
export function createInitNetworkPolicy(
  parent: pulumi.Resource,
  name: string,
  args: Place & { readonly apiServerPorts: readonly number[]; readonly blockedCidrs: readonly string[] },
): k8s.networking.v1.NetworkPolicy {
  const { serverName, namespace, apiServerPorts: ports, blockedCidrs } = args;
  const { job: app } = initNames(serverName);
  return createAppNetworkPolicy(
    `${name}-api-server`,
    { policy: `${app}-api-server`, app, namespace, ports, blockedCidrs },
    parent,
  );
}

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { ArcControllerRef } from "./arc-controller";
import type { GitHubCa } from "./github-ca";
import { hookRules, type KubernetesMode } from "./kubernetes-pod";
import { scaleSetObjectNames } from "./names";

/** What the identities and rights around one scale set depend on; see `RunnerScaleSetArgs`. */
export interface RightsArgs {
  readonly controller: ArcControllerRef;
  readonly namespace: pulumi.Input<string>;
  readonly kubernetesMode?: KubernetesMode;
  readonly pullSecret?: string;
  readonly githubCa?: GitHubCa;
}

export function serviceAccountName(name: string, args: RightsArgs): string {
  const names = scaleSetObjectNames(name);
  return args.kubernetesMode ? names.kubeMode : names.noPermission;
}

/**
 * The runner's identity. Its token is mounted only where the pod template asks for it, which is in the Kubernetes modes.
 */
export function createServiceAccount(
  parent: pulumi.Resource,
  name: string,
  args: RightsArgs,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    {
      metadata: { name: serviceAccountName(name, args), namespace: args.namespace },
      automountServiceAccountToken: false,
      ...(args.pullSecret !== undefined && { imagePullSecrets: [{ name: args.pullSecret }] }),
    },
    { parent },
  );
}

/** Lets the runner's container hooks make, follow and delete the pods of jobs in the runner's own namespace. */
export function createHookRights(
  parent: pulumi.Resource,
  name: string,
  args: RightsArgs,
  mode: KubernetesMode,
  serviceAccount: k8s.core.v1.ServiceAccount,
): { readonly hookRole: k8s.rbac.v1.Role; readonly hookRoleBinding: k8s.rbac.v1.RoleBinding } {
  const metadata = { name: scaleSetObjectNames(name).kubeMode, namespace: args.namespace };
  const rules = hookRules(mode).map(({ apiGroups, resources, verbs }) => ({
    apiGroups: [...apiGroups],
    resources: [...resources],
    verbs: [...verbs],
  }));
  const hookRole = new k8s.rbac.v1.Role(`${name}-hook-role`, { metadata, rules }, { parent });
  const hookRoleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-hook-role-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: hookRole.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: args.namespace }],
    },
    { parent },
  );
  return { hookRole, hookRoleBinding };
}

/** What the controller does in a runner namespace; rules of the scale-set chart's `manager_role.yaml`. */
export function createManagerRights(
  parent: pulumi.Resource,
  name: string,
  args: RightsArgs,
): { readonly managerRole: k8s.rbac.v1.Role; readonly managerRoleBinding: k8s.rbac.v1.RoleBinding } {
  const all = ["create", "delete", "get", "list", "patch", "update"];
  const metadata = { name: scaleSetObjectNames(name).managerRole, namespace: args.namespace };
  const rules = [
    { apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get"] },
    { apiGroups: [""], resources: ["pods/status"], verbs: ["get"] },
    { apiGroups: [""], resources: ["secrets"], verbs: all },
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: all },
    {
      apiGroups: ["rbac.authorization.k8s.io"],
      resources: ["rolebindings", "roles"],
      verbs: ["create", "delete", "get", "patch", "update"],
    },
    ...(args.githubCa
      ? [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [args.githubCa.configMap], verbs: ["get"] }]
      : []),
  ];
  const managerRole = new k8s.rbac.v1.Role(`${name}-manager-role`, { metadata, rules }, { parent });
  const managerRoleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-manager-role-binding`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: managerRole.metadata.name },
      subjects: [
        { kind: "ServiceAccount", name: args.controller.serviceAccountName, namespace: args.controller.namespace },
      ],
    },
    { parent },
  );
  return { managerRole, managerRoleBinding };
}

import type { HookLine } from "../../components/arc/hooks/hook-input";
import type { KubernetesApi } from "./api";

interface Permission {
  readonly group: string;
  readonly verbs: readonly string[];
  readonly resource: string;
  readonly subresource: string;
}

/** What the hooks demand of the runner's service account. Source: `requiredPermissions` in packages/k8s/src/k8s/index.ts. */
export function requiredPermissions(line: HookLine): readonly Permission[] {
  const all = ["get", "list", "create", "delete"];
  return [
    { group: "", verbs: all, resource: "pods", subresource: "" },
    { group: "", verbs: ["get", "create"], resource: "pods", subresource: "exec" },
    { group: "", verbs: ["get", "list", "watch"], resource: "pods", subresource: "log" },
    ...(line === "0.7" ? [{ group: "batch", verbs: all, resource: "jobs", subresource: "" }] : []),
    { group: "", verbs: all, resource: "secrets", subresource: "" },
  ];
}

/** Asks for each of them, before every command, as the hooks do. */
export async function hasPermissions(api: KubernetesApi, line: HookLine): Promise<boolean> {
  const asked = requiredPermissions(line).flatMap(({ group, verbs, resource, subresource }) =>
    verbs.map((verb) => api.allows({ namespace: api.namespace, group, verb, resource, subresource })),
  );
  return (await Promise.all(asked)).every((allowed) => allowed);
}

export function missingPermissions(api: KubernetesApi, line: HookLine): Error {
  return new Error(
    `The Service account needs the following permissions ${JSON.stringify(requiredPermissions(line))} ` +
      `on the pod resource in the '${api.namespace}' namespace. Please contact your self hosted runner administrator.`,
  );
}

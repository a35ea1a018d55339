import { KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";

const fieldManager = "runner-platform-sandbox";

/** An object as one writes it down; the client's own types ask for instances of its classes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** A client for the cluster of a kubeconfig file. */
export function loadKubeconfig(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/** Creates or updates objects by server-side apply, in the order given. */
export async function applyObjects(config: KubeConfig, objects: readonly Manifest[]): Promise<void> {
  const api = KubernetesObjectApi.makeApiClient(config);
  for (const object of objects) {
    await api.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
  }
}

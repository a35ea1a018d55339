import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../../stacks/secrets";
import type { Settings } from "../../stacks/settings";

/**
 * The Secret with the registry credentials of the settings in a namespace of the platform; none without credentials or a name for it.
 *
 * @returns none or one, for `dependsOn`
 */
export function createNamespacePullSecret(
  resourceName: string,
  { pullSecret }: Settings["registry"],
  { registryCredentials }: Secrets,
  namespace: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret[] {
  if (pullSecret === undefined || !registryCredentials) return [];
  const args = { namespace, name: pullSecret, dockerConfig: registryCredentials };
  return [createPullSecret(resourceName, args, opts)];
}

export interface PullSecretArgs {
  readonly namespace: pulumi.Input<string>;
  readonly name: string;
  /** Content of Docker's `config.json`. */
  readonly dockerConfig: pulumi.Input<string>;
}

/** A Secret with registry credentials, for `imagePullSecrets`. */
export function createPullSecret(
  resourceName: string,
  { namespace, name, dockerConfig }: PullSecretArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    resourceName,
    {
      metadata: { name, namespace },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": pulumi.secret(dockerConfig) },
    },
    opts,
  );
}

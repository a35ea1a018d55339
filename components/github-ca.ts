import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../stacks/settings";
import type { GitHubCa } from "./arc/github-ca";

/** The authority behind GitHub's certificate, as settings have it; none for a publicly trusted one. */
export function githubCaOf({ ca }: Settings["github"]): GitHubCa | undefined {
  if (!ca) return undefined;
  const { configMap, key = "ca.crt", certificate } = ca;
  if (certificate === undefined) return { configMap, key };
  return { configMap, key, hash: createHash("sha256").update(certificate).digest("hex").slice(0, 16) };
}

/** The ConfigMap to be made in each namespace that needs it; none when somebody else makes it. */
export interface GitHubCaConfigMap {
  readonly configMap: string;
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
}

export function githubCaConfigMapOf({ ca }: Settings["github"]): GitHubCaConfigMap | undefined {
  if (ca?.certificate === undefined) return undefined;
  return { configMap: ca.configMap, key: ca.key ?? "ca.crt", certificate: ca.certificate };
}

/** Makes the ConfigMap in a namespace. */
export function createGitHubCa(
  name: string,
  namespace: pulumi.Input<string>,
  { configMap, key, certificate }: GitHubCaConfigMap,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    name,
    { metadata: { name: configMap, namespace }, data: { [key]: certificate } },
    opts,
  );
}

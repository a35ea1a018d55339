import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { type Bundle, bundleFile } from "./bundle";
import { appLabels } from "./pod";

/** Code or settings of an app, as its pods mount them. */
export interface AppFiles {
  readonly part: "code" | "config";
  /** Of the content, in hexadecimal digits. */
  readonly hash: string;
  /** Contents by name of the file. Nothing secret. */
  readonly data: Readonly<Record<string, string>>;
}

export function codeFiles({ code, hash }: Bundle): AppFiles {
  return { part: "code", hash, data: { [bundleFile]: code } };
}

/** The hash does not depend on the order in which files are given. */
export function configFiles(data: Readonly<Record<string, string>>): AppFiles {
  const sorted = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return { part: "config", hash: createHash("sha256").update(JSON.stringify(sorted)).digest("hex"), data };
}

/** Kubernetes name of the ConfigMap: it says which content. */
export function appConfigMapName(app: string, { part, hash }: Pick<AppFiles, "part" | "hash">): string {
  return `${app}-${part}-${hash.slice(0, 10)}`;
}

/**
 * An immutable ConfigMap that is named for its content: a change of the content makes a new one, and a pod never sees half of a change.
 *
 * @param name of the resource, derived from the parent's.
 */
export function createAppConfigMap(
  name: string,
  { app, namespace }: { readonly app: string; readonly namespace: pulumi.Input<string> },
  files: AppFiles,
  parent: pulumi.Resource,
): k8s.core.v1.ConfigMap {
  return new k8s.core.v1.ConfigMap(
    name,
    {
      metadata: { name: appConfigMapName(app, files), namespace, labels: appLabels(app) },
      immutable: true,
      data: { ...files.data },
    },
    // Names differ by content, so the new one can be there before the old one goes.
    { parent, deleteBeforeReplace: false },
  );
}

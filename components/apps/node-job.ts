import { createHash } from "node:crypto";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { appConfigMapName, codeFiles, configFiles, createAppConfigMap } from "./app-config-map";
import type { Bundle } from "./bundle";
import { jobTemplate, type JobTemplateArgs } from "./job-pod";

export interface NodeJobArgs extends Omit<JobTemplateArgs, "codeConfigMap" | "configConfigMap" | "deleteAfterSeconds"> {
  /**
   * Beginning of the names of the Job and its ConfigMaps. **A change runs the Job again.**
   */
  readonly app: string;
  /** Namespace of everything here; its Pod Security level may be `restricted`. **A change runs the Job again.** */
  readonly namespace: pulumi.Input<string>;
  /** The program; see `bundleApp`. */
  readonly bundle: Bundle;
  /** Files that the program finds in `/config`, by name. Nothing secret: they are ConfigMap data and show in previews. */
  readonly config: Readonly<Record<string, string>>;
}

/**
 * A program of this repository that runs once in the cluster, and again whenever anything about it changes: code, settings, arguments,
 * image. Its name carries a hash of all that, because the pod template of a Job cannot be changed. So the program must be one that may run
 * any number of times.
 *
 * Pulumi waits until the Job is complete. One that failed is made anew by the next `pulumi up`.
 *
 * ```ts
 * new NodeJob("vault-init", { app: "vault-init", namespace, bundle: bundleApp("apps/vault-init/main.ts"), config, arguments: ["run"], ... });
 * ```
 *
 * A CronJob takes the same program with `createAppConfigMap` and `jobTemplate`.
 */
export class NodeJob extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly code: k8s.core.v1.ConfigMap;
    readonly config: k8s.core.v1.ConfigMap;
    readonly job: k8s.batch.v1.Job;
  };

  public constructor(name: string, args: NodeJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:NodeJob", name, { app: args.app, image: args.image }, opts);

    const code = createAppConfigMap(`${name}-code`, args, codeFiles(args.bundle), this);
    const config = createAppConfigMap(`${name}-config`, args, configFiles(args.config), this);
    const job = createJob(name, args, [code, config], this);

    this.nodes = { code, config, job };
    this.registerOutputs({});
  }
}

/** How much longer than the Job's own deadline Pulumi waits, so that it is the Job that says why it failed. */
const awaitMarginSeconds = 60;

function createJob(
  name: string,
  args: NodeJobArgs,
  dependsOn: readonly pulumi.Resource[],
  parent: NodeJob,
): k8s.batch.v1.Job {
  const template = templateOf(args);
  return new k8s.batch.v1.Job(
    `${name}-job`,
    {
      metadata: {
        name: jobName(args.app, template),
        namespace: args.namespace,
        labels: template.metadata.labels,
        // A Job that failed stays failed; waiting for it again would never end well.
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
      spec: template.spec as unknown as k8s.types.input.batch.v1.JobSpec,
    },
    {
      parent,
      dependsOn: [...dependsOn],
      customTimeouts: { create: `${args.deadlineSeconds + awaitMarginSeconds}s` },
    },
  );
}

function templateOf(args: NodeJobArgs): ReturnType<typeof jobTemplate> {
  return jobTemplate({
    ...args,
    codeConfigMap: appConfigMapName(args.app, codeFiles(args.bundle)),
    configConfigMap: appConfigMapName(args.app, configFiles(args.config)),
  });
}

/** The names of its ConfigMaps are part of the template, and with them hashes of their content. */
function jobName(app: string, template: ReturnType<typeof jobTemplate>): string {
  return `${app}-${createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 10)}`;
}

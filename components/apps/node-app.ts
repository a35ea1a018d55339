import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { EnvVar, Resources } from "../pod";
import { codeFiles, configFiles, createAppConfigMap } from "./app-config-map";
import type { Bundle } from "./bundle";
import { appLabels, appPodTemplate } from "./pod";

export interface NodeAppArgs {
  /**
   * Name of the Deployment, and beginning of the names of its ConfigMaps. **A change replaces them.**
   */
  readonly app: string;
  /** Namespace of everything here; its Pod Security level may be `restricted`. **A change replaces it all.** */
  readonly namespace: pulumi.Input<string>;
  /** The program; see `bundleApp`. */
  readonly bundle: Bundle;
  /** Files that the program finds in `/config`, by name. Nothing secret: they are ConfigMap data and show in previews. */
  readonly config: Readonly<Record<string, string>>;
  /** Environment besides `PORT`. @default none */
  readonly env?: readonly EnvVar[];
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  readonly serviceAccountName: pulumi.Input<string>;
  /** Whether the program talks to the API server; only then a token is mounted. */
  readonly callsApiServer: boolean;
  /** Make a PodMonitor, which needs the Prometheus operator's definitions. @default false */
  readonly podMonitor?: boolean;
}

/**
 * A program of this repository that runs in the cluster without a registry of one's own: its code, bundled to one file, is a ConfigMap, and
 * the image is a plain Node.js.
 *
 * Code and configuration are immutable and carry a hash of their content in their names. A change of either makes a new ConfigMap, then a
 * new pod that uses it, and only then takes the old one away; a pod never sees half of a change, and going back is the same change again.
 *
 * There is one pod, and the old one ends before the new one begins: two of them would act on different configurations.
 *
 * ```ts
 * new NodeApp("exporter", { app: "exporter", namespace, bundle: bundleApp("apps/exporter/main.ts"), config: {}, image, ... });
 * ```
 */
export class NodeApp extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly code: k8s.core.v1.ConfigMap;
    readonly config: k8s.core.v1.ConfigMap;
    readonly deployment: k8s.apps.v1.Deployment;
    readonly podMonitor?: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: NodeAppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:NodeApp", name, { app: args.app, image: args.image }, opts);

    const code = createAppConfigMap(`${name}-code`, args, codeFiles(args.bundle), this);
    const config = createAppConfigMap(`${name}-config`, args, configFiles(args.config), this);
    const deployment = createDeployment(this, name, args, code, config);
    const podMonitor = args.podMonitor === true ? createPodMonitor(this, name, args) : undefined;

    this.nodes = { code, config, deployment, ...(podMonitor && { podMonitor }) };
    this.registerOutputs({});
  }
}

function createDeployment(
  parent: NodeApp,
  name: string,
  args: NodeAppArgs,
  code: k8s.core.v1.ConfigMap,
  config: k8s.core.v1.ConfigMap,
): k8s.apps.v1.Deployment {
  const template = pulumi
    .all([args.serviceAccountName, code.metadata.name, config.metadata.name])
    .apply(([serviceAccountName, codeConfigMap, configConfigMap]) =>
      appPodTemplate({ ...args, env: args.env ?? [], serviceAccountName, codeConfigMap, configConfigMap }),
    );
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { name: args.app, namespace: args.namespace, labels: appLabels(args.app) },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 2,
        strategy: { type: "Recreate" },
        selector: { matchLabels: appLabels(args.app) },
        // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
        template: template as pulumi.Output<unknown> as pulumi.Output<k8s.types.input.core.v1.PodTemplateSpec>,
      },
    },
    { parent },
  );
}

function createPodMonitor(parent: NodeApp, name: string, args: NodeAppArgs): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${name}-metrics`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: args.app, namespace: args.namespace },
      spec: {
        selector: { matchLabels: appLabels(args.app) },
        podMetricsEndpoints: [{ port: "metrics", path: "/metrics" }],
      },
    },
    { parent },
  );
}

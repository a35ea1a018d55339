import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { chartSource } from "../chart-source";
import type { Resources } from "../pod";
import { controllerValues } from "./controller-values";
import { createPodMonitors, type PodMonitorsArgs } from "./pod-monitors";
import type { ArcRelease } from "./release";

export interface ArcControllerArgs {
  /** ARC release to run. Scale sets are labelled with its version. */
  readonly release: ArcRelease;
  /** Namespace of controller and listeners. */
  readonly namespace: pulumi.Input<string>;
  /** Chart: `oci://...` (with `chartVersion`), a local folder or a `.tgz`. */
  readonly chart: string;
  /** Version of an OCI chart. @default what the folder or archive holds */
  readonly chartVersion?: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  /** More than one turns on leader election and a PodDisruptionBudget; 0 pauses ARC, for upgrades. */
  readonly replicas: number;
  readonly resources: Resources;
  readonly logLevel: string;
  readonly logFormat: string;
  /** Ignored by releases without these flags. */
  readonly concurrency: { readonly runnerReconciles: number; readonly clientQps: number; readonly clientBurst: number };
  /** Whether to make PodMonitors; needs the CRDs of the Prometheus operator. */
  readonly podMonitors: boolean;
  /** Labels of the PodMonitors, where Prometheus selects them by some. @default none */
  readonly podMonitorLabels?: Readonly<Record<string, string>>;
  /** Secret with registry credentials, in the namespace. @default none */
  readonly pullSecret?: string;
}

/** What scale sets need to know of a controller. */
export interface ArcControllerRef {
  readonly release: ArcRelease;
  readonly namespace: pulumi.Output<string>;
  readonly serviceAccountName: pulumi.Output<string>;
  /** Must exist before a scale set and outlive it: without its controller a scale set hangs on its finalizer (#2781, #3512). */
  readonly resource: pulumi.Resource;
}

/**
 * The controller of Actions Runner Controller: CRDs and Deployment from the chart, a disruption budget, scrape configuration.
 *
 * The chart is rendered at preview (`helm.v4.Chart`), so each object is in the graph and visible to policies. Its release name is fixed:
 * names, selectors and the service account that scale sets grant rights to derive from it.
 *
 * ```ts
 * const controller = new ArcController("arc", { release, namespace: "arc-systems", chart: "oci://...", chartVersion: "0.14.2", ... });
 * ```
 */
export class ArcController extends pulumi.ComponentResource implements ArcControllerRef {
  public readonly release: ArcRelease;
  public readonly namespace: pulumi.Output<string>;
  public readonly serviceAccountName: pulumi.Output<string>;
  public readonly nodes: {
    readonly chart: k8s.helm.v4.Chart;
    readonly disruptionBudget?: k8s.policy.v1.PodDisruptionBudget;
    readonly podMonitors: readonly k8s.apiextensions.CustomResource[];
  };

  public constructor(name: string, args: ArcControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:ArcController", name, { version: args.release.version, chart: args.chart }, opts);

    const fullName = `${name}-gha-rs-controller`;
    const chart = createChart(this, name, fullName, args);
    const disruptionBudget = args.replicas > 1 ? createDisruptionBudget(this, name, args) : undefined;
    const podMonitors = args.podMonitors ? createPodMonitors(this, name, podMonitorsArgs(name, args)) : [];

    this.release = args.release;
    this.namespace = pulumi.output(args.namespace);
    this.serviceAccountName = pulumi.output(fullName);
    this.nodes = { chart, podMonitors, ...(disruptionBudget && { disruptionBudget }) };
    this.registerOutputs({ namespace: this.namespace, serviceAccountName: this.serviceAccountName });
  }

  public get resource(): pulumi.Resource {
    return this.nodes.chart;
  }
}

function createChart(
  parent: ArcController,
  name: string,
  fullName: string,
  args: ArcControllerArgs,
): k8s.helm.v4.Chart {
  const { runnerReconciles, clientQps, clientBurst } = args.concurrency;
  return new k8s.helm.v4.Chart(
    `${name}-chart`,
    {
      name,
      namespace: args.namespace,
      ...chartSource({ chart: args.chart, version: args.chartVersion }),
      values: controllerValues({
        release: args.release,
        fullName,
        image: args.image,
        imagePullPolicy: args.imagePullPolicy,
        replicas: args.replicas,
        resources: args.resources,
        logLevel: args.logLevel,
        logFormat: args.logFormat,
        runnerReconciles,
        clientQps,
        clientBurst,
        ...(args.pullSecret !== undefined && { pullSecret: args.pullSecret }),
      }),
    },
    { parent },
  );
}

/** Labels that the chart puts on the controller's pods, in every release served. */
function controllerLabels(name: string): Record<string, string> {
  return { "app.kubernetes.io/component": "controller-manager", "app.kubernetes.io/instance": name };
}

function podMonitorsArgs(name: string, args: ArcControllerArgs): PodMonitorsArgs {
  const { release, namespace, podMonitorLabels: labels } = args;
  return { release, namespace, controllerLabels: controllerLabels(name), ...(labels && { labels }) };
}

/**
 * Keeps all but one replica up through node drains. With a single replica none is made: it would either change nothing or block drains,
 * and a controller that restarts within seconds loses no job.
 */
function createDisruptionBudget(
  parent: ArcController,
  name: string,
  args: ArcControllerArgs,
): k8s.policy.v1.PodDisruptionBudget {
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    {
      metadata: { name: `${name}-gha-rs-controller`, namespace: args.namespace },
      spec: { maxUnavailable: 1, selector: { matchLabels: controllerLabels(name) } },
    },
    { parent },
  );
}

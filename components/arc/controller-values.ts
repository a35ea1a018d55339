import { type Resources, restrictedSecurityContext } from "../pod";
import { arcPodSecurityContext } from "./listener";
import type { ArcRelease } from "./release";

/** Port of controller and listener metrics. */
export const metricsPort = 8080;

export interface ControllerValuesArgs {
  readonly release: ArcRelease;
  readonly fullName: string;
  /** Image reference, `repository:tag`, `repository:tag@digest` or `repository@digest`. */
  readonly image: string;
  readonly imagePullPolicy: string;
  /** None at all pauses ARC: runners and listeners go on, but nothing is added, removed or changed. */
  readonly replicas: number;
  readonly resources: Resources;
  readonly logLevel: string;
  readonly logFormat: string;
  /** EphemeralRunners handled at a time; the manager's own default of 2 makes bursts wait (actions-runner-controller #3276, #3953). */
  readonly runnerReconciles: number;
  /** Requests per second, and burst, that the manager may send to the Kubernetes API. */
  readonly clientQps: number;
  readonly clientBurst: number;
  /** Secret with registry credentials, for controller and listeners. @default none */
  readonly pullSecret?: string;
}

/**
 * Values for the chart `gha-runner-scale-set-controller`, limited to what the release knows: a value which the chart ignores would look
 * like a setting that works. Metrics are on, because controller and listeners share one switch and alerts need both.
 */
export function controllerValues(args: ControllerValuesArgs): Record<string, unknown> {
  return {
    fullnameOverride: args.fullName,
    // As a text, because the chart takes the number 0 for "not given" and makes it 1.
    replicaCount: args.replicas === 0 ? "0" : args.replicas,
    image: { ...splitImage(args.image), pullPolicy: args.imagePullPolicy },
    // One at most: the chart of 0.6 joins several into one name.
    ...(args.pullSecret !== undefined && { imagePullSecrets: [{ name: args.pullSecret }] }),
    serviceAccount: { create: true, name: args.fullName },
    podSecurityContext: arcPodSecurityContext,
    securityContext: restrictedSecurityContext,
    resources: args.resources,
    metrics: {
      controllerManagerAddr: `:${metricsPort}`,
      listenerAddr: `:${metricsPort}`,
      listenerEndpoint: "/metrics",
    },
    flags: {
      logLevel: args.logLevel,
      logFormat: args.logFormat,
      ...(args.release.concurrencyFlags && {
        runnerMaxConcurrentReconciles: args.runnerReconciles,
        k8sClientRateLimiterQPS: args.clientQps,
        k8sClientRateLimiterBurst: args.clientBurst,
      }),
      // Given although it is the default: the other value stops sets (see `ArcRelease.updateStrategy`).
      ...(args.release.updateStrategy && { updateStrategy: "immediate" }),
      // The template reads this below `flags`, although the comments of values.yaml place it at top level.
      ...(args.release.healthProbes && { healthProbeBindAddress: ":8081" }),
    },
    ...(args.replicas > 1 && { affinity: spreadOverNodes }),
  };
}

/** Replicas of the controller keep off each other's node where they can. */
const spreadOverNodes = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: { matchLabels: { "app.kubernetes.io/component": "controller-manager" } },
        },
      },
    ],
  },
};

/**
 * Cuts an image reference into the chart's two values, which the chart joins again with a colon; so a bare digest is cut at its own colon.
 */
export function splitImage(image: string): { readonly repository: string; readonly tag: string } {
  const digest = image.indexOf("@");
  const named = digest === -1 ? image : image.slice(0, digest);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const cut = colon !== -1 ? colon : digest === -1 ? -1 : image.indexOf(":", digest);
  if (cut === -1) throw new Error(`image "${image}" has neither tag nor digest`);
  return { repository: image.slice(0, cut), tag: image.slice(cut + 1) };
}

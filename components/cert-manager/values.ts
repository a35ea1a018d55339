import { splitImage } from "../arc/controller-values";
import { type Resources, restrictedSecurityContext } from "../pod";
import type { CertManagerRelease } from "./release";

/** Release name of the chart. It is fixed, because the chart derives from it the names which manuals and other charts know. */
export const certManagerReleaseName = "cert-manager";

/** Ports of the pods: the webhook's, and the metrics of those that have some. */
export const certManagerPorts = { webhook: 10_250, metrics: 9402 };

/** The Deployments of the chart, by the label `app.kubernetes.io/component` of their pods. */
export const certManagerParts = ["controller", "webhook", "cainjector"] as const;
export type CertManagerPart = (typeof certManagerParts)[number];

export interface CertManagerValuesArgs {
  readonly release: CertManagerRelease;
  readonly namespace: string;
  /** Whether the definitions outlive the chart, and with them all certificates. */
  readonly keepDefinitions: boolean;
  readonly images: Readonly<Record<CertManagerPart, string>> & { readonly acmesolver?: string };
  readonly imagePullPolicy: string;
  /** Secret with registry credentials, in the namespace. @default none */
  readonly pullSecret?: string;
  readonly replicas: number;
  readonly resources: Readonly<Record<CertManagerPart, Resources>>;
  /** Signers whose requests cert-manager approves by itself; never an empty list, which the chart takes for all. @default all */
  readonly signers?: readonly [string, ...string[]];
  /** Whether some issuer proves by DNS that a name is its own. */
  readonly dns01: boolean;
}

/**
 * Values for the chart `cert-manager`, limited to what the release knows.
 *
 * - Leader election takes place in the namespace itself: the chart's own place for it, kube-system, would need rights there.
 * - Its roles are not added to the cluster's `edit` and `admin`: whoever may edit a namespace may not for that reason make issuers.
 * - `startupapicheck` is a hook, which a rendered chart does not run; the component asks the webhook itself.
 * - With DNS-01, propagation is asked of the cluster's own name server: to ask a zone's servers, port 53 would have to be open everywhere.
 */
export function certManagerValues(args: CertManagerValuesArgs): Record<string, unknown> {
  const { release } = args;
  return {
    ...(release.definitions === "crds"
      ? { crds: { enabled: true, keep: args.keepDefinitions } }
      : { installCRDs: true }),
    global: {
      leaderElection: { namespace: args.namespace },
      rbac: { create: true, aggregateClusterRoles: false },
      ...(args.pullSecret !== undefined && { imagePullSecrets: [{ name: args.pullSecret }] }),
    },
    ...part(args, "controller"),
    ...(args.images.acmesolver !== undefined && { acmesolver: { image: splitImage(args.images.acmesolver) } }),
    ...(release.approver && args.signers && { approveSignerNames: [...args.signers] }),
    ...(args.dns01 && dns01Values(release)),
    webhook: { ...part(args, "webhook"), securePort: certManagerPorts.webhook },
    cainjector: { enabled: true, ...part(args, "cainjector") },
    startupapicheck: { enabled: false },
    prometheus: { enabled: true },
  };
}

function part(
  { images, imagePullPolicy, replicas, resources }: CertManagerValuesArgs,
  name: CertManagerPart,
): { readonly replicaCount: number; readonly [key: string]: unknown } {
  return {
    replicaCount: replicas,
    image: { ...splitImage(images[name]), pullPolicy: imagePullPolicy },
    resources: resources[name],
    containerSecurityContext: restrictedSecurityContext,
    ...(replicas > 1 && { affinity: spreadOverNodes(name) }),
  };
}

function dns01Values({ serviceAccountLogin }: CertManagerRelease): Record<string, unknown> {
  return serviceAccountLogin ? { dns01RecursiveNameserversOnly: true } : {};
}

/** Labels that the chart puts on the pods of one of its Deployments, in every release served. */
export function partLabels(name: CertManagerPart): Record<string, string> {
  return { "app.kubernetes.io/component": name, "app.kubernetes.io/instance": certManagerReleaseName };
}

function spreadOverNodes(name: CertManagerPart): Record<string, unknown> {
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: partLabels(name) } };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
    },
  };
}

import { splitImage } from "../arc/controller-values";
import { type GitHubCa, githubCaInStore, githubCaParts } from "../arc/github-ca";
import { arcPodSecurityContext } from "../arc/listener";
import { type Resources, restrictedSecurityContext } from "../pod";

/** Release name of the chart. It is fixed, because the chart derives from it the names which operators and manuals know. */
export const legacyReleaseName = "actions-runner-controller";

/** Secret with the webhooks' serving certificate, type `kubernetes.io/tls`: the chart mounts this name and no other. */
export const servingCertificateSecret = `${legacyReleaseName}-serving-cert`;

/** Ports of the controller's pods: admission webhooks and metrics; and of the optional server for GitHub's webhooks. */
export const legacyPorts = { admission: 9443, metrics: 8080, githubWebhooks: 8000 };

export interface LegacyControllerValuesArgs {
  /** Namespace whose runners the controller serves: it sees no other. */
  readonly runnerNamespace: string;
  readonly image: string;
  /** For runners that name no image. */
  readonly runnerImage: string;
  /** The Docker daemon beside the runner. */
  readonly dindImage: string;
  readonly imagePullPolicy: string;
  readonly replicas: number;
  readonly resources: Resources;
  /** How often each autoscaler is computed anew, such as `1m`; each time it asks GitHub's REST API. */
  readonly syncPeriod: string;
  readonly logLevel: string;
  readonly logFormat: string;
  readonly githubEnterpriseServerUrl?: string;
  readonly githubApiUrl?: string;
  readonly runnerGithubUrl?: string;
  /** Authority behind the certificate of the GitHub Enterprise Server, in a ConfigMap of the controller's namespace. @default none */
  readonly githubCa?: GitHubCa;
  /** PEM of the authority behind the certificate in {@link servingCertificateSecret}. @default cert-manager makes both */
  readonly caBundle?: string;
  readonly webhookServer?: { readonly replicas: number; readonly resources: Resources };
}

/** Names of Secrets, which become known with their content. */
export interface LegacySecretNames<T> {
  readonly credential: T;
  readonly webhookToken?: T;
}

/**
 * Values for the chart `actions-runner-controller` 0.23.7 (app 0.27.6).
 *
 * - Metrics are served in plain text, without the RBAC proxy in front: its image is another party's and no longer kept, and a NetworkPolicy
 *   decides who may scrape, as for the controller of scale sets.
 * - One namespace is watched. The admission webhooks have `failurePolicy: Fail`; in all namespaces, a controller that is down would keep
 *   others from creating pods that carry the runners' label.
 * - No health probes: the chart of 0.23.7 and the program of 0.27.6 know none.
 */
export function legacyControllerValues<T>(
  args: LegacyControllerValuesArgs,
  secrets: LegacySecretNames<T>,
): Record<string, unknown> {
  return {
    fullnameOverride: legacyReleaseName,
    replicaCount: args.replicas,
    enableLeaderElection: true,
    syncPeriod: args.syncPeriod,
    logLevel: args.logLevel,
    logFormat: args.logFormat,
    authSecret: { enabled: true, create: false, name: secrets.credential },
    image: {
      ...splitImage(args.image),
      pullPolicy: args.imagePullPolicy,
      actionsRunnerRepositoryAndTag: args.runnerImage,
      dindSidecarRepositoryAndTag: args.dindImage,
    },
    serviceAccount: { create: true, name: legacyReleaseName },
    podSecurityContext: arcPodSecurityContext,
    securityContext: restrictedSecurityContext,
    resources: args.resources,
    webhookPort: legacyPorts.admission,
    metrics: { port: legacyPorts.metrics, proxy: { enabled: false } },
    scope: { singleNamespace: true, watchNamespace: args.runnerNamespace },
    certManagerEnabled: args.caBundle === undefined,
    ...(args.caBundle !== undefined && { admissionWebHooks: { caBundle: base64(args.caBundle) } }),
    ...(args.githubEnterpriseServerUrl !== undefined && { githubEnterpriseServerURL: args.githubEnterpriseServerUrl }),
    ...(args.githubApiUrl !== undefined && { githubURL: args.githubApiUrl }),
    ...(args.runnerGithubUrl !== undefined && { runnerGithubURL: args.runnerGithubUrl }),
    ...(args.githubCa && authorityValues(args.githubCa)),
    ...(args.replicas > 1 && {
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
      affinity: spreadOverNodes,
    }),
    githubWebhookServer: args.webhookServer
      ? webhookServerValues(args.webhookServer, args, secrets.webhookToken)
      : { enabled: false },
  };
}

/** The webhook server is left out: it only receives. */
function authorityValues(ca: GitHubCa): Record<string, unknown> {
  const { annotations, volumes } = githubCaParts(ca, "system");
  return { podAnnotations: annotations, additionalVolumes: volumes, additionalVolumeMounts: [githubCaInStore] };
}

function webhookServerValues(
  { replicas, resources }: { readonly replicas: number; readonly resources: Resources },
  { logLevel, logFormat }: LegacyControllerValuesArgs,
  token: unknown,
): Record<string, unknown> {
  return {
    enabled: true,
    replicaCount: replicas,
    logLevel,
    logFormat,
    secret: { enabled: true, create: false, name: token },
    podSecurityContext: arcPodSecurityContext,
    securityContext: restrictedSecurityContext,
    resources,
    ...(replicas > 1 && { podDisruptionBudget: { enabled: true, maxUnavailable: 1 } }),
  };
}

const spreadOverNodes = {
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: { matchLabels: { "app.kubernetes.io/instance": legacyReleaseName } },
        },
      },
    ],
  },
};

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

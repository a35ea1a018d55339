import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { credentialHash, type GitHubCredential, githubSecretData } from "../arc/github-secret";
import { chartSource } from "../chart-source";
import {
  legacyControllerValues,
  type LegacyControllerValuesArgs,
  legacyPorts,
  legacyReleaseName,
} from "./controller-values";
import { createWebhookGates } from "./webhook-gates";

export interface LegacyArcControllerArgs extends Omit<LegacyControllerValuesArgs, "webhookServer"> {
  /** Namespace of the controller; must differ from the runners'. **A change replaces everything.** */
  readonly namespace: pulumi.Input<string>;
  /** Chart: a name within `chartRepository`, `oci://...`, a local folder or a `.tgz`. */
  readonly chart: string;
  /** Address of a Helm repository. @default `chart` says where the chart is */
  readonly chartRepository?: string;
  /** @default what the folder or archive holds */
  readonly chartVersion?: string;
  /** For all runners and autoscalers. A GitHub App cannot register runners of an enterprise. */
  readonly credential: GitHubCredential;
  /**
   * Server for GitHub's webhooks, which `scaleUpTriggers` need, with the webhook's secret. Its Service is reachable in the cluster alone:
   * whoever enables it brings an ingress. @default none
   */
  readonly webhookServer?: LegacyControllerValuesArgs["webhookServer"] & { readonly token: pulumi.Input<string> };
  /** Whether to make a PodMonitor; needs the CRDs of the Prometheus operator. */
  readonly podMonitors: boolean;
}

/** What runner deployments need to know of the controller. */
export interface LegacyArcControllerRef {
  /** Must exist before runners and outlive them: the controller admits them, and deregisters them when they go. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * The controller of the older kinds (`actions.summerwind.dev`): CRDs, Deployment and admission webhooks from the chart 0.23.7, its
 * credential, what its namespace has to let in, scrape configuration.
 *
 * ```ts
 * new LegacyArcController("legacy-arc", { namespace: "actions-runner-system", runnerNamespace: "actions-runner", chart: ..., ... });
 * ```
 *
 * **Certificates.** The API server calls the webhooks for each RunnerDeployment and refuses it unless they answer. cert-manager must be in
 * the cluster and issues the certificate; `ready` is reached when the webhooks know its authority. With `caBundle` there must be a Secret
 * `actions-runner-controller-serving-cert` of type `kubernetes.io/tls`, made by somebody else.
 *
 * **Rotation of the credential.** The controller reads it from its environment at start and never again. Therefore the Secret's *name*
 * carries a hash of its content: a new credential makes a new Secret, then new pods, then deletes the old Secret.
 */
export class LegacyArcController extends pulumi.ComponentResource implements LegacyArcControllerRef {
  public readonly namespace: pulumi.Output<string>;
  public readonly nodes: {
    readonly secret: k8s.core.v1.Secret;
    readonly webhookTokenSecret?: k8s.core.v1.Secret;
    readonly networkPolicy: k8s.networking.v1.NetworkPolicy;
    readonly chart: k8s.helm.v4.Chart;
    readonly webhookGates: readonly pulumi.CustomResource[];
    readonly podMonitor?: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: LegacyArcControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:LegacyArcController", name, { chart: args.chart, version: args.chartVersion }, opts);

    const secret = createSecret(this, name, args.namespace, "controller-manager", githubSecretData(args.credential));
    const webhookTokenSecret = args.webhookServer && createWebhookTokenSecret(this, name, args, args.webhookServer);
    const networkPolicy = createNetworkPolicy(this, name, args);
    const chart = createChart(this, name, args, secret, webhookTokenSecret, networkPolicy);
    const webhookGates = args.caBundle === undefined ? createWebhookGates(this, name, chart) : [];
    const podMonitor = args.podMonitors ? createPodMonitor(this, name, args) : undefined;

    this.namespace = pulumi.output(args.namespace);
    this.nodes = {
      secret,
      networkPolicy,
      chart,
      webhookGates,
      ...(webhookTokenSecret && { webhookTokenSecret }),
      ...(podMonitor && { podMonitor }),
    };
    this.registerOutputs({ namespace: this.namespace });
  }

  public get ready(): readonly pulumi.Resource[] {
    return [this.nodes.chart, ...this.nodes.webhookGates];
  }
}

/** A Secret `<kubernetesName>-<hash of its content>`. */
function createSecret(
  parent: LegacyArcController,
  name: string,
  namespace: pulumi.Input<string>,
  kubernetesName: string,
  data: pulumi.Output<Readonly<Record<string, string>>>,
): k8s.core.v1.Secret {
  // A truncated keyed hash tells nothing about the credential, and object names cannot be secret anyway.
  const hash = pulumi.unsecret(data.apply((plain) => credentialHash(kubernetesName, plain)));
  return new k8s.core.v1.Secret(
    `${name}-${kubernetesName}`,
    { metadata: { name: pulumi.interpolate`${kubernetesName}-${hash}`, namespace }, type: "Opaque", stringData: data },
    { parent },
  );
}

function createWebhookTokenSecret(
  parent: LegacyArcController,
  name: string,
  args: LegacyArcControllerArgs,
  { token }: { readonly token: pulumi.Input<string> },
): k8s.core.v1.Secret {
  const data = pulumi
    .secret(token)
    .apply((plain): Readonly<Record<string, string>> => ({ github_webhook_secret_token: plain }));
  return createSecret(parent, name, args.namespace, "github-webhook-server", data);
}

/**
 * Lets the API server call the admission webhooks, and GitHub the webhook server, in a namespace that denies everything else. The sender
 * cannot be named: the API server is no pod, and its address differs from cluster to cluster.
 */
function createNetworkPolicy(
  parent: LegacyArcController,
  name: string,
  args: LegacyArcControllerArgs,
): k8s.networking.v1.NetworkPolicy {
  const ports = [legacyPorts.admission, ...(args.webhookServer ? [legacyPorts.githubWebhooks] : [])];
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-webhooks`,
    {
      metadata: { name: "allow-legacy-webhooks", namespace: args.namespace },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": legacyReleaseName } },
        policyTypes: ["Ingress"],
        ingress: [{ ports: ports.map((port) => ({ protocol: "TCP", port })) }],
      },
    },
    { parent },
  );
}

function createChart(
  parent: LegacyArcController,
  name: string,
  args: LegacyArcControllerArgs,
  secret: k8s.core.v1.Secret,
  webhookTokenSecret: k8s.core.v1.Secret | undefined,
  networkPolicy: k8s.networking.v1.NetworkPolicy,
): k8s.helm.v4.Chart {
  return new k8s.helm.v4.Chart(
    `${name}-chart`,
    {
      name: legacyReleaseName,
      namespace: args.namespace,
      ...chartSource({ chart: args.chart, repository: args.chartRepository, version: args.chartVersion }),
      values: legacyControllerValues(args, {
        credential: secret.metadata.name,
        ...(webhookTokenSecret && { webhookToken: webhookTokenSecret.metadata.name }),
      }),
    },
    { parent, dependsOn: [networkPolicy] },
  );
}

/** The chart's own ServiceMonitor would need values of its own; one PodMonitor serves the pods of controller and webhook server. */
function createPodMonitor(
  parent: LegacyArcController,
  name: string,
  args: LegacyArcControllerArgs,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${name}-metrics`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: `${name}-metrics`, namespace: args.namespace },
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": legacyReleaseName } },
        podMetricsEndpoints: [{ port: "metrics-port", path: "/metrics" }],
      },
    },
    { parent },
  );
}

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { chartSource } from "../chart-source";
import { CertificateIssuer, createSelfSigned } from "./issuer";
import { bootstrapIssuer, type IssuerRef, issuerRef, type IssuerSource } from "./issuer-specs";
import { type CertManagerMonitoringArgs, createCertManagerMonitoring } from "./monitoring";
import type { CertManagerRelease } from "./release";
import {
  certManagerParts,
  certManagerPorts,
  certManagerReleaseName,
  certManagerValues,
  type CertManagerValuesArgs,
  partLabels,
} from "./values";

/** An issuer as settings have it: made here, or there already. */
export type IssuerDescription =
  | { readonly namespace?: string; readonly source: IssuerSource }
  | { readonly namespace?: string; readonly existing: { readonly name: string; readonly group: string } };

export interface CertManagerArgs {
  readonly release: CertManagerRelease;
  /**
   * Namespace of cert-manager, which must exist: Secrets and ServiceAccounts of ClusterIssuers lie there. **A change replaces everything,
   * roots with their keys included.**
   */
  readonly namespace: string;
  /** How cert-manager is installed. @default it is in the cluster already */
  readonly install?: Omit<CertManagerValuesArgs, "release" | "namespace" | "dns01"> & {
    /** A chart's name within `chartRepository`, `oci://...`, a local folder or a `.tgz`. */
    readonly chart: string;
    /** Address of a Helm repository. @default `chart` says where the chart is */
    readonly chartRepository?: string;
    /** @default what the folder or archive holds */
    readonly chartVersion?: string;
    /** PodMonitor, and alerts if wanted; needs the CRDs of the Prometheus operator. @default none */
    readonly monitoring?: Omit<CertManagerMonitoringArgs, "namespace">;
  };
  /** By name, which is the one that certificates use. */
  readonly issuers: Readonly<Record<string, IssuerDescription>>;
  /** Repeats operations while the webhook starts: `new pulumi.ErrorHook(NAME, retryWhileWebhookStarts)`. @default a first apply may fail */
  readonly retry?: pulumi.ErrorHook;
  /** Refuse to delete or replace root certificates. @default false */
  readonly protectRoots?: boolean;
}

/**
 * cert-manager with its issuers: definitions, controller and webhook from the chart, what its namespace has to let in, disruption budgets,
 * scraping and alerts, and the authorities and accounts behind the issuers.
 *
 * ```ts
 * new CertManager("cert-manager", { release, namespace: "cert-manager", install: { chart: ..., ... }, issuers: { "platform-ca": ... } });
 * ```
 *
 * **Order.** The API server refuses every object of cert-manager until it reaches the webhook and trusts it, which takes longer than the
 * Deployments take to become available. The first object is a self-signed issuer, `bootstrap`, that is tried until it is taken; all others
 * come after it. Whatever needs a certificate depends on `ready`.
 */
export class CertManager extends pulumi.ComponentResource {
  /** By the name in the settings. */
  public readonly issuers: ReadonlyMap<string, IssuerRef>;
  public readonly nodes: {
    readonly networkPolicy?: k8s.networking.v1.NetworkPolicy;
    readonly chart?: k8s.helm.v4.Chart;
    readonly disruptionBudgets: readonly k8s.policy.v1.PodDisruptionBudget[];
    readonly monitoring?: ReturnType<typeof createCertManagerMonitoring>;
    readonly bootstrap: k8s.apiextensions.CustomResource;
    readonly issuers: ReadonlyMap<string, CertificateIssuer>;
  };

  public constructor(name: string, args: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:CertManager", name, { namespace: args.namespace, chart: args.install?.chart }, opts);

    const installed = args.install && installCertManager(this, name, args, args.install);
    const bootstrap = createSelfSigned(
      this,
      `${name}-bootstrap`,
      { name: bootstrapIssuer, namespace: args.namespace },
      { ...(args.retry && { retry: args.retry }), dependsOn: installed ? [installed.chart] : [] },
    );
    const issuers = createIssuers(this, args, bootstrap);

    this.issuers = new Map(Object.entries(args.issuers).map(([key, issuer]) => [key, refOf(key, issuer)] as const));
    this.nodes = { disruptionBudgets: [], ...installed, bootstrap, issuers };
    this.registerOutputs({});
  }

  /** What must be there before anything that needs a certificate. */
  public get ready(): pulumi.Resource[] {
    const { chart, bootstrap, issuers } = this.nodes;
    return [...(chart ? [chart] : []), bootstrap, ...[...issuers.values()].map(({ nodes }) => nodes.issuer)];
  }
}

function refOf(name: string, issuer: IssuerDescription): IssuerRef {
  const own = issuerRef(name, issuer.namespace);
  return "existing" in issuer ? { ...own, ...issuer.existing } : own;
}

type Install = NonNullable<CertManagerArgs["install"]>;

function installCertManager(parent: CertManager, name: string, args: CertManagerArgs, install: Install) {
  const { namespace } = args;
  const networkPolicy = createNetworkPolicy(parent, name, namespace);
  const chart = createChart(parent, name, args, install, networkPolicy);
  const disruptionBudgets = install.replicas > 1 ? createDisruptionBudgets(parent, name, namespace) : [];
  const monitoring =
    install.monitoring && createCertManagerMonitoring(parent, name, { ...install.monitoring, namespace }, []);
  return { networkPolicy, chart, disruptionBudgets, ...(monitoring && { monitoring }) };
}

/**
 * Lets the API server call the webhook, in a namespace that denies everything else. The sender cannot be named: the API server is no pod,
 * and its address differs from cluster to cluster.
 */
function createNetworkPolicy(parent: CertManager, name: string, namespace: string): k8s.networking.v1.NetworkPolicy {
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-webhook`,
    {
      metadata: { name: "allow-webhook", namespace },
      spec: {
        podSelector: { matchLabels: partLabels("webhook") },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: certManagerPorts.webhook }] }],
      },
    },
    { parent },
  );
}

function createChart(
  parent: CertManager,
  name: string,
  { release, namespace, issuers }: CertManagerArgs,
  install: Install,
  networkPolicy: pulumi.Resource,
): k8s.helm.v4.Chart {
  const { chart, chartRepository, chartVersion } = install;
  const sources = Object.values(issuers).flatMap((issuer) => ("source" in issuer ? [issuer.source] : []));
  const dns01 = sources.some((source) => source.kind === "acme" && source.dns01 !== undefined);
  return new k8s.helm.v4.Chart(
    `${name}-chart`,
    {
      name: certManagerReleaseName,
      namespace,
      ...chartSource({ chart, repository: chartRepository, version: chartVersion }),
      values: certManagerValues({ ...install, release, namespace, dns01 }),
    },
    { parent, dependsOn: [networkPolicy] },
  );
}

/** Keeps all but one replica of each part up through node drains. Single replicas get none: it would block drains or change nothing. */
function createDisruptionBudgets(
  parent: CertManager,
  name: string,
  namespace: string,
): k8s.policy.v1.PodDisruptionBudget[] {
  return certManagerParts.map(
    (part) =>
      new k8s.policy.v1.PodDisruptionBudget(
        `${name}-${part}-disruption-budget`,
        {
          metadata: { name: `${certManagerReleaseName}-${part}`, namespace },
          spec: { maxUnavailable: 1, selector: { matchLabels: partLabels(part) } },
        },
        { parent },
      ),
  );
}

function createIssuers(
  parent: CertManager,
  args: CertManagerArgs,
  bootstrap: pulumi.Resource,
): ReadonlyMap<string, CertificateIssuer> {
  const made = Object.entries(args.issuers).flatMap(([key, issuer]) => {
    if ("existing" in issuer) return [];
    const component = new CertificateIssuer(
      key,
      {
        issuer: key,
        ...(issuer.namespace !== undefined && { namespace: issuer.namespace }),
        clusterNamespace: args.namespace,
        source: issuer.source,
        release: args.release,
        bootstrap: issuerRef(bootstrapIssuer, args.namespace),
        controllerAccount: certManagerReleaseName,
        ...(args.retry && { retry: args.retry }),
        ...(args.protectRoots !== undefined && { protectRoot: args.protectRoots }),
      },
      { parent, dependsOn: [bootstrap] },
    );
    return [[key, component] as const];
  });
  return new Map(made);
}

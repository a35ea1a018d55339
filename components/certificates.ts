import type * as pulumi from "@pulumi/pulumi";

import type { CertManagerSettings, IssuerSettings } from "../stacks/cert-manager/schema";
import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import { CertManager, type CertManagerArgs, type IssuerDescription } from "./cert-manager/cert-manager";
import { bootstrapIssuer, bootstrapName, issuerRef, type IssuerSource, signerName } from "./cert-manager/issuer-specs";
import { type CertManagerRelease, certManagerRelease } from "./cert-manager/release";
import { certManagerPorts, certManagerReleaseName } from "./cert-manager/values";
import { imageReference } from "./image";
import { legacyReleaseName } from "./legacy-arc/controller-values";
import { createNamespacePullSecret } from "./namespace/pull-secret";
import { TrustNamespace } from "./namespace/trust-namespace";

/**
 * cert-manager and its issuers; none unless settings ask for them. An existing one is not touched and gets the issuers alone.
 *
 * @param retry repeats what fails while its webhook starts.
 */
export function createCertManager(
  settings: Settings,
  secrets: Secrets,
  opts: pulumi.ComponentResourceOptions & { readonly retry?: pulumi.ErrorHook },
): CertManager | undefined {
  const { certManager, production } = settings;
  const { retry, ...within } = opts;
  if (certManager.mode === "none") return undefined;
  const release = releaseOf(certManager);
  const issuers = mapValues(certManager.issuers, describe);
  const common = {
    release,
    namespace: certManager.namespace,
    issuers,
    protectRoots: production,
    ...(retry && { retry }),
  };
  if (certManager.mode === "existing") return new CertManager("cert-manager", common, within);
  const namespace = createNamespace(settings, within);
  const pullSecret = createNamespacePullSecret(
    "certificates-pull-secret",
    settings.registry,
    secrets,
    namespace.namespace,
    {
      parent: namespace,
    },
  );
  return new CertManager(
    "cert-manager",
    { ...common, install: installArgs(settings, release) },
    { ...within, dependsOn: [namespace, ...pullSecret] },
  );
}

/** Settings have been checked, so a failure here is a mistake in this program. */
function releaseOf({ version }: CertManagerSettings): CertManagerRelease {
  const release = certManagerRelease(version);
  if (!release) throw new Error(`cert-manager ${version} passed the checks of settings but is not served`);
  return release;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function describe({ namespace, existing, ...kinds }: IssuerSettings): IssuerDescription {
  const place = namespace === undefined ? {} : { namespace };
  return existing ? { ...place, existing } : { ...place, source: sourceOf(kinds) };
}

function sourceOf({ selfSignedCa, acme, vault }: IssuerSettings): IssuerSource {
  if (selfSignedCa) {
    const { commonName, duration, renewBefore, keyAlgorithm } = selfSignedCa;
    return { kind: "selfSignedCa", commonName, duration, renewBefore, keyAlgorithm };
  }
  if (acme) return { kind: "acme", ...acme };
  if (vault) return { kind: "vault", ...vault };
  throw new Error("an issuer without a kind passed the checks of settings");
}

function installArgs(
  { certManager, images, registry, monitoring, legacy }: Settings,
  release: CertManagerRelease,
): NonNullable<CertManagerArgs["install"]> {
  const { chart, crds, replicas, resources, approver } = certManager;
  const { runbookBaseUrl, ruleLabels } = monitoring;
  return {
    chart: chart.chart,
    ...(chart.repository !== undefined && { chartRepository: chart.repository }),
    ...(chart.version !== undefined && { chartVersion: chart.version }),
    keepDefinitions: crds === "keep",
    images: mirrored(certManager.images, images.mirror),
    imagePullPolicy: images.pullPolicy,
    ...(registry.pullSecret !== undefined && { pullSecret: registry.pullSecret }),
    replicas,
    resources,
    ...(release.approver && approver.scope === "listed" && { signers: approvedSigners(certManager, legacy) }),
    ...(monitoring.podMonitors && {
      monitoring: {
        rules: monitoring.prometheusRules,
        ...(ruleLabels && { labels: ruleLabels }),
        ...(runbookBaseUrl !== undefined && { runbookBaseUrl }),
      },
    }),
  };
}

function mirrored(
  { controller, webhook, cainjector, acmesolver }: CertManagerSettings["images"],
  mirror: string | undefined,
): NonNullable<CertManagerArgs["install"]>["images"] {
  return {
    controller: imageReference(controller, mirror),
    webhook: imageReference(webhook, mirror),
    cainjector: imageReference(cainjector, mirror),
    ...(acmesolver !== undefined && { acmesolver: imageReference(acmesolver, mirror) }),
  };
}

/** Issuer that the chart of the older kinds' controller makes for itself. */
const legacySelfSigned = `${legacyReleaseName}-selfsigned-issuer`;

/** The issuers that this platform makes or is told of, and no others. */
export function approvedSigners(
  { namespace, issuers, approver }: CertManagerSettings,
  legacy: Settings["legacy"],
): [string, ...string[]] {
  const selfSigned = (name: string, of: string): string => signerName(issuerRef(name, of), of);
  const listed = Object.entries(issuers).flatMap(([name, issuer]) => {
    const { namespace: of, existing, selfSignedCa } = issuer;
    const own = signerName({ ...issuerRef(name, of), ...existing }, of);
    return selfSignedCa && of !== undefined && of !== namespace ? [own, selfSigned(bootstrapName(name), of)] : [own];
  });
  const ofLegacy =
    legacy?.controller.certificates === "cert-manager"
      ? [selfSigned(legacySelfSigned, legacy.namespaces.controller)]
      : [];
  return [selfSigned(bootstrapIssuer, namespace), ...listed, ...ofLegacy, ...approver.signers];
}

/** All parts talk to the API server; the controller to what its issuers are behind, besides. */
function createNamespace(settings: Settings, opts: pulumi.ComponentResourceOptions): TrustNamespace {
  const { certManager, network, monitoring, kubernetes } = settings;
  return new TrustNamespace(
    "certificates",
    {
      namespace: certManager.namespace,
      podSecurity: "restricted",
      podSecurityVersion: kubernetes.version,
      network: {
        egressPorts: issuerPorts(Object.values(certManager.issuers)),
        blockedCidrs: network.blockedCidrs,
        apiServer: {
          ports: network.apiServerPorts,
          podLabels: { "app.kubernetes.io/instance": certManagerReleaseName },
        },
        ...(monitoring.podMonitors && {
          metrics: { port: certManagerPorts.metrics, fromNamespace: monitoring.namespace },
        }),
      },
    },
    opts,
  );
}

/** Ports that issuers are reached at. With HTTP-01, cert-manager looks first whether it is answered on port 80. */
export function issuerPorts(issuers: readonly IssuerSettings[]): number[] {
  const ports = issuers.flatMap(({ acme, vault }) => [
    ...[acme?.server, vault?.server].flatMap((server) => (server === undefined ? [] : [portOf(server)])),
    ...(acme?.http01 ? [80] : []),
    ...(acme?.dns01 ? [443] : []),
  ]);
  return [...new Set(ports)].sort((a, b) => a - b);
}

function portOf(address: string): number {
  const { port } = new URL(address);
  return port === "" ? 443 : Number(port);
}

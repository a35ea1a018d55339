import { parseGitHubUrl } from "../components/arc/github-url";
import { scaleSetNameProblem } from "../components/arc/names";
import { type ArcRelease, arcRelease, matchesController, supportedVersions } from "../components/arc/release";
import type { ChartSource } from "./chart-version";
import { awsProblems } from "./aws/checks";
import { cacheProblems } from "./cache-checks";
import { certManagerProblems } from "./cert-manager/checks";
import { digestProblems } from "./digest-problems";
import { githubProblems } from "./github/checks";
import { credentialProblems } from "./github/credential-checks";
import { namespaceProblems, networkProblems } from "./namespace-checks";
import { organizationProblems } from "./organization/checks";
import { poolProblems } from "./pool-checks";
import { joinPath, type Problem, show } from "./problems";
import { scaleSetProblems } from "./scale-set-checks";
import type { SecretsPresent } from "./secrets";
import { storageProblems } from "./storage/checks";
import { legacyProblems } from "./legacy/checks";
import { vaultProblems } from "./vault/checks";
import type { ScaleSetSettings, Section, Sections } from "./settings";

/** Settings as far as they could be read: a section with a mistake of its own is absent here. */
export interface Readable extends Partial<Sections> {
  readonly scaleSets: Readonly<Record<string, ScaleSetSettings>>;
  /** Sections that are absent for that reason, and not because nobody gave them. */
  readonly unreadable?: readonly Section[];
}

/** What follows from several settings together. Each check passes over sections that could not be read. */
export function crossChecks(
  settings: Readable,
  secrets: SecretsPresent,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  const release = releaseOf(settings);
  return [
    ...clusterProblems(settings, secrets),
    ...namespaceProblems(settings),
    ...credentialProblems(settings, secrets, release),
    ...githubProblems(settings),
    ...versionProblems(settings, release),
    ...chartProblems(settings, release, inspectChart),
    ...dindProblems(settings, release),
    ...imageProblems(settings),
    ...registryProblems(settings, secrets),
    ...networkProblems(settings),
    ...cacheProblems(settings),
    ...certManagerProblems(settings, inspectChart),
    ...storageProblems(settings, secrets, inspectChart),
    ...monitoringProblems(settings),
    ...legacySettingProblems(settings, secrets, inspectChart),
    ...awsProblems(settings),
    ...(settings.vault ? vaultProblems(settings.vault, settings) : []),
    ...organizationProblems(settings, secrets),
    ...poolProblems(settings),
    ...scaleSetProblems(settings, release),
  ];
}

function releaseOf({ arc, github }: Readable): ArcRelease | undefined {
  return arc && arcRelease(arc.version, (github && parseGitHubUrl(github.configUrl)?.enterpriseServer) ?? false);
}

function clusterProblems({ kubernetes }: Readable, secrets: SecretsPresent): Problem[] {
  if (!kubernetes) return [];
  const allowed = "exactly one of kubeconfig (a secret) and kubernetes.context";
  if (secrets.kubeconfig && kubernetes.context !== undefined)
    return [{ path: "kubeconfig", what: "given beside kubernetes.context", allowed }];
  if (secrets.kubeconfig || kubernetes.context !== undefined) return [];
  return [
    {
      path: "kubeconfig",
      what: "not set, nor is kubernetes.context",
      allowed,
      fix: "pulumi config set --secret kubeconfig < FILE",
    },
  ];
}

function versionProblems({ arc }: Readable, release: ArcRelease | undefined): Problem[] {
  if (!arc || release) return [];
  return [{ path: "arc.version", what: show("arc.version", arc.version), allowed: supportedVersions }];
}

function chartProblems(
  { arc }: Readable,
  release: ArcRelease | undefined,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  if (!arc) return [];
  const path = "arc.controllerChart";
  const { chart, version } = arc.controllerChart;
  const source = inspectChart(chart);
  if (source.kind === "unreadable") {
    return [
      {
        path: `${path}.chart`,
        what: `${show(path, chart)}: ${source.reason}`,
        allowed: "oci://REGISTRY/CHART, a folder, or a .tgz file",
      },
    ];
  }
  if (source.kind === "oci" && version === undefined)
    return [{ path: `${path}.version`, what: "not set", allowed: "the version of the OCI chart" }];
  if (source.kind === "local" && version !== undefined && version !== source.version) {
    return [
      {
        path: `${path}.version`,
        what: show(path, version),
        allowed: `${source.version}, which the chart at ${chart} holds, or nothing`,
      },
    ];
  }
  const actual = source.kind === "local" ? source.version : version;
  if (!release || actual === undefined || matchesController(release, actual)) return [];
  return [
    {
      path: "arc.version",
      what: `${show("arc.version", release.version)}, but the controller chart is ${actual}`,
      allowed: release.versionLabel === "exact" ? "the chart's version" : "a version with the chart's major.minor",
      fix: "change both together: the controller deletes scale sets that carry another version",
    },
  ];
}

function dindProblems({ dind, kubernetes }: Readable, release: ArcRelease | undefined): Problem[] {
  if (dind?.form !== "sidecar") return [];
  const wrong = { path: "dind.form", what: show("dind.form", dind.form), allowed: "container" };
  if (release && !release.nativeSidecars) {
    return [
      {
        ...wrong,
        fix: `the custom resource of ARC ${release.version} does not know restartPolicy of init containers: use container`,
      },
    ];
  }
  if (kubernetes && Number(kubernetes.version.split(".")[1]) < 29) {
    return [{ ...wrong, fix: `Kubernetes ${kubernetes.version} has no native side-cars (1.29 has): use container` }];
  }
  return [];
}

function registryProblems({ registry }: Readable, secrets: SecretsPresent): Problem[] {
  if (!registry || !secrets.registryCredentials || registry.pullSecret !== undefined) return [];
  return [
    {
      path: "registry.pullSecret",
      what: "not set, but registryCredentials is",
      allowed: "the name of the Secret that the credentials are put into",
    },
  ];
}

function imageProblems({ images, production }: Readable): Problem[] {
  if (!images) return [];
  if (!images.requireDigest) {
    if (production !== true) return [];
    const path = "images.requireDigest";
    return [{ path, what: show(path, false), allowed: "true in production: a tag may mean another image tomorrow" }];
  }
  return (["controller", "runner", "dind", "node"] as const).flatMap((key) =>
    digestProblems(`images.${key}`, images[key]),
  );
}

function monitoringProblems({ monitoring }: Readable): Problem[] {
  if (!monitoring?.prometheusRules) return [];
  if (monitoring.podMonitors) return [];
  const allowed = "true with prometheusRules: without metrics every alert is blind";
  return [{ path: "monitoring.podMonitors", what: show("monitoring", false), allowed }];
}

function legacySettingProblems(
  { legacy, github, images, namespaces, scaleSets }: Readable,
  secrets: SecretsPresent,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  if (!legacy) return [];
  const own = Object.values(scaleSets).flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  return legacyProblems(legacy, {
    ...(github && { githubUrl: github.configUrl }),
    ...(github?.appId !== undefined && { appId: github.appId }),
    ...(secrets.githubToken !== secrets.githubAppPrivateKey && { credential: secrets.githubToken ? "token" : "app" }),
    webhookToken: secrets.legacyWebhookToken,
    requireDigest: images?.requireDigest ?? false,
    takenNamespaces: namespaces ? [namespaces.controller, namespaces.dind, namespaces.kubernetes, ...own] : own,
    inspectChart,
  });
}

/** Problems of a scale set's name, which is a key and so out of reach of its schema. */
export function nameProblems(name: string): Problem[] {
  const problem = scaleSetNameProblem(name);
  return problem ? [{ path: joinPath("scaleSets", name), what: `given ${JSON.stringify(name)}`, ...problem }] : [];
}

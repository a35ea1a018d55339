import { parseGitHubUrl } from "../components/arc/github-url";
import { scaleSetNameProblem } from "../components/arc/names";
import { type ArcRelease, arcRelease, matchesController, supportedVersions } from "../components/arc/release";
import type { ChartSource } from "./chart-version";
import { podTemplateProblems } from "./pod-template";
import { joinPath, type Problem, show } from "./problems";
import type { ScaleSetSettings, Sections } from "./settings";

/** Settings as far as they could be read: a section with a mistake of its own is absent here. */
export interface Readable extends Partial<Sections> {
  readonly scaleSets: Readonly<Record<string, ScaleSetSettings>>;
}

/** Which secrets the stack's configuration holds; their values are not needed here. */
export interface SecretsPresent {
  readonly kubeconfig: boolean;
  readonly githubToken: boolean;
  readonly githubAppPrivateKey: boolean;
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
    ...versionProblems(settings, release),
    ...chartProblems(settings, release, inspectChart),
    ...dindProblems(settings, release),
    ...imageProblems(settings),
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

function namespaceProblems({ namespaces }: Readable): Problem[] {
  if (!namespaces || namespaces.controller !== namespaces.dind) return [];
  return [
    {
      path: "namespaces.dind",
      what: show("namespaces.dind", namespaces.dind),
      allowed: "another namespace than namespaces.controller: its pods are privileged",
    },
  ];
}

function credentialProblems({ github }: Readable, secrets: SecretsPresent, release: ArcRelease | undefined): Problem[] {
  const allowed = "exactly one of githubToken and githubAppPrivateKey (both secrets)";
  const problems: Problem[] = [];
  if (secrets.githubToken && secrets.githubAppPrivateKey) {
    problems.push({
      path: "githubToken",
      what: "given beside githubAppPrivateKey",
      allowed,
      fix: "pulumi config rm githubToken",
    });
  } else if (!secrets.githubToken && !secrets.githubAppPrivateKey) {
    problems.push({
      path: "githubToken",
      what: "not set, nor is githubAppPrivateKey",
      allowed,
      fix: "pulumi config set --secret githubToken",
    });
  }
  if (!github) return problems;
  for (const key of ["appId", "installationId"] as const) {
    const path = `github.${key}`;
    if (secrets.githubAppPrivateKey && github[key] === undefined)
      problems.push({ path, what: "not set, but githubAppPrivateKey is" });
    if (!secrets.githubAppPrivateKey && github[key] !== undefined) {
      problems.push({ path, what: `${show(path, github[key])}, but githubAppPrivateKey is not set` });
    }
  }
  if (release?.appClientIds === false && github.appId?.startsWith("Iv")) {
    problems.push({
      path: "github.appId",
      what: show("github.appId", github.appId),
      allowed: `the numeric App id: ARC ${release.version} knows no client ids`,
    });
  }
  if (secrets.githubAppPrivateKey && parseGitHubUrl(github.configUrl)?.kind === "enterprise") {
    problems.push({
      path: "githubAppPrivateKey",
      what: "given for an enterprise",
      allowed: "githubToken with the scope manage_runners:enterprise",
      fix: "GitHub Apps cannot register runners of an enterprise",
    });
  }
  return problems;
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

function imageProblems({ images }: Readable): Problem[] {
  if (!images?.requireDigest) return [];
  return (["controller", "runner", "dind"] as const)
    .filter((key) => !images[key].includes("@sha256:"))
    .map((key) => ({
      path: `images.${key}`,
      what: show(`images.${key}`, images[key]),
      allowed: "an image with @sha256:DIGEST",
      fix: "read the digest with `docker buildx imagetools inspect`, or set images.requireDigest to false",
    }));
}

function scaleSetProblems({ scaleSets, dind, images }: Readable, release: ArcRelease | undefined): Problem[] {
  return Object.entries(scaleSets).flatMap(([name, set]) => {
    const path = joinPath("scaleSets", name);
    const problems: Problem[] = [];
    if (set.minRunners > set.maxRunners) {
      problems.push({
        path: `${path}.minRunners`,
        what: show(path, set.minRunners),
        allowed: `at most maxRunners, which is ${set.maxRunners}`,
      });
    }
    if (release && !release.scaleSetLabels && (set.labels?.length ?? 0) > 0) {
      problems.push({
        path: `${path}.labels`,
        what: show(path, set.labels),
        allowed: `nothing: ARC ${release.version} knows the name only`,
      });
    }
    for (const [container, { requests }] of Object.entries(set.resources)) {
      for (const resource of ["cpu", "memory"].filter((key) => requests[key] === undefined)) {
        problems.push({
          path: `${path}.resources.${container}.requests.${resource}`,
          what: "not set",
          allowed: "a quantity: the namespace has a quota",
        });
      }
    }
    if (dind && images) problems.push(...podTemplateProblems(name, set, { dind, images }));
    return problems;
  });
}

/** Problems of a scale set's name, which is a key and so out of reach of its schema. */
export function nameProblems(name: string): Problem[] {
  const problem = scaleSetNameProblem(name);
  return problem ? [{ path: joinPath("scaleSets", name), what: `given ${JSON.stringify(name)}`, ...problem }] : [];
}

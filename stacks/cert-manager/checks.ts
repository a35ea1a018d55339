import { certManagerRelease, supportedCertManagers } from "../../components/cert-manager/release";
import { helmChartProblems } from "../chart-problems";
import type { ChartSource } from "../chart-version";
import type { Readable } from "../checks";
import { digestProblems } from "../digest-problems";
import { type Problem, show } from "../problems";
import { issuerProblems } from "./issuer-checks";
import type { CertManagerSettings } from "./schema";

/** All that is wrong with the section `certManager`, and with what others expect of it. */
export function certManagerProblems(settings: Readable, inspectChart: (chart: string) => ChartSource): Problem[] {
  const { certManager, images } = settings;
  if (!certManager) return [];
  if (certManager.mode === "none") return [...unusedProblems(certManager), ...legacyNeedsProblems(settings)];
  const release = certManagerRelease(certManager.version);
  return [
    ...(release ? [] : [versionProblem(certManager)]),
    ...(certManager.mode === "install" ? chartProblems(certManager, inspectChart) : []),
    ...(certManager.mode === "install" && images?.requireDigest ? imageProblems(certManager) : []),
    ...namespaceProblems(certManager, settings),
    ...(release ? approverProblems(certManager, release.approver) : []),
    ...issuerProblems(certManager, release, platformNamespaces(settings)),
  ];
}

function unusedProblems({ issuers }: CertManagerSettings): Problem[] {
  if (Object.keys(issuers).length === 0) return [];
  const allowed = "nothing with certManager.mode none";
  const fix = "set certManager.mode to install, or to existing if the cluster has cert-manager";
  return [{ path: "certManager.issuers", what: `given ${Object.keys(issuers).join(", ")}`, allowed, fix }];
}

/** Without it the older kinds' controller would wait for its certificate until it times out. */
function legacyNeedsProblems({ legacy }: Readable): Problem[] {
  if (legacy?.controller.certificates !== "cert-manager") return [];
  return [
    {
      path: "certManager.mode",
      what: `${show("certManager.mode", "none")}, but legacy.controller.certificates is cert-manager`,
      allowed: "install or existing",
      fix: "set it to install, or to existing if the cluster has cert-manager",
    },
  ];
}

function versionProblem({ version }: CertManagerSettings): Problem {
  const path = "certManager.version";
  return { path, what: show(path, version), allowed: supportedCertManagers };
}

function chartProblems(
  { chart, version }: CertManagerSettings,
  inspectChart: (chart: string) => ChartSource,
): Problem[] {
  const path = ["certManager", "chart"];
  const problems = helmChartProblems(path, chart, "cert-manager", inspectChart);
  if (problems.length > 0) return problems;
  const remote = chart.repository !== undefined || chart.chart.startsWith("oci://");
  const source = remote ? undefined : inspectChart(chart.chart);
  const actual = source?.kind === "local" ? source.version : chart.version;
  if (actual === undefined || actual.replace(/^v/, "") === version) return [];
  return [
    {
      path: "certManager.version",
      what: `${show("certManager.version", version)}, but the chart is ${actual}`,
      allowed: "the chart's version",
      fix: "change both together, and the images with them",
    },
  ];
}

function imageProblems({ images }: CertManagerSettings): Problem[] {
  return (["controller", "webhook", "cainjector", "acmesolver"] as const).flatMap((key) => {
    const image = images[key];
    return image === undefined ? [] : digestProblems(`certManager.images.${key}`, image);
  });
}

function platformNamespaces({ namespaces, scaleSets, legacy }: Readable): string[] {
  return [
    ...(namespaces ? [namespaces.controller, namespaces.dind, namespaces.kubernetes] : []),
    ...Object.values(scaleSets).flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace])),
    ...(legacy ? Object.values(legacy.namespaces) : []),
  ];
}

function namespaceProblems({ namespace }: CertManagerSettings, settings: Readable): Problem[] {
  if (!platformNamespaces(settings).includes(namespace)) return [];
  const path = "certManager.namespace";
  const allowed = "a namespace of its own: the keys of authorities lie there";
  return [{ path, what: show(path, namespace), allowed }];
}

function approverProblems({ version, mode, approver }: CertManagerSettings, narrows: boolean): Problem[] {
  const problems: Problem[] = [];
  if (mode === "install" && !narrows && approver.scope === "listed") {
    const path = "certManager.approver.scope";
    const allowed = `all: the chart of cert-manager ${version} cannot narrow what is approved`;
    problems.push({ path, what: show(path, approver.scope), allowed });
  }
  if (approver.signers.length > 0 && (mode !== "install" || approver.scope === "all")) {
    const path = "certManager.approver.signers";
    const allowed = mode === "install" ? "nothing with scope all" : "nothing: an existing cert-manager is not changed";
    problems.push({ path, what: show(path, approver.signers), allowed });
  }
  return problems;
}

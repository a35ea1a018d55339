import { isDnsLabel } from "../../components/arc/names";
import { bootstrapIssuer } from "../../components/cert-manager/issuer-specs";
import type { CertManagerRelease } from "../../components/cert-manager/release";
import { durationSeconds } from "../../components/go-duration";
import { joinPath, type Problem, show } from "../problems";
import type { CertManagerSettings, IssuerSettings, SelfSignedCaSettings } from "./schema";

const kinds = ["selfSignedCa", "acme", "vault", "existing"] as const;

/** What is wrong with issuers beyond the form of their values. */
export function issuerProblems(
  settings: CertManagerSettings,
  release: CertManagerRelease | undefined,
  takenNamespaces: readonly string[],
): Problem[] {
  return Object.entries(settings.issuers).flatMap(([name, issuer]) => {
    const path = ["certManager", "issuers", name];
    return [
      ...nameProblems(path, name, issuer, settings),
      ...kindProblems(path, issuer),
      ...placeProblems(path, issuer, takenNamespaces),
      ...(issuer.selfSignedCa ? lifeProblems([...path, "selfSignedCa"], issuer.selfSignedCa) : []),
      ...(issuer.acme ? solverProblems([...path, "acme"], issuer.acme, settings) : []),
      ...(release ? loginProblems(path, issuer, release) : []),
    ];
  });
}

function nameProblems(
  path: readonly string[],
  name: string,
  { namespace, existing }: IssuerSettings,
  settings: CertManagerSettings,
): Problem[] {
  // Names of objects derive from it.
  if (!isDnsLabel(name) || name.length > 50)
    return [
      { path: joinPath(...path), what: `given ${JSON.stringify(name)}`, allowed: "a DNS label of at most 50 letters" },
    ];
  if (existing || name !== bootstrapIssuer || namespace !== settings.namespace) return [];
  const allowed = `another name: ${bootstrapIssuer} is the issuer of root certificates`;
  return [{ path: joinPath(...path), what: `given ${JSON.stringify(name)}`, allowed }];
}

function kindProblems(path: readonly string[], issuer: IssuerSettings): Problem[] {
  const given = kinds.filter((kind) => issuer[kind] !== undefined);
  if (given.length === 1) return [];
  const what = given.length === 0 ? "of no kind" : `of several kinds: ${given.join(", ")}`;
  return [{ path: joinPath(...path), what, allowed: `exactly one of ${kinds.join(", ")}` }];
}

/** Issuers come before everything else of the platform, so a namespace that it makes itself is not there yet. */
function placeProblems(
  path: readonly string[],
  { namespace, existing }: IssuerSettings,
  taken: readonly string[],
): Problem[] {
  if (existing || namespace === undefined || !taken.includes(namespace)) return [];
  const at = joinPath(...path, "namespace");
  return [
    {
      path: at,
      what: show(at, namespace),
      allowed: "a namespace that exists before the platform does",
      fix: "leave it out: a ClusterIssuer serves all namespaces",
    },
  ];
}

/**
 * A root that is issued anew `renewBefore` its end signs nothing any more with the old certificate from then on. What it signed last lives for
 * `leafDuration`, and must end before the old root does.
 */
function lifeProblems(path: readonly string[], ca: SelfSignedCaSettings): Problem[] {
  const seconds = (key: "duration" | "renewBefore" | "leafDuration"): number => durationSeconds(ca[key]) ?? 0;
  const problems: Problem[] = [];
  if (seconds("renewBefore") >= seconds("duration")) {
    const at = joinPath(...path, "renewBefore");
    problems.push({ path: at, what: show(at, ca.renewBefore), allowed: `less than duration, which is ${ca.duration}` });
  }
  if (seconds("leafDuration") >= seconds("renewBefore")) {
    const at = joinPath(...path, "leafDuration");
    problems.push({
      path: at,
      what: show(at, ca.leafDuration),
      allowed: `less than renewBefore of the root, which is ${ca.renewBefore}`,
      fix: "otherwise the last certificates of a root outlive it",
    });
  }
  return problems;
}

function solverProblems(
  path: readonly string[],
  acme: NonNullable<IssuerSettings["acme"]>,
  { mode, images }: CertManagerSettings,
): Problem[] {
  if (!acme.http01 && !acme.dns01)
    return [{ path: joinPath(...path), what: "proves nothing", allowed: "http01, dns01 or both" }];
  if (!acme.http01 || mode !== "install" || images.acmesolver !== undefined) return [];
  const allowed = "an image, with an issuer that has http01";
  return [{ path: "certManager.images.acmesolver", what: "not set", allowed }];
}

function loginProblems(path: readonly string[], issuer: IssuerSettings, release: CertManagerRelease): Problem[] {
  if (release.serviceAccountLogin) return [];
  const needing = [
    ...(issuer.vault ? [joinPath(...path, "vault")] : []),
    ...(issuer.acme?.dns01 ? [joinPath(...path, "acme", "dns01")] : []),
  ];
  return needing.map((at) => ({
    path: at,
    what: "given",
    allowed: `nothing: cert-manager ${release.version} logs in with long-lived keys only`,
    fix: "set certManager.version to 1.21.2, with its chart and images",
  }));
}

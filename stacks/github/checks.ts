import { parseGitHubUrl } from "../../components/arc/github-url";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import type { Sections } from "../settings";
import { authorityProblems } from "./certificate";
import { askedFeatures, availability } from "./enterprise-server";
import { type NamedScope, scopesOf } from "./scopes";

/** What is wrong with where scale sets register and how GitHub is reached, besides the credential. */
export function githubProblems(settings: Readable): Problem[] {
  const { github, production } = settings;
  const [main, ...others] = scopesOf(settings);
  if (!github || !main) return [];
  return [
    ...others.flatMap((other) => hostProblems(main, other)),
    ...httpProblems(settings, main, production === true),
    ...caProblems(settings, github, main),
    ...versionProblems(github, main),
    ...featureProblems(settings, github),
    ...groupProblems(settings),
    ...wayProblems(settings, main),
  ];
}

/** Network policies and the certificate authority are made for one server. */
function hostProblems(main: NamedScope, { path, url }: NamedScope): Problem[] {
  const wanted = new URL(main.url).origin;
  if (new URL(url).origin === wanted) return [];
  const allowed = `an address on ${wanted}, where github.configUrl is`;
  return [{ path, what: show(path, url), allowed, fix: "a stack of its own for each GitHub" }];
}

function httpProblems({ github, legacy }: Readable, main: NamedScope, production: boolean): Problem[] {
  const path = "github.allowHttp";
  if (github?.allowHttp === true) {
    if (!production) return [];
    return [{ path, what: show(path, true), allowed: "false in production: credentials would travel in clear" }];
  }
  const controller = legacy?.controller;
  const addresses = {
    "github.configUrl": main.url,
    "legacy.controller.githubEnterpriseServerUrl": controller?.githubEnterpriseServerUrl,
    "legacy.controller.githubApiUrl": controller?.githubApiUrl,
    "legacy.controller.runnerGithubUrl": controller?.runnerGithubUrl,
  };
  return Object.entries(addresses)
    .filter(([, address]) => address?.startsWith("http:") === true)
    .map(([at, address]) => ({
      path: at,
      what: show(at, address),
      allowed: "https: credentials would travel in clear",
      fix: "github.allowHttp: true, but only for a stand-in in tests",
    }));
}

/** A registry's authority has folder and volume by the name of its ConfigMap; these two are those of GitHub's in the same pods. */
const reservedNames = ["github", "github-server-tls-cert"];

function caProblems({ registry }: Readable, { ca }: Sections["github"], { scope }: NamedScope): Problem[] {
  if (!ca) return [];
  const path = "github.ca";
  if (!scope.enterpriseServer)
    return [{ path, what: `given for ${scope.host}`, allowed: "nothing: its certificates are publicly trusted" }];
  if (!scope.secure)
    return [{ path, what: "given, but github.configUrl is no https address", allowed: "nothing: there is no TLS" }];
  const problems: Problem[] = [];
  if (
    ca.certificate !== undefined &&
    registry?.ca?.certificate !== undefined &&
    registry.ca.configMap === ca.configMap
  ) {
    const allowed = "another name than registry.ca.configMap: both are made";
    problems.push({ path: `${path}.configMap`, what: show(path, ca.configMap), allowed });
  }
  if (registry?.ca && reservedNames.includes(registry.ca.configMap)) {
    const at = "registry.ca.configMap";
    const allowed = `another name beside github.ca, which takes ${reservedNames.join(" and ")} for a folder and a volume`;
    problems.push({ path: at, what: show(at, registry.ca.configMap), allowed });
  }
  const wrong = ca.certificate === undefined ? [] : authorityProblems(ca.certificate);
  return [
    ...problems,
    ...wrong.map((what) => ({
      path: `${path}.certificate`,
      what,
      allowed: "PEM certificates of authorities that are valid today, and nothing else",
    })),
  ];
}

/** A server without TLS is a stand-in and has no version. */
function versionProblems(
  { enterpriseServerVersion: version }: Sections["github"],
  { url, scope }: NamedScope,
): Problem[] {
  const path = "github.enterpriseServerVersion";
  if (scope.enterpriseServer && scope.secure && version === undefined) {
    return [
      {
        path,
        what: `not set, but ${scope.host} is a GitHub Enterprise Server`,
        allowed: 'its major.minor in quotes, such as "3.17"',
        fix: `see the foot of any page of ${scope.host}, or ${new URL(url).origin}/api/v3/meta`,
      },
    ];
  }
  if (!scope.enterpriseServer && version !== undefined)
    return [{ path, what: show(path, version), allowed: `nothing: ${scope.host} is no Enterprise Server` }];
  return [];
}

function featureProblems(settings: Readable, github: Sections["github"]): Problem[] {
  const { enterpriseServerVersion: version, scaleSetLabelsEnabled } = github;
  if (version === undefined || parseGitHubUrl(github.configUrl)?.enterpriseServer !== true) return [];
  return askedFeatures(settings.scaleSets).flatMap(({ feature, path, given }): Problem[] => {
    const { name, since, flag } = feature;
    const at = joinPath(...path);
    const what = given === undefined ? "given" : show(at, given);
    const available = availability(feature, version);
    if (available === "absent") {
      const allowed = `nothing: GitHub Enterprise Server ${version} has no ${name} (${since} has)`;
      return [{ path: at, what, allowed }];
    }
    if (available === "on" || scaleSetLabelsEnabled === true) return [];
    return [
      {
        path: at,
        what,
        allowed: `nothing: GitHub Enterprise Server ${version} silently drops ${name} unless its feature flag ${flag?.name ?? ""} is on (${flag?.onSince ?? since} has it on)`,
        fix: "github.scaleSetLabelsEnabled: true, if a site administrator has switched it on",
      },
    ];
  });
}

/** Without the internet there is a way to GitHub only by a destination: the server itself, or a proxy. */
function wayProblems({ network }: Readable, { scope }: NamedScope): Problem[] {
  if (!network || network.internet || Object.keys(network.destinations).length > 0) return [];
  return [
    {
      path: "network.destinations",
      what: "empty, but network.internet is false",
      allowed: `at least one: runners must reach ${scope.host}, port ${scope.port}, or a proxy that does`,
    },
  ];
}

/** Runners of a repository are in no group. */
function groupProblems({ github, scaleSets }: Readable): Problem[] {
  if (!github) return [];
  const allowed = "nothing: only organizations and enterprises have runner groups";
  const isRepository = (url: string): boolean => parseGitHubUrl(url)?.kind === "repository";
  const own = Object.entries(scaleSets).flatMap(([name, set]): Problem[] => {
    if (set.runnerGroup === undefined || !isRepository(set.github?.configUrl ?? github.configUrl)) return [];
    const path = joinPath("scaleSets", name, "runnerGroup");
    return [{ path, what: `${show(path, set.runnerGroup)}, for runners of a repository`, allowed }];
  });
  if (github.runnerGroup === undefined || !isRepository(github.configUrl)) return own;
  const path = "github.runnerGroup";
  return [{ path, what: `${show(path, github.runnerGroup)}, for runners of a repository`, allowed }, ...own];
}

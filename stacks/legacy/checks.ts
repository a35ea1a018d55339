import { parseGitHubUrl } from "../../components/arc/github-url";
import { isDnsLabel } from "../../components/arc/names";
import { helmChartProblems } from "../chart-problems";
import type { ChartSource } from "../chart-version";
import { digestProblems } from "../digest-problems";
import { joinPath, type Problem, show } from "../problems";
import { autoscalerProblems } from "./autoscaler-checks";
import { deploymentProblems } from "./deployment-checks";
import { isFloating } from "../../components/legacy-arc/runner-image";
import type { LegacySettings } from "./schema";

/** What the rules of the legacy section need to know of the other settings. */
export interface LegacyContext {
  /** `github.configUrl`; absent when it could not be read. */
  readonly githubUrl?: string;
  /** `github.appId`. */
  readonly appId?: string;
  /** Kind of the credential that the stack holds, shared with the scale sets. */
  readonly credential?: "token" | "app";
  /** Whether the stack holds the secret `legacyWebhookToken`. */
  readonly webhookToken: boolean;
  /** `images.requireDigest`. */
  readonly requireDigest: boolean;
  /** Namespaces of the scale sets and their controller. */
  readonly takenNamespaces: readonly string[];
  /** How a local chart is looked up; see `inspectChart`. */
  readonly inspectChart: (chart: string) => ChartSource;
}

/** Longest name of a runner deployment: its pods add twelve characters, and the name is a label's value too. */
const nameLimit = 45;

/** All that is wrong with the legacy section beyond the form of its values, every known trap of these kinds among it. */
export function legacyProblems(legacy: LegacySettings, context: LegacyContext): Problem[] {
  return [
    ...namespaceProblems(legacy, context),
    ...helmChartProblems(
      ["legacy", "controller", "chart"],
      legacy.controller.chart,
      "actions-runner-controller",
      context.inspectChart,
    ),
    ...addressProblems(legacy, context),
    ...webhookProblems(legacy, context),
    ...imageProblems(legacy, context),
    ...Object.keys(legacy.runnerDeployments).flatMap(nameProblems),
    ...Object.entries(legacy.runnerDeployments).flatMap(([name, deployment]) => {
      const path = ["legacy", "runnerDeployments", name];
      return [
        ...deploymentProblems(path, deployment, {
          image: deployment.image ?? legacy.controller.images.runner,
          webhookServer: legacy.controller.webhookServer.enabled,
          ...(context.credential && { credential: context.credential }),
        }),
        ...(deployment.autoscaler
          ? autoscalerProblems([...path, "autoscaler"], deployment, deployment.autoscaler)
          : []),
      ];
    }),
    ...serviceAccountProblems(legacy),
  ];
}

function namespaceProblems({ namespaces }: LegacySettings, { takenNamespaces }: LegacyContext): Problem[] {
  const problems: Problem[] = [];
  if (namespaces.controller === namespaces.runners) {
    problems.push({
      path: "legacy.namespaces.runners",
      what: show("", namespaces.runners),
      allowed: "another namespace than legacy.namespaces.controller: runners are privileged, the controller is not",
    });
  }
  for (const key of ["controller", "runners"] as const) {
    if (!takenNamespaces.includes(namespaces[key])) continue;
    const allowed = "a namespace that scale sets and their controller do not use";
    problems.push({ path: `legacy.namespaces.${key}`, what: show("", namespaces[key]), allowed });
  }
  return problems;
}

/** One credential serves both controllers, so both must talk to the same GitHub. */
function addressProblems({ controller }: LegacySettings, { githubUrl, appId, credential }: LegacyContext): Problem[] {
  const problems: Problem[] = [];
  const path = "legacy.controller.githubEnterpriseServerUrl";
  const given = controller.githubEnterpriseServerUrl;
  const scope = githubUrl === undefined ? undefined : parseGitHubUrl(githubUrl);
  if (githubUrl !== undefined && scope && controller.githubApiUrl === undefined) {
    const wanted = new URL(githubUrl).origin;
    if (scope.enterpriseServer && given === undefined) {
      problems.push({
        path,
        what: `not set, but github.configUrl is on ${scope.host}`,
        allowed: wanted,
        fix: "without it the controller asks api.github.com and gets 401",
      });
    } else if (given !== undefined && (!scope.enterpriseServer || new URL(given).origin !== wanted)) {
      problems.push({
        path,
        what: `${show(path, given)}, but github.configUrl is on ${scope.host}`,
        allowed: scope.enterpriseServer ? wanted : "nothing",
        fix: "both controllers use the same credential, hence the same GitHub",
      });
    }
  }
  if (credential === "app" && appId?.startsWith("Iv") === true) {
    const allowed = "the numeric App id: the legacy controller knows no client ids";
    problems.push({ path: "github.appId", what: show("github.appId", appId), allowed });
  }
  return problems;
}

function webhookProblems({ controller }: LegacySettings, { webhookToken }: LegacyContext): Problem[] {
  if (controller.webhookServer.enabled === webhookToken) return [];
  if (webhookToken) {
    return [
      {
        path: "legacyWebhookToken",
        what: "set, but legacy.controller.webhookServer.enabled is false",
        fix: "enable the server, or pulumi config rm legacyWebhookToken",
      },
    ];
  }
  return [
    {
      path: "legacyWebhookToken",
      what: "not set, but legacy.controller.webhookServer.enabled is true",
      allowed: "the secret of the webhook at GitHub: without it anybody could scale the runners",
      fix: "pulumi config set --secret legacyWebhookToken",
    },
  ];
}

function imageProblems(legacy: LegacySettings, { requireDigest }: LegacyContext): Problem[] {
  const own = Object.entries(legacy.controller.images).map(([key, image]) => ({
    path: joinPath("legacy", "controller", "images", key),
    image,
  }));
  const deployed = Object.entries(legacy.runnerDeployments).flatMap(([name, { image }]) =>
    image === undefined ? [] : [{ path: joinPath("legacy", "runnerDeployments", name, "image"), image }],
  );
  return [...own, ...deployed].flatMap(({ path, image }): Problem[] => {
    const unpinned = requireDigest ? digestProblems(path, image) : [];
    if (unpinned.length > 0) return unpinned;
    if (!isFloating(image)) return [];
    const fix = "this tag moves: the runners of tomorrow would not be those of today";
    return [
      {
        path,
        what: show(path, image),
        allowed: "a tag with a full version, such as v2.306.0-ubuntu-22.04, or a digest",
        fix,
      },
    ];
  });
}

function nameProblems(name: string): Problem[] {
  if (isDnsLabel(name) && name.length <= nameLimit) return [];
  return [
    {
      path: joinPath("legacy", "runnerDeployments", name),
      what: `given ${JSON.stringify(name)}`,
      allowed: `1 to ${nameLimit} lower-case letters, digits and hyphens, beginning and ending with a letter or digit`,
    },
  ];
}

/** Service accounts are made per runner deployment, so two of one name would collide. */
function serviceAccountProblems({ runnerDeployments }: LegacySettings): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(runnerDeployments).flatMap(([name, { irsa }]) => {
    if (!irsa) return [];
    const account = irsa.serviceAccountName ?? name;
    const owner = owners.get(account);
    owners.set(account, owner ?? name);
    if (owner === undefined) return [];
    const path = joinPath("legacy", "runnerDeployments", name, "irsa", "serviceAccountName");
    return [{ path, what: show(path, account), allowed: `another name: ${owner} makes a service account of this one` }];
  });
}

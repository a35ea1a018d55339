import { quantity } from "../../components/quantity";
import { joinPath, type Problem, show } from "../problems";
import { fsGroupOf, readRunnerImage } from "../../components/legacy-arc/runner-image";
import type { LegacyRunnerDeploymentSettings as Deployment } from "./schema";

/** What the rules of one runner deployment need to know besides it. */
export interface DeploymentContext {
  /** The image that its runners get: its own, or the common one. */
  readonly image: string;
  readonly webhookServer: boolean;
  readonly credential?: "token" | "app";
}

/** What is wrong with one runner deployment, apart from its autoscaler. */
export function deploymentProblems(
  path: readonly PropertyKey[],
  deployment: Deployment,
  context: DeploymentContext,
): Problem[] {
  return [
    ...scopeProblems(path, deployment, context),
    ...countProblems(path, deployment, context),
    ...dockerProblems(path, deployment, context.image),
    ...labelProblems(path, deployment, context.image),
    ...fsGroupProblems(path, deployment, context.image),
    ...resourceProblems(path, deployment),
    ...capacityProblems(path, deployment),
  ];
}

function scopeProblems(path: readonly PropertyKey[], deployment: Deployment, context: DeploymentContext): Problem[] {
  const scopes = (["repository", "organization", "enterprise"] as const).filter((key) => deployment[key] !== undefined);
  const problems: Problem[] = [];
  if (scopes.length !== 1) {
    problems.push({
      path: joinPath(...path),
      what:
        scopes.length === 0
          ? "neither repository nor organization nor enterprise is set"
          : `${scopes.join(" and ")} are set`,
      allowed: "exactly one of repository, organization and enterprise",
      fix: "it decides who may use the runners: several organizations, the repositories of one, or a single repository",
    });
  }
  if (deployment.group !== undefined && deployment.repository !== undefined) {
    const at = joinPath(...path, "group");
    problems.push({
      path: at,
      what: `${show(at, deployment.group)}, for runners of a repository`,
      allowed: "nothing: only organizations and enterprises have runner groups",
      fix: "remove it, or register with the organization",
    });
  }
  if (deployment.enterprise !== undefined && context.credential === "app") {
    problems.push({
      path: joinPath(...path, "enterprise"),
      what: `${show("enterprise", deployment.enterprise)}, but the credential is a GitHub App`,
      allowed: "githubToken with the scope manage_runners:enterprise",
      fix: "GitHub Apps cannot register runners of an enterprise",
    });
  }
  return problems;
}

function countProblems(path: readonly PropertyKey[], deployment: Deployment, context: DeploymentContext): Problem[] {
  const { replicas, autoscaler } = deployment;
  const at = joinPath(...path, "replicas");
  if (replicas !== undefined && autoscaler) {
    return [
      {
        path: at,
        what: `${show(at, replicas)}, beside an autoscaler`,
        allowed: "nothing: the autoscaler sets it",
        fix: "remove it, or each update would throw the runners back to this number",
      },
    ];
  }
  if (replicas === undefined && !autoscaler)
    return [{ path: at, what: "not set, nor is autoscaler", allowed: "one of the two" }];
  if ((autoscaler?.scaleUpTriggers ?? []).length === 0 || context.webhookServer) return [];
  return [
    {
      path: joinPath(...path, "autoscaler", "scaleUpTriggers"),
      what: "given, but legacy.controller.webhookServer.enabled is false",
      allowed: "nothing without the webhook server",
      fix: "enable it: nobody else receives GitHub's webhooks",
    },
  ];
}

function dockerProblems(path: readonly PropertyKey[], deployment: Deployment, image: string): Problem[] {
  const at = joinPath(...path, "docker");
  const { docker } = deployment;
  const { daemon } = readRunnerImage(image);
  const problems: Problem[] = [];
  if (docker === "inRunner" && daemon === "no") {
    const fix = "use an image such as summerwind/actions-runner-dind, or docker: sidecar";
    problems.push({
      path: at,
      what: `${show(at, docker)}, but the image is ${image}`,
      allowed: "an image with a Docker daemon inside",
      fix,
    });
  }
  if (docker !== "inRunner" && daemon === "yes") {
    const fix = "use docker: inRunner, or the image without dind";
    problems.push({
      path: at,
      what: `${show(at, docker)}, but the image is ${image}`,
      allowed: "inRunner for an image with a Docker daemon",
      fix,
    });
  }
  if (docker !== "sidecar" && deployment.sharedTmp === true) {
    const tmp = joinPath(...path, "sharedTmp");
    const why =
      docker === "inRunner"
        ? "the daemon has the runner's own /tmp already"
        : "there is no Docker daemon to share with";
    problems.push({ path: tmp, what: show(tmp, true), allowed: `nothing with docker: ${docker}, because ${why}` });
  }
  if (docker !== "sidecar" && deployment.dockerResources) {
    const own = joinPath(...path, "dockerResources");
    problems.push({
      path: own,
      what: `given with docker: ${docker}`,
      allowed: "only docker: sidecar has a container of its own for the daemon",
    });
  }
  return problems;
}

/** Labels that name an Ubuntu release or a runner version other than the image's: jobs would run on something else than they asked for. */
function labelProblems(path: readonly PropertyKey[], deployment: Deployment, image: string): Problem[] {
  const { ubuntu, version } = readRunnerImage(image);
  return (deployment.labels ?? []).flatMap((label, index) => {
    const claimedUbuntu = /^ubuntu-(\d\d\.\d\d)$/.exec(label)?.[1];
    const claimedVersion = /^v?(\d+\.\d+\.\d+)$/.exec(label)?.[1];
    const actual =
      claimedUbuntu !== undefined && ubuntu !== undefined && claimedUbuntu !== ubuntu
        ? `ubuntu-${ubuntu}`
        : claimedVersion !== undefined && version !== undefined && claimedVersion !== version
          ? `v${version}`
          : undefined;
    if (actual === undefined) return [];
    const at = joinPath(...path, "labels", index);
    return [
      {
        path: at,
        what: `${show(at, label)}, but the image is ${image}`,
        allowed: actual,
        fix: "change the label, or the image",
      },
    ];
  });
}

function fsGroupProblems(path: readonly PropertyKey[], deployment: Deployment, image: string): Problem[] {
  const at = joinPath(...path, "fsGroup");
  const derived = fsGroupOf(image);
  const { fsGroup, irsa } = deployment;
  if (fsGroup !== undefined && derived !== undefined && fsGroup !== derived) {
    const allowed = `${derived}, the group of ${image}, or nothing`;
    return [{ path: at, what: show(at, fsGroup), allowed, fix: "1000 belongs to Ubuntu 20.04, 1001 to 22.04" }];
  }
  if (!irsa || fsGroup !== undefined || derived !== undefined) return [];
  return [
    {
      path: at,
      what: `not set, and ${image} does not tell its Ubuntu release`,
      allowed: "the group of the runner's user in the image",
      fix: "irsa needs it to read the token: `docker run --rm --entrypoint id IMAGE`",
    },
  ];
}

function resourceProblems(path: readonly PropertyKey[], { docker, resources, dockerResources }: Deployment): Problem[] {
  const problems: Problem[] = [];
  if (docker === "sidecar" && !dockerResources) {
    const at = joinPath(...path, "dockerResources");
    problems.push({
      path: at,
      what: "not set",
      allowed: "requests and limits of the Docker daemon, which does the work of docker build",
    });
  }
  for (const [key, given] of Object.entries({ resources, dockerResources })) {
    if (!given) continue;
    for (const resource of ["cpu", "memory"].filter((name) => given.requests[name] === undefined)) {
      const at = joinPath(...path, key, "requests", resource);
      problems.push({ path: at, what: "not set", allowed: "a quantity: the namespace has a quota" });
    }
  }
  return problems;
}

/** How many runners fit on the nodes, which bounds `maxReplicas`: the rest would stay Pending with the jobs that wait for them. */
function capacityProblems(path: readonly PropertyKey[], deployment: Deployment): Problem[] {
  const { nodes, resources, dockerResources, gpu, autoscaler, replicas } = deployment;
  const wanted = autoscaler?.maxReplicas ?? replicas;
  if (!nodes || wanted === undefined) return [];
  const device = gpu ? { [gpu.resource ?? "nvidia.com/gpu"]: String(gpu.perRunner) } : {};
  const needed = [resources.requests, dockerResources?.requests ?? {}, device];
  const perNode = Object.entries(nodes.allocatable).flatMap(([resource, offered]) => {
    const sum = needed.reduce((total, requests) => total + quantity(requests[resource] ?? "0"), 0n);
    return sum === 0n ? [] : [{ resource, fit: Number(quantity(offered) / sum) }];
  });
  const tightest = perNode.sort((a, b) => a.fit - b.fit)[0];
  if (!tightest || tightest.fit * nodes.count >= wanted) return [];
  const key = autoscaler ? ["autoscaler", "maxReplicas"] : ["replicas"];
  const at = joinPath(...path, ...key);
  return [
    {
      path: at,
      what: show(at, wanted),
      allowed: `at most ${tightest.fit * nodes.count}: ${nodes.count} nodes with room for ${tightest.fit} each, by their ${tightest.resource}`,
      fix: "lower it or the requests, or give nodes the count that node autoscaling can reach",
    },
  ];
}

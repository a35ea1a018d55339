import { hookConfigMapName } from "../components/arc/hooks/hook-template";
import type { ArcRelease } from "../components/arc/release";
import { hookTemplateSettingProblems } from "./hook-template-checks";
import type { Readable } from "./checks";
import { podTemplateProblems } from "./pod-template";
import { joinPath, nearestName, type Problem, show } from "./problems";
import { scheduleProblems } from "./schedule-schema";
import type { ScaleSetSettings } from "./settings";

/** What is wrong with each scale set by itself and against the sections that it names things from. */
export function scaleSetProblems(settings: Readable, release: ArcRelease | undefined): Problem[] {
  return Object.entries(settings.scaleSets).flatMap(([name, set]) => {
    const path = joinPath("scaleSets", name);
    return [
      ...runnerCountProblems(path, set),
      ...labelProblems(path, set, release),
      ...referenceProblems(path, set, settings),
      ...hookNameProblems(name, set, settings),
      ...requestProblems(path, set),
      ...(set.schedule ? scheduleProblems(path, set) : []),
      ...(readyForPods(settings) ? podTemplateProblems(name, set, settings) : []),
      ...(readyForPods(settings) ? hookTemplateSettingProblems(name, set, settings) : []),
    ];
  });
}

/** Sections without which no pod can be computed. */
type PodSections = Required<
  Pick<Readable, "dind" | "github" | "images" | "pools" | "registry" | "caches" | "namespaces">
>;

function readyForPods(settings: Readable): settings is Readable & PodSections {
  const { dind, github, images, pools, registry, caches, namespaces } = settings;
  return [dind, github, images, pools, registry, caches, namespaces].every((section) => section !== undefined);
}

function runnerCountProblems(path: string, set: ScaleSetSettings): Problem[] {
  if (set.minRunners <= set.maxRunners) return [];
  return [
    {
      path: `${path}.minRunners`,
      what: show(path, set.minRunners),
      allowed: `at most maxRunners, which is ${set.maxRunners}`,
    },
  ];
}

function labelProblems(path: string, set: ScaleSetSettings, release: ArcRelease | undefined): Problem[] {
  if (!release || release.scaleSetLabels || (set.labels?.length ?? 0) === 0) return [];
  return [
    {
      path: `${path}.labels`,
      what: show(path, set.labels),
      allowed: `nothing: ARC ${release.version} knows the name only`,
    },
  ];
}

/** Names of pools and caches that there are none of. */
function referenceProblems(path: string, set: ScaleSetSettings, { pools, caches }: Readable): Problem[] {
  const problems: Problem[] = [];
  if (pools && !Object.hasOwn(pools, set.pool))
    problems.push(unknownName(`${path}.pool`, set.pool, "pools", Object.keys(pools)));
  if (caches && set.mode !== "dind") {
    for (const cache of set.job.caches.filter((name) => !Object.hasOwn(caches, name)))
      problems.push(unknownName(`${path}.job.caches`, cache, "caches", Object.keys(caches)));
  }
  return problems;
}

/** Hook templates are named after their sets without the prefix `runner-`, so two names can meet. */
function hookNameProblems(name: string, set: ScaleSetSettings, { scaleSets }: Readable): Problem[] {
  const other = `runner-${name}`;
  const found = Object.hasOwn(scaleSets, other) ? scaleSets[other] : undefined;
  if (!found || found.mode === "dind" || set.mode === "dind" || found.namespace !== set.namespace) return [];
  const path = joinPath("scaleSets", name);
  const map = hookConfigMapName(name);
  return [{ path, what: `would share the hook template ${map} with ${other}`, allowed: "another name or namespace" }];
}

function unknownName(path: string, name: string, section: string, known: readonly string[]): Problem {
  const nearest = nearestName(name, known);
  return {
    path,
    what: show(path, name),
    allowed: `one of ${section}: ${known.join(", ")}`,
    fix: nearest === undefined ? `add it to ${section}` : `did you mean ${nearest}?`,
  };
}

function requestProblems(path: string, set: ScaleSetSettings): Problem[] {
  const containers = {
    ...(set.mode === "dind"
      ? {
          "resources.runner": set.resources.runner,
          "resources.dind": set.resources.dind,
          "resources.init": set.resources.init,
        }
      : { "resources.runner": set.resources.runner, "job.resources": set.job.resources }),
  };
  return Object.entries(containers).flatMap(([key, { requests }]) =>
    ["cpu", "memory"]
      .filter((resource) => requests[resource] === undefined)
      .map((resource) => ({
        path: `${path}.${key}.requests.${resource}`,
        what: "not set",
        allowed: "a quantity: the namespace has a quota",
      })),
  );
}

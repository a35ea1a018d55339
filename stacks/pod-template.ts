import { quantityAllowed, parseQuantity } from "../components/quantity";
import { type RunnerPodSettings, runnerPodTemplate } from "../components/runner-pod";
import { isObject } from "./merge";
import { joinPath, type Problem, show } from "./problems";
import type { ScaleSetSettings } from "./settings";

type Fields = Readonly<Record<string, unknown>>;

const lists = ["initContainers", "containers"] as const;

/**
 * What is wrong with the pod that `scaleSets.<name>.podTemplate` leads to, as far as the API server would not say it: a pod without what
 * ARC needs is valid, and one that the namespace's quota would refuse is refused only when a runner starts.
 */
export function podTemplateProblems(name: string, set: ScaleSetSettings, settings: RunnerPodSettings): Problem[] {
  const overlay = set.podTemplate?.spec;
  if (overlay === undefined) return [];
  const { podTemplate, ...without } = set;
  const computed = specOf(name, without, settings);
  const laid = specOf(name, { ...without, podTemplate }, settings);
  const path = joinPath("scaleSets", name, "podTemplate", "spec");
  return [
    ...identityProblems(path, laid, overlay),
    ...lists.flatMap((list) => listProblems(`${path}.${list}`, laid[list])),
    ...runnerProblems(path, laid["containers"]),
    ...lists.flatMap((list) => requestProblems(`${path}.${list}`, laid[list], overlay[list], computed[list])),
  ];
}

/** The overlay may have put anything into the pod, whatever its type says. */
function specOf(name: string, set: ScaleSetSettings, settings: RunnerPodSettings): Fields {
  return { ...runnerPodTemplate(name, set, settings)("service-account").spec };
}

function identityProblems(path: string, pod: Fields, overlay: Fields): Problem[] {
  const problems: Problem[] = [];
  if (pod["restartPolicy"] !== "Never") {
    problems.push({
      path: `${path}.restartPolicy`,
      what: show(path, overlay["restartPolicy"]),
      allowed: "Never: a runner takes one job and ends, and ARC makes the next one",
    });
  }
  const account = pod["serviceAccountName"];
  if (typeof account !== "string" || account.trim() === "") {
    problems.push({
      path: `${path}.serviceAccountName`,
      what: show(path, overlay["serviceAccountName"]),
      allowed: "the name of a ServiceAccount, or leave it out for one without rights",
    });
  }
  return problems;
}

function listProblems(path: string, list: unknown): Problem[] {
  if (Array.isArray(list) && list.every(isObject)) return [];
  // No value here: it may hold a secret of an environment variable.
  const what = list === undefined ? "taken away" : "given something else";
  return [{ path, what, allowed: "a list of containers" }];
}

function runnerProblems(path: string, containers: unknown): Problem[] {
  if (!Array.isArray(containers) || containers.some((item) => isObject(item) && item["name"] === "runner")) return [];
  return [
    {
      path: `${path}.containers`,
      what: 'leaves no container "runner"',
      allowed: "containers to add, or changes of runner and dind by name",
      fix: "give every item a name: a list with an item that has none, or no items, replaces the computed one",
    },
  ];
}

function requestProblems(path: string, laid: unknown, overlay: unknown, computed: unknown): Problem[] {
  return items(overlay).flatMap((own, index) => {
    const container = own["name"] === undefined ? own : named(laid, own["name"]);
    const before = named(computed, own["name"]);
    const requests = requestsOf(container);
    const resources = `${path}.${index}.resources`;
    // What the set's own `resources` lack is reported there.
    const missing = ["cpu", "memory"].filter(
      (key) => requests[key] === undefined && (!before || requestsOf(before)[key] !== undefined),
    );
    const malformed = Object.entries(requests).filter(([, value]) => parseQuantity(String(value)) === undefined);
    return [
      ...missing.map((key) => ({
        path: `${resources}.requests.${key}`,
        what: "not set",
        allowed: "a quantity: the namespace has a quota",
      })),
      ...malformed.map(([key, value]) => ({
        path: `${resources}.${joinPath("requests", key)}`,
        what: show(resources, value),
        allowed: quantityAllowed,
      })),
    ];
  });
}

function items(list: unknown): Fields[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function named(list: unknown, name: unknown): Fields | undefined {
  return items(list).find((item) => item["name"] === name);
}

function requestsOf(container: Fields | undefined): Fields {
  const resources = container?.["resources"];
  const requests = isObject(resources) ? resources["requests"] : undefined;
  return isObject(requests) ? requests : {};
}

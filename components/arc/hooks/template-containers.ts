import { joinPath, nearestName, type Problem, show } from "../../../stacks/problems";
import { parseQuantity, quantityAllowed } from "../../quantity";
import {
  fieldsOf,
  type Fields,
  isGiven,
  type Item,
  mustGo,
  type TemplateContext,
  type TemplateParts,
} from "./template-parts";

/** What is wrong with the containers of a hook template. */
export function containerProblems(parts: TemplateParts, context: TemplateContext): Problem[] {
  const job = parts.extensions.filter(({ name }) => name === "$job");
  return [
    ...(job.length === 0 ? [missingJob(parts)] : []),
    ...nameProblems(parts),
    ...parts.extensions.flatMap((container) => extensionProblems(container)),
    ...parts.added.flatMap((container) => imageProblems(container, context)),
    ...[...job, ...parts.added].flatMap((container) => requestProblems(container)),
    ...[...parts.extensions, ...parts.added].flatMap((container) => resourceProblems(container)),
  ];
}

function missingJob({ containers }: TemplateParts): Problem {
  const near = nearestName(
    "$job",
    containers.map(({ name }) => name).filter((name) => name !== ""),
  );
  return {
    path: "spec.containers",
    what: 'holds no container "$job"',
    allowed: "one, with the resources of the job at least: the namespace has a quota",
    ...(near !== undefined && { fix: `did you mean $job by ${near}?` }),
  };
}

function nameProblems({ containers, added }: TemplateParts): Problem[] {
  const names = [...containers, ...added.filter(({ path }) => path[1] === "initContainers")].map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => name !== "" && names.indexOf(name) !== index));
  const nameless = [...containers, ...added].filter(({ name }) => name === "");
  return [
    ...[...new Set(nameless)].map(({ path }) => ({
      path: joinPath(...path, "name"),
      what: "not set",
      allowed: "$job, $<service> for the container of a service, or the name of a side-car",
    })),
    ...[...twice].map((name) => ({
      path: "spec.containers",
      what: `"${name}" given twice`,
      allowed: "each name once: of two, the hook reads the first, and Kubernetes refuses both",
    })),
    ...added
      .filter(({ name }) => name === "job" || name === "fs-init")
      .map(({ path, name }) => ({
        path: joinPath(...path, "name"),
        what: `given "${name}"`,
        allowed: "another name: the hook's own container has this one",
        ...(name === "job" && { fix: "write $job to change the job's container" }),
      })),
  ];
}

function extensionProblems({ path, fields, name }: Item): Problem[] {
  const problems: Problem[] = [];
  if (isGiven(fields, "image"))
    problems.push(mustGo([...path, "image"], `the image comes from the workflow, and the hook ignores this one`));
  if (name !== "$job") return problems;
  for (const field of ["command", "args"])
    if (isGiven(fields, field))
      problems.push(
        mustGo([...path, field], "the hook's own command keeps the container alive, and steps are run inside it"),
      );
  return problems;
}

const floating = /^[^@]*(\/|^)[^/:@]+(:latest)?$/;

function imageProblems({ path, fields }: Item, { requireDigest = false }: TemplateContext): Problem[] {
  const { image } = fields;
  const at = joinPath(...path, "image");
  if (typeof image !== "string" || image === "") {
    const fix = "write $<service> as name to change the container of a service";
    return [
      { path: at, what: "not set", allowed: "the image of this side-car", ...(path[1] === "containers" && { fix }) },
    ];
  }
  if (floating.test(image))
    return [{ path: at, what: show(at, image), allowed: "an image with a tag other than latest" }];
  if (requireDigest && !/@sha256:[0-9a-f]{64}$/.test(image))
    return [{ path: at, what: show(at, image), allowed: "an image with a digest: NAME:TAG@sha256:DIGEST" }];
  return [];
}

function requestProblems({ path, fields }: Item): Problem[] {
  const { requests, limits } = resourcesOf(fields);
  return ["cpu", "memory"]
    .filter((resource) => !isGiven(requests, resource))
    .map((resource) => ({
      path: joinPath(...path, "resources", "requests", resource),
      what: "not set",
      allowed: "a quantity: the namespace has a quota",
      ...(isGiven(limits, resource) && {
        fix: `write it out: as it is, the job requests its limit of ${quantityText(limits[resource])}`,
      }),
    }));
}

function resourceProblems({ path, fields }: Item): Problem[] {
  const { requests, limits } = resourcesOf(fields);
  const malformed = Object.entries({ requests, limits }).flatMap(([kind, quantities]) =>
    Object.entries(quantities)
      .filter(([, value]) => value !== null && parseQuantity(quantityText(value)) === undefined)
      .map(([resource, value]) => {
        const at = joinPath(...path, "resources", kind, resource);
        return { path: at, what: show(at, value), allowed: quantityAllowed };
      }),
  );
  // Devices cannot be shared or overcommitted: Kubernetes counts whole ones, for request and limit alike.
  const devices = new Set(
    [...Object.keys(requests), ...Object.keys(limits)].filter((resource) => resource.includes("/")),
  );
  const unequal = [...devices].filter((device) => !sameQuantity(requests[device], limits[device]));
  return [
    ...malformed,
    ...unequal.map((device) => ({
      path: joinPath(...path, "resources"),
      what: `${device}: request ${quantityText(requests[device])}, limit ${quantityText(limits[device])}`,
      allowed: "request and limit of a device that are equal",
    })),
  ];
}

function sameQuantity(request: unknown, limit: unknown): boolean {
  return (
    request !== undefined &&
    limit !== undefined &&
    parseQuantity(quantityText(request)) === parseQuantity(quantityText(limit))
  );
}

function quantityText(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function resourcesOf(fields: Fields): { readonly requests: Fields; readonly limits: Fields } {
  const resources = fieldsOf(fields["resources"]);
  return { requests: fieldsOf(resources["requests"]), limits: fieldsOf(resources["limits"]) };
}

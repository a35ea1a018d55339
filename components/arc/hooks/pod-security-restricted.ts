import type { Problem } from "../../../stacks/problems";
import { addedCapabilities, baselineViolations } from "./pod-security-baseline";
import { at, listAt, type PodParts, violation } from "./pod-security-parts";
import type { Item } from "./template-parts";

const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/** What the level `restricted` forbids or asks for; it includes the level `baseline`. */
export function restrictedViolations(parts: PodParts): Problem[] {
  const { pod, containers, volumes } = parts;
  return [
    ...baselineViolations(parts).filter(({ path }) => !/^spec\.volumes\b|\.capabilities\.add$/.test(path)),
    ...nobodyIsRoot(pod, containers),
    ...seccompIsSet(pod, containers),
    ...containers.flatMap((container) => [
      ...addedCapabilities(container, ["NET_BIND_SERVICE"]),
      ...dropsAll(container),
      ...forbidsEscalation(container),
    ]),
    ...volumes.flatMap((volume) => volumeKind(volume)),
  ];
}

const nonRoot = ["securityContext", "runAsNonRoot"];
const user = ["securityContext", "runAsUser"];
const seccomp = ["securityContext", "seccompProfile", "type"];

/** A container's own value counts, else the pod's. */
function nobodyIsRoot(pod: Item, containers: readonly Item[]): Problem[] {
  const podHasIt = at(pod.fields, nonRoot) === true;
  const flags = [pod, ...containers].filter(({ fields }) => {
    const value = at(fields, nonRoot);
    return value === false || (value !== true && fields !== pod.fields && !podHasIt);
  });
  const roots = [pod, ...containers].filter(({ fields }) => at(fields, user) === 0);
  return [
    ...flags.map(({ path, fields }) =>
      violation([...path, ...nonRoot], at(fields, nonRoot), "true, here or in the pod"),
    ),
    ...roots.map(({ path }) => violation([...path, ...user], 0, "any other user")),
  ];
}

/** Wrong values are reported by the level `baseline` already. */
function seccompIsSet(pod: Item, containers: readonly Item[]): Problem[] {
  if (at(pod.fields, seccomp) !== undefined) return [];
  return containers
    .filter(({ fields }) => at(fields, seccomp) === undefined)
    .map(({ path }) => violation([...path, ...seccomp], undefined, "RuntimeDefault, Localhost, here or in the pod"));
}

function dropsAll({ path, fields }: Item): Problem[] {
  const keys = ["securityContext", "capabilities", "drop"];
  return listAt(fields, keys).includes("ALL") ? [] : [violation([...path, ...keys], at(fields, keys), '["ALL"]')];
}

function forbidsEscalation({ path, fields }: Item): Problem[] {
  const keys = ["securityContext", "allowPrivilegeEscalation"];
  const value = at(fields, keys);
  return value === false ? [] : [violation([...path, ...keys], value, "false")];
}

function volumeKind({ path, fields }: Item): Problem[] {
  const kinds = Object.keys(fields).filter((key) => key !== "name" && fields[key] !== null);
  if (kinds.some((kind) => volumeKinds.includes(kind))) return [];
  const [kind] = kinds;
  return [
    violation(
      kind === undefined ? path : [...path, kind],
      kind === undefined ? undefined : fields[kind],
      volumeKinds.join(", "),
    ),
  ];
}

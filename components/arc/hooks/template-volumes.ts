import { isObject } from "../../../stacks/merge";
import { joinPath, nearestName, type Problem } from "../../../stacks/problems";
import { jobMounts07, mounts08 } from "./hook-container";
import { hostPathProblems } from "./template-host-paths";
import type { Item, TemplateContext, TemplateParts } from "./template-parts";

/** Volumes that the hook defines, and paths at which it mounts them into the job's container. */
const ownVolumes = { kubernetes: ["work"], "kubernetes-novolume": ["externals", "github", "work"] } as const;
const ownPaths = {
  kubernetes: jobMounts07.map(({ mountPath }) => mountPath),
  "kubernetes-novolume": mounts08.map(({ mountPath }) => mountPath),
} as const;

/** What is wrong with the volumes of a hook template and their mounts. */
export function volumeProblems(parts: TemplateParts, context: TemplateContext): Problem[] {
  const mounts = [...parts.extensions, ...parts.added].flatMap((container) => mountsOf(container));
  return [
    ...definitionProblems(parts, mounts, context),
    ...mounts.flatMap((mount) => nameProblems(mount, parts, context)),
    ...pathProblems(mounts, context),
    ...parts.volumes.flatMap((volume) => hostPathProblems(volume, context.hostPaths)),
  ];
}

interface TemplateMount {
  readonly path: readonly string[];
  readonly container: string;
  /** `$job` and `$<service>`. */
  readonly extension: boolean;
  readonly volume: string;
  /** None for block devices. */
  readonly mountPath?: string;
}

function mountsOf({ path, fields, name }: Item): TemplateMount[] {
  return ["volumeMounts", "volumeDevices"].flatMap((field) => {
    const list: readonly unknown[] = Array.isArray(fields[field]) ? fields[field] : [];
    return list.flatMap((mount, index) => {
      if (!isObject(mount) || typeof mount["name"] !== "string") return [];
      const { mountPath } = mount;
      return {
        path: [...path, field, String(index)],
        container: name,
        extension: name.startsWith("$"),
        volume: mount["name"],
        ...(typeof mountPath === "string" && { mountPath }),
      };
    });
  });
}

function definitionProblems(
  { volumes }: TemplateParts,
  mounts: readonly TemplateMount[],
  { mode }: TemplateContext,
): Problem[] {
  return volumes.flatMap(({ path, name }, index): Problem[] => {
    const at = joinPath(...path);
    if (name === "") return [{ path: `${at}.name`, what: "not set", allowed: "a name, by which containers mount it" }];
    if (ownVolumes[mode].some((own) => own === name))
      return [{ path: at, what: `given "${name}"`, allowed: "another name: the hook defines this volume itself" }];
    if (volumes.findIndex((other) => other.name === name) !== index)
      return [{ path: at, what: `"${name}" given twice`, allowed: "each volume once" }];
    if (mounts.some(({ volume }) => volume === name)) return [];
    return [{ path: at, what: "not mounted by any container", fix: "mount it, or remove it" }];
  });
}

function nameProblems(
  { path, volume }: TemplateMount,
  { volumes }: TemplateParts,
  { mode }: TemplateContext,
): Problem[] {
  const known = [...volumes.map(({ name }) => name).filter((name) => name !== ""), ...ownVolumes[mode]];
  if (known.includes(volume)) return [];
  const near = nearestName(volume, known);
  return [
    {
      path: joinPath(...path, "name"),
      what: `given "${volume}", which is no volume`,
      allowed: known.join(", "),
      fix: near === undefined ? "define it under spec.volumes" : `did you mean ${near}?`,
    },
  ];
}

/** Kubernetes refuses two mounts at one path. The 0.8 line gives the mounts of all `$` containers to each of them. */
function pathProblems(mounts: readonly TemplateMount[], { mode }: TemplateContext): Problem[] {
  const shared = mode === "kubernetes-novolume";
  return mounts.flatMap(({ path, container, extension, mountPath }, index) => {
    if (mountPath === undefined) return [];
    const at = joinPath(...path, "mountPath");
    if (extension && ownPaths[mode].includes(mountPath))
      return [
        { path: at, what: `given "${mountPath}"`, allowed: "another path: the hook mounts a volume of its own there" },
      ];
    const first = mounts
      .slice(0, index)
      .find((other) => other.mountPath === mountPath && sharesMounts(other, { container, extension }, shared));
    if (!first) return [];
    if (first.container === container)
      return [{ path: at, what: `"${mountPath}" given twice`, allowed: "each path once" }];
    const what = `"${mountPath}" is a mount of ${first.container} already`;
    const allowed = "another path: hooks of mode kubernetes-novolume give every container the mounts of all of them";
    return [{ path: at, what, allowed }];
  });
}

function sharesMounts(
  one: TemplateMount,
  other: Pick<TemplateMount, "container" | "extension">,
  shared: boolean,
): boolean {
  return one.container === other.container || (shared && one.extension && other.extension);
}

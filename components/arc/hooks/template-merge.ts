import type { HookTemplateDocument, PodContainer, PodMetadata, PodSpecFields, TemplateContainer } from "./hook-input";

/**
 * How the hooks lay a template over what they computed. Both lines do it alike. Source: `mergeContainerWithOptions`,
 * `mergePodSpecWithOptions` and `mergeObjectMeta` in packages/k8s/src/k8s/utils.ts of runner-container-hooks 0.7.0 and 0.8.1. Nothing here
 * alters its arguments.
 */

/** Marks containers of a template that change one of the hook's own. */
export const extensionPrefix = "$";

/** The template's container that changes the hook's container of this name. */
export function extensionOf(template: HookTemplateDocument | undefined, name: string): TemplateContainer | undefined {
  return template?.spec?.containers?.find((container) => container.name === extensionPrefix + name);
}

/** `env`, `volumeMounts` and `ports` are appended, `name` and `image` passed over; any other field replaces the hook's. */
export function mergeContainer(base: PodContainer, extension: TemplateContainer | undefined): PodContainer {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(extension ?? {})) {
    if (field === "name" || field === "image") continue;
    // `null` takes mounts and ports away, but not variables.
    if (field === "env" || ((field === "volumeMounts" || field === "ports") && value))
      merged[field] = append(merged[field], value);
    else merged[field] = value;
  }
  return merged as PodContainer;
}

/** Side-cars and volumes are appended; any other field of the spec replaces the hook's, whatever it was. */
export function mergeSpec(base: PodSpecFields, template: HookTemplateDocument["spec"]): PodSpecFields {
  const merged: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(template ?? {})) {
    if (field === "containers") merged[field] = append(base.containers, template?.containers?.filter(isSidecar));
    else if (field === "volumes" && value) merged[field] = append(base.volumes, value);
    else merged[field] = value;
  }
  return merged as PodSpecFields;
}

/** Whether a container of a template is one to add, rather than changes of one of the hook's. */
export function isSidecar(container: TemplateContainer): boolean {
  return container.name?.startsWith(extensionPrefix) !== true;
}

/** Only labels and annotations are read. The template's win, even over the label by which the controller cleans up. */
export function mergeMetadata<T extends PodMetadata>(base: T, template: HookTemplateDocument["metadata"]): T {
  return {
    ...base,
    labels: { ...base.labels, ...template?.labels },
    annotations: { ...base.annotations, ...template?.annotations },
  };
}

function append(base: unknown, more: unknown): unknown[] {
  return [...list(base), ...list(more)];
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";

/** A step that changes something. */
export interface Change {
  readonly operation: OpType;
  /** Kind of the resource, such as `AutoscalingRunnerSet`. */
  readonly kind: string;
  readonly name: string;
  /** Changed fields with old and new value; empty for creations and deletions. */
  readonly fields: readonly FieldChange[];
}

export interface FieldChange {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The engine ended with an error; `messages` are its own words for the user. */
export class EngineFailed extends Error {
  constructor(
    readonly messages: readonly string[],
    cause: unknown,
  ) {
    super(messages.length > 0 ? messages.join("\n\n") : String(cause), { cause });
    this.name = "EngineFailed";
  }
}

const quiet: readonly OpType[] = ["same", "read", "refresh", "discard-replaced", "remove-pending-replace"];

/** Collects what an engine run says in its events. */
export class EngineReport {
  readonly changes: Change[] = [];
  readonly errors: string[] = [];
  private same = 0;

  add(event: EngineEvent): void {
    if (event.resourcePreEvent) this.addStep(event.resourcePreEvent.metadata);
    if (event.diagnosticEvent?.severity === "error")
      this.addError(event.diagnosticEvent.message, event.diagnosticEvent.urn);
  }

  /** How many resources stay as they are. */
  get unchanged(): number {
    return this.same;
  }

  private addStep(step: StepEventMetadata): void {
    // A component is a name for what lies in it; its own "update" only repeats that its arguments changed.
    // The engine leaves the field out of a component's events.
    if ((step.new ?? step.old)?.custom !== true) return;
    if (step.op === "same") this.same++;
    // A replacement shows up as up to three steps; the one called "replace" stands for all of them.
    if (quiet.includes(step.op) || step.op === "create-replacement" || step.op === "delete-replaced") return;
    this.changes.push({ operation: step.op, ...identity(step.urn), fields: fieldChanges(step) });
  }

  private addError(message: string, urn: string | undefined): void {
    const text = message.replaceAll(/<\{%[^%]*%\}>/g, "").trim();
    // The engine adds this line to every failure; it says nothing that the other messages do not.
    if (text === "" || /^(update|preview|destroy) failed$/.test(text)) return;
    const where = urn !== undefined && urn !== "" ? identity(urn) : undefined;
    const setting = urn === undefined ? undefined : settingOf(urn, text);
    const named = where && where.kind !== "Stack" ? `${where.kind} ${where.name}: ${text}` : text;
    const line = setting === undefined ? named : `${named}\n  setting: ${setting}`;
    if (!this.errors.includes(line)) this.errors.push(line);
  }
}

/** Kind and name out of a URN: "urn:pulumi:stack::project::parent$type::name". */
export function identity(urn: string): { kind: string; name: string } {
  const parts = urn.split("::");
  const type = parts[2]?.split("$").at(-1) ?? "";
  return { kind: type.split(":").at(-1) ?? type, name: parts.slice(3).join("::") };
}

/**
 * The setting that a resource was made from, for messages about it. Parts of a scale set and of its hook template are named after it (see
 * RunnerScaleSet and HookTemplate), so the name up to the part's own suffix is the key in `scaleSets`.
 *
 * @param message what is wrong with the resource, which may point to one setting of several.
 */
export function settingOf(urn: string, message = ""): string | undefined {
  const [, , types = "", name = ""] = urn.split("::");
  if (types.includes("runner-platform:index:HookTemplate$")) {
    const scaleSet = /^(.*?)-hook-(?:config-map|pod-template)$/.exec(name)?.[1];
    return scaleSet && `scaleSets.${scaleSet}.job, or what the pod of a job is computed from: pools, caches, registry`;
  }
  if (!types.includes("runner-platform:index:RunnerScaleSet$")) return undefined;
  const scaleSet = ofScaleSet.exec(name)?.[1];
  if (scaleSet === undefined) return undefined;
  if (name.endsWith("-pod-template"))
    return `scaleSets.${scaleSet}.podTemplate, or what its pod is computed from: dind, images, resources`;
  // The engine knows only its own way to take a protection off, by hand and outside of the settings.
  if (/\bprotect/.test(message))
    return `scaleSets.${scaleSet}.allowReplace: true, in an update before this one, lets the set go; its queued jobs are lost`;
  return `scaleSets.${scaleSet}`;
}

const ofScaleSet =
  /^(.*?)-(?:github-secret|service-account|hook-role|hook-role-binding|manager-role|manager-role-binding|pod-template|scale-set)$/;

function fieldChanges(step: StepEventMetadata): FieldChange[] {
  return Object.keys(step.detailedDiff ?? {}).map((path) => ({
    path,
    before: valueAt(step.old?.inputs, path),
    after: valueAt(step.new?.inputs, path),
  }));
}

/** What the engine's events say in the place of a secret, whole maps included. */
const hidden = "[secret]";

/**
 * The value at a property path such as `spec.containers[0].image` or `metadata.labels["app.kubernetes.io/name"]`. What lies inside a secret
 * is secret.
 */
export function valueAt(root: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    (match) => match[1]?.replaceAll('\\"', '"') ?? match[2] ?? match[3] ?? "",
  );
  return keys.reduce<unknown>((value, key) => {
    if (value === hidden) return hidden;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }, root);
}

const signs: Partial<Record<OpType, string>> = { create: "+", update: "~", replace: "±", delete: "-", import: "=" };

/** The changes as lines for the user: replacements and deletions first, because they are the ones to think about. */
export function formatChanges(report: EngineReport): string[] {
  const weight = (change: Change): number => (change.operation === "replace" || change.operation === "delete" ? 0 : 1);
  return [...report.changes]
    .sort((a, b) => weight(a) - weight(b))
    .flatMap((change) => [
      `${signs[change.operation] ?? change.operation} ${change.kind} ${change.name}${change.operation === "replace" ? " (replaced)" : ""}`,
      ...change.fields.map(({ path, before, after }) => `    ${path}: ${show(before)} → ${show(after)}`),
    ]);
}

function show(value: unknown): string {
  if (value === undefined) return "(not set)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** "17 created, 2 updated, 3 unchanged". */
export function countChanges(report: EngineReport): string {
  const words = { create: "created", update: "updated", delete: "deleted", replace: "replaced" } as const;
  const counts = Object.entries(words)
    .map(([operation, word]) => ({ word, count: report.changes.filter((c) => c.operation === operation).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  return [...counts, `${report.unchanged} unchanged`].join(", ");
}

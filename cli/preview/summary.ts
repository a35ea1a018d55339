import { identity } from "../../sandbox/platform/engine-report";
import type { PreviewedObject, StackPreview } from "./report";

/** A line of the summary: a component, or several of one kind that are alike. */
interface Row {
  readonly names: readonly string[];
  readonly kind: string;
  /** What lies in it, however deep; components themselves do not count. */
  readonly objects: readonly PreviewedObject[];
}

const namesWidth = 48;
const shownKinds = 6;

/** The preview of a stack for people: what would be created by component, then what is to be known about it. */
export function formatPreview(preview: StackPreview, seconds: number): string {
  const { stack, resources, warnings, problems } = preview;
  const objects = resources.filter(({ custom }) => custom);
  const counted = `${stack}: ${count(objects.length, "resource")} in ${count(resources.length - objects.length, "component")}`;
  const sets = objects.filter(({ type }) => type.endsWith(":AutoscalingRunnerSet")).length;
  const head = problems.length > 0 ? `${stack}: the preview failed` : `${counted}, ${count(sets, "scale set")}`;
  return [
    `${head} (${seconds.toFixed(1)} s)`,
    ...(problems.length > 0 ? [] : table(rowsOf(resources))),
    ...warnings.map((text) => `  warning: ${indent(text)}`),
    ...problems.map((text) => `  problem: ${indent(text)}`),
  ].join("\n");
}

/** Every resource as the tests write it, sorted: `type name < parent`. */
export function listResources(resources: readonly PreviewedObject[]): string[] {
  const lines = resources.map(
    ({ type, name, parent }) => `${type} ${name}${parent === "" ? "" : ` < ${identity(parent).name}`}`,
  );
  return lines.sort();
}

function table(rows: readonly Row[]): string[] {
  const cells = rows.map(({ names, kind, objects }) => [
    shortened(names),
    kind,
    String(objects.length),
    kindsOf(objects),
  ]);
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  const [name, kind, total] = [width(0), width(1), width(2)];
  return cells.map(([a = "", b = "", c = "", d = ""]) =>
    `  ${a.padEnd(name)}  ${b.padEnd(kind)}  ${c.padStart(total)}  ${d}`.trimEnd(),
  );
}

function shortened(names: readonly string[]): string {
  const all = names.join(", ");
  if (all.length <= namesWidth) return all;
  return `${names[0] ?? ""} ... ${names.at(-1) ?? ""} (${names.length})`;
}

/** "7 RoleBinding, 7 Role, Namespace", the commonest first. */
function kindsOf(objects: readonly PreviewedObject[]): string {
  const counts = new Map<string, number>();
  for (const { urn } of objects) {
    const { kind } = identity(urn);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1));
  const more = sorted.slice(shownKinds).reduce((sum, [, number]) => sum + number, 0);
  return [
    ...sorted.slice(0, shownKinds).map(([kind, number]) => (number === 1 ? kind : `${number} ${kind}`)),
    ...(more > 0 ? [`${more} others`] : []),
  ].join(", ");
}

/** The parts of the platform, those of one kind folded into one row. */
function rowsOf(resources: readonly PreviewedObject[]): Row[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const root = resources.find(({ parent, type }) => parent === "" && !type.startsWith("pulumi:"));
  const partOf = (resource: PreviewedObject): PreviewedObject => {
    const parent = byUrn.get(resource.parent);
    return parent === undefined || parent.urn === root?.urn ? resource : partOf(parent);
  };
  const rows = new Map<string, { names: string[]; kind: string; objects: PreviewedObject[] }>();
  for (const resource of resources) {
    if (resource.urn === root?.urn) continue;
    const part = partOf(resource);
    const row = rows.get(part.type) ?? { names: [], kind: kindOf(part), objects: [] };
    rows.set(part.type, row);
    if (!row.names.includes(part.name)) row.names.push(part.name);
    if (resource.custom) row.objects.push(resource);
  }
  for (const row of rows.values()) row.names.sort();
  return [...rows.values()];
}

function kindOf({ type, urn }: PreviewedObject): string {
  return type.startsWith("pulumi:providers:") ? "provider" : identity(urn).kind;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n    ");
}

/**
 * As much of HCL as a server's configuration needs. Every value goes through here, so none can end its quotes early; templates (`${`) are no
 * part of the first version of HCL, which both servers read.
 */
export type HclValue = string | number | boolean;

export interface HclBlock {
  /** Kind and labels, such as `listener` and `tcp`. */
  readonly head: readonly [string, ...string[]];
  /** Absent values are left out. */
  readonly attributes?: Readonly<Record<string, HclValue | undefined>>;
  readonly blocks?: readonly HclBlock[];
}

/** The text of attributes and blocks, attributes first. */
export function renderHcl({ attributes = {}, blocks = [] }: Omit<HclBlock, "head">): string {
  return `${body(attributes, blocks).join("\n")}\n`;
}

function body(attributes: NonNullable<HclBlock["attributes"]>, blocks: readonly HclBlock[]): string[] {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${literal(value)}`],
  );
  return blocks.reduce<string[]>(
    (all, block) => [...all, ...(all.length > 0 ? [""] : []), ...blockLines(block)],
    lines,
  );
}

function blockLines({ head: [kind, ...labels], attributes = {}, blocks = [] }: HclBlock): string[] {
  const head = [kind, ...labels.map((label) => JSON.stringify(label))].join(" ");
  const inside = body(attributes, blocks).map((line) => (line === "" ? "" : `  ${line}`));
  return inside.length === 0 ? [`${head} {}`] : [`${head} {`, ...inside, "}"];
}

/** JSON's escapes of strings are HCL's. */
function literal(value: HclValue): string {
  return JSON.stringify(value);
}

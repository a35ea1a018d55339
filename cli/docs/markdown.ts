/** A table; columns whose cells are all empty are left out, as is a table without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const kept = head.map((_, column) => column === 0 || rows.some((row) => (row[column] ?? "") !== ""));
  const line = (cells: readonly string[]): string =>
    `| ${cells.filter((_, column) => kept[column] === true).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map((row) => line(row)), ""];
}

/** Text in a table's cell, where a bar would end it and an angle bracket begin a tag. */
export function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<").replaceAll("\n", " ");
}

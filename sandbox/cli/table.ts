import Table from "cli-table3";

/** A plain table without lines, as kubectl prints them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const noLines = [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ];
  const shown = new Table({
    head: head.map((title) => title.toUpperCase()),
    chars: { ...Object.fromEntries(noLines.map((name) => [name, ""])), middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  shown.push(...rows.map((row) => [...row]));
  return shown.toString();
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const checkout = join(__dirname, "../../..");

export interface Workflow {
  /** Path in a repository. */
  readonly path: string;
  readonly text: string;
}

/** Workflows of this repository. */
export function ownWorkflows(): Workflow[] {
  const folder = ".github/workflows";
  return readdirSync(join(checkout, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(checkout, folder, name), "utf8") }));
}

/**
 * Workflows that docs/secrets.md shows: its YAML blocks with jobs.
 *
 * `<commit>` stands for the commit of this repository that a reader takes. It becomes one that has the form.
 */
export function shownWorkflows(): Workflow[] {
  const page = readFileSync(join(checkout, "docs/secrets.md"), "utf8");
  const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => text);
  return blocks
    .filter((text) => /^jobs:/m.test(text))
    .map((text, index) => ({
      path: `.github/workflows/shown-${index + 1}.yml`,
      text: text.replaceAll("<commit>", "c0ffee".repeat(7).slice(0, 40)),
    }));
}

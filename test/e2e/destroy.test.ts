import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultScaleSets } from "../../stacks/default-scale-sets";
import { before } from "./support/root-hooks";
import { figure, localOk, state } from "./support/sandbox";
import { collectTraces } from "./support/traces";

interface Line {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** How many scale sets were deleted at the stand-in, by its request log. */
function deregistrations(log: string): number {
  return log
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line)
    .filter(
      ({ method, path, status }) => method === "DELETE" && status === 204 && /runnerscalesets\/\d+(\?|$)/.test(path),
    ).length;
}

describe("npm run local -- destroy", () => {
  it("deregisters the scale sets and leaves nothing of the sandbox on the machine", async () => {
    const requests = join(state().github, "requests.ndjson");
    let log = readFileSync(requests, "utf8");
    const deregisteredBefore = deregistrations(log);
    // The log goes with the state folder, so it is read until then.
    const watcher = setInterval(() => {
      if (existsSync(requests)) log = readFileSync(requests, "utf8");
    }, 200);
    const { seconds, output } = await localOk("destroy");
    clearInterval(watcher);
    figure(`destroy: ${seconds.toFixed(0)} s`);
    assert.match(output, /Platform: \d+ resources deleted/);
    const sets = Object.keys(defaultScaleSets).length;
    assert.equal(
      deregistrations(log) - deregisteredBefore,
      sets,
      "the scale sets left the stand-in before it was stopped",
    );
    // A sandbox whose machine went down under it leaves cgroups; the next one uses them, and takes them away like its own.
    assert.deepEqual(collectTraces(), { ...before, cgroups: [] });
    assert.ok(!existsSync(state().root), "the state folder is gone");
  });
});

import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before } from "./support/root-hooks";
import { figure, localOk, state } from "./support/sandbox";
import { collectTraces } from "./support/traces";

describe("npm run local -- destroy", () => {
  it("deregisters the scale sets and leaves nothing of the sandbox on the machine", async () => {
    const requests = join(state().github, "requests.ndjson");
    assert.ok(existsSync(requests));
    const watcher = setInterval(() => {
      if (existsSync(requests)) log = readFileSync(requests, "utf8");
    }, 200);
    let log = "";
    const { seconds, output } = await localOk("destroy");
    clearInterval(watcher);
    figure(`destroy: ${seconds.toFixed(0)} s`);
    assert.match(output, /Platform: \d+ resources deleted/);
    const deregistered = log
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { method: string; path: string; status: number })
      .filter(
        ({ method, path, status }) =>
          method === "DELETE" && /runnerscalesets\/\d+$/.test(path.split("?")[0] ?? "") && status === 204,
      );
    assert.equal(deregistered.length, 1, "the scale set left the stand-in before it was stopped");
    assert.deepEqual(collectTraces(), before);
    assert.ok(!existsSync(state().root), "the state folder is gone");
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hookPrograms } from "../../../../sandbox/hooks/bundle";
import { temporaryFolder } from "../../../support/temporary";

describe("the bundled hook programs", () => {
  const folder = temporaryFolder();

  it("need nothing but Node.js, report errors as the runner expects them, and are small enough to be read twice a job", () => {
    for (const [name, text] of Object.entries(hookPrograms())) {
      assert.ok((text as string).length < 200_000, `${name} has ${(text as string).length} bytes`);
      const file = join(folder(), `${name}.js`);
      writeFileSync(file, text as string);
      const ended = spawnSync(process.execPath, [file], {
        cwd: folder(),
        env: {},
        input: '{"command":"prepare_job"}\n',
        encoding: "utf8",
      });
      assert.equal(ended.status, 1);
      assert.match(ended.stdout, /^::error::Error: 'ACTIONS_RUNNER_POD_NAME' env is required/);
      assert.equal(ended.stderr, "");
    }
  });

  it("are two different lines", () => {
    const { volume, novolume } = hookPrograms();
    assert.notEqual(volume, novolume);
  });
});

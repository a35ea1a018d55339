import { strict as assert } from "node:assert";
import { stackFile } from "./support/stack-file";
import { figure, local, localOk } from "./support/sandbox";

describe("a mistake in the settings", () => {
  it("in a pod template fails the preview with the API server's words and the setting it came from", async () => {
    const wrong = stackFile({
      scaleSets: {
        "runner-base": {
          podTemplate: { spec: { containers: [{ name: "runner", ports: [{ containerPort: -1 }] }] } },
        },
      },
    });
    const { code, output } = await local("--config", wrong, "preview");
    assert.equal(code, 1);
    assert.match(output, /PodTemplate "?(arc-runners-dind\/)?runner-base"? is invalid/);
    assert.match(output, /containers\[0\]\.ports\[0\]\.containerPort: Invalid value: -1: must be between 1 and 65535/);
    assert.match(output, /setting: scaleSets\.runner-base\.podTemplate/);
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace for a user's mistake");
  });

  it("of several kinds is reported all at once, before anything is touched", async () => {
    const wrong = stackFile({
      scaleSets: { "runner-base": { minRunners: 5, maxRunners: "3" } },
      dind: { form: "sidecar" },
    });
    const { code, output } = await local("--config", wrong, "up");
    assert.equal(code, 1);
    assert.match(output, /2 problems in the settings of stack "local"/);
    assert.match(output, /scaleSets\.runner-base\.maxRunners: given "3"/);
    assert.match(output, /dind\.form: given "sidecar"/);
  });

  it("a wrong GitHub token ends `up` with a message that says so, and never shows the token", async () => {
    const wrong = stackFile({ githubToken: "ghp_notAValidToken000000000000000000000" });
    const { code, output, seconds } = await local("--config", wrong, "up");
    figure(`wrong token: reported after ${seconds.toFixed(0)} s`);
    assert.equal(code, 1);
    assert.match(output, /refused the token in githubToken \(401/);
    assert.doesNotMatch(output, /ghp_notAValid/);
    assert.ok(seconds < 120);
  });

  it("leaves the platform as it was", async () => {
    const { output } = await localOk();
    assert.match(output, /Platform: nothing to change/);
  });
});

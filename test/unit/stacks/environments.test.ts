import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { simulatedNodes } from "../../../stacks/local";
import { formatProblems } from "../../../stacks/problems";
import { decode, least } from "../../support/settings";

const root = join(__dirname, "../../..");

describe("Pulumi.dev.yaml", () => {
  it("is a complete example: with a cluster and a private key nothing is missing", () => {
    const file = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as {
      readonly config: Record<string, unknown>;
    };
    const own = Object.entries(file.config).filter(([key]) => key.startsWith("runner-platform:"));
    const values = Object.fromEntries(own.map(([key, value]) => [key.slice("runner-platform:".length), value]));
    const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";
    const result = decode("dev", {
      kubeconfig: least["kubeconfig"],
      githubToken: undefined,
      githubAppPrivateKey: pem,
      ...values,
    });
    assert.equal("problems" in result ? formatProblems("dev", result.problems) : "complete", "complete");
    assert.deepEqual(file.config["pulumi:disable-default-providers"], ["*"]);
  });
});

describe("simulated nodes", () => {
  it("are tainted, so that nothing lands there unasked", () => {
    assert.deepEqual(
      simulatedNodes.map(({ name, labels, taints, capacity }) => [
        name,
        labels,
        taints.length,
        capacity["nvidia.com/gpu"],
      ]),
      [
        ["simulated-gpu", { "nvidia.com/gpu.present": "true" }, 1, "4"],
        ["simulated-large-memory", { ci: "large-memory" }, 1, undefined],
      ],
    );
  });
});

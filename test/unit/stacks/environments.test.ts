import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { emptyLock } from "../../../components/images/lock";
import { decodeSettings } from "../../../stacks/decode";
import { simulatedNodes } from "../../../stacks/local";
import { formatProblems } from "../../../stacks/problems";
import { chartAt, type Changes, config, localChart, settingsOf } from "../../support/settings";

const root = join(__dirname, "../../..");

const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";
const registryCredentials = '{"auths":{}}';

/** Secrets that each example asks its reader to set. */
const examples: Readonly<Record<string, Changes>> = {
  dev: { githubToken: undefined, githubAppPrivateKey: pem },
  prod: { githubToken: undefined, githubAppPrivateKey: pem, registryCredentials },
  ghes: { registryCredentials },
};

function example(stack: string): { readonly config: Record<string, unknown>; readonly values: Record<string, string> } {
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    readonly config: Record<string, unknown>;
  };
  const own = Object.entries(file.config).filter(([key]) => key.startsWith("runner-platform:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("runner-platform:".length), value]));
  return { config: file.config, values: config({ github: undefined, ...examples[stack], ...values }) };
}

for (const stack of Object.keys(examples)) {
  describe(`Pulumi.${stack}.yaml`, () => {
    it("is a complete example: with its secrets nothing is missing but digests", () => {
      const { config: file, values } = example(stack);
      const result = decodeSettings(stack, values, chartAt, emptyLock, { missingDigests: "report" });
      assert.equal("problems" in result ? formatProblems(stack, result.problems) : "complete", "complete");
      assert.deepEqual(file["pulumi:disable-default-providers"], ["*"]);
    });
  });
}

describe("environments of production", () => {
  for (const stack of ["prod", "ghes"]) {
    it(`${stack} is refused as long as an image has no digest, and for nothing else`, () => {
      const result = decodeSettings(stack, example(stack).values, chartAt, emptyLock);
      assert.ok("problems" in result);
      const { length } = result.problems;
      assert.ok(length >= 4, String(length));
      for (const { fix, allowed } of result.problems) {
        assert.match(fix ?? "", /`npm run images -- lock`/);
        assert.match(allowed ?? "", /@sha256:DIGEST/);
      }
    });
  }

  it("have controllers to spare, alerts, and namespaces of jobs at the level baseline", () => {
    for (const stack of ["prod", "ghes"]) {
      const result = decodeSettings(stack, example(stack).values, chartAt, emptyLock, { missingDigests: "report" });
      assert.ok("settings" in result);
      const { production, arc, monitoring, namespaces, images, caches, certManager } = result.settings;
      assert.deepEqual(
        [production, arc.replicas, monitoring.podMonitors, monitoring.prometheusRules, images.requireDigest],
        [true, 2, true, true, true],
      );
      assert.equal(namespaces.kubernetesPodSecurity, "baseline");
      assert.ok(Object.values(caches).every(({ volume }) => volume.kind !== "hostPath"));
      assert.equal(certManager.mode, "install");
    }
  });

  it("let runners beside an Enterprise Server reach what is named, and nothing else", () => {
    const result = decodeSettings("ghes", example("ghes").values, chartAt, emptyLock, { missingDigests: "report" });
    assert.ok("settings" in result);
    assert.deepEqual(result.settings.network.internet, false);
    assert.deepEqual(Object.keys(result.settings.network.destinations), ["github", "registry"]);
  });
});

describe("simulated nodes", () => {
  it("are there for each pool of the sandbox whose nodes the machine is not", () => {
    const { pools } = settingsOf("local", localChart);
    const { machine, ...others } = pools;
    assert.deepEqual(machine, {});
    for (const [name, { nodeSelector = {}, nodes = 1, device }] of Object.entries(others)) {
      const found = simulatedNodes.filter(({ name: node, labels }) =>
        Object.entries(nodeSelector).every(
          ([key, value]) => ({ ...labels, "kubernetes.io/hostname": node })[key] === value,
        ),
      );
      assert.ok(found.length >= nodes, name);
      if (device) {
        for (const { capacity } of found) assert.equal(capacity[device.resource], String(device.perNode), name);
      }
    }
  });

  it("with a device are tainted, so that nothing lands there that does not ask for it", () => {
    const withDevice = simulatedNodes.filter(({ capacity }) => Object.keys(capacity).some((key) => key.includes("/")));
    assert.deepEqual(
      withDevice.map(({ name, taints }) => [name, taints.length]),
      [
        ["simulated-gpu", 1],
        ["simulated-fpga", 1],
      ],
    );
  });
});

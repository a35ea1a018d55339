import assert from "node:assert/strict";

import { arcRelease, matchesController } from "../../../../components/arc/release";
import { release } from "../../../support/fixtures";

describe("arcRelease", () => {
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    // version, GitHub Enterprise Server, served
    ["0.6.1", false, true],
    ["0.6.1", true, true],
    ["0.5.9", false, false],
    ["0.7.0", false, false],
    ["0.13.1", false, false],
    ["0.14.0", false, true],
    ["0.14.0", true, false],
    ["0.14.1", true, true],
    ["0.15.0", false, true],
    ["v0.14.2", false, false],
    ["0.14", false, false],
    ["latest", false, false],
  ];
  for (const [version, enterpriseServer, served] of cases) {
    it(`${served ? "serves" : "fails for"} ${version}${enterpriseServer ? " on GitHub Enterprise Server" : ""}`, () => {
      assert.equal(arcRelease(version, enterpriseServer) !== undefined, served);
    });
  }

  it("says what 0.6.1 lacks", () => {
    assert.deepEqual(arcRelease("0.6.1", false), {
      version: "0.6.1",
      listenerMetrics: false,
      scaleSetLabels: false,
      updateStrategy: true,
      metadataBlocks: false,
      nativeSidecars: false,
      concurrencyFlags: false,
      healthProbes: false,
      appClientIds: false,
      versionLabel: "exact",
    });
  });

  it("says that only health probes distinguish 0.14.1 from 0.14.2", () => {
    const older = release("0.14.1");
    assert.deepEqual({ ...older, version: "0.14.2", healthProbes: true }, release("0.14.2"));
    assert.equal(older.healthProbes, false);
  });
});

describe("matchesController", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["0.6.1", "0.6.1", true],
    ["0.6.1", "0.6.0", false],
    ["0.14.2", "0.14.1", true],
    ["0.14.2", "0.13.2", false],
    ["0.14.2", "1.14.2", false],
    ["0.14.2", "nonsense", false],
  ];
  for (const [own, controller, expected] of cases) {
    it(`${expected ? "accepts" : "refuses"} sets of ${own} under a controller of ${controller}`, () => {
      assert.equal(matchesController(release(own), controller), expected);
    });
  }
});

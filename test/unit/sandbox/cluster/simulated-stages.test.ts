import assert from "node:assert/strict";

import { parseAllDocuments } from "yaml";

import { stagesFile } from "../../../../sandbox/cluster/addons/simulated-stages";

interface Stage {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly resourceRef: { readonly apiGroup: string; readonly kind: string };
    readonly delay?: { readonly durationMilliseconds: number };
    readonly next: { readonly statusTemplate?: string; readonly delete?: boolean };
  };
}

describe("stagesFile", () => {
  const documents = parseAllDocuments(stagesFile());
  assert.ok(Array.isArray(documents));
  const stages = documents.map((document) => document.toJS() as Stage);

  it("holds one YAML document per stage, without mistakes", () => {
    assert.deepEqual(
      documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]),
      [],
    );
    assert.deepEqual(
      stages.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.resourceRef.kind]),
      [
        ["Stage", "node-ready", "Node"],
        ["Stage", "node-heartbeat", "Node"],
        ["Stage", "pod-running", "Pod"],
        ["Stage", "pod-deleted", "Pod"],
      ],
    );
    for (const { apiVersion } of stages) assert.equal(apiVersion, "kwok.x-k8s.io/v1alpha1");
  });

  it("has init containers end well and side-cars run on, so that pods look as after a real start", () => {
    const running = stages.find(({ metadata }) => metadata.name === "pod-running");
    const template = running?.spec.next.statusTemplate ?? "";
    assert.match(template, /with \.spec\.initContainers[^]*initContainerStatuses:[^]*if \.restartPolicy[^]*running:/);
    assert.match(template, /else[^]*terminated: \{ exitCode: 0, reason: Completed/);
  });

  it("waits between heartbeats and nowhere else", () => {
    const delays = stages.flatMap(({ metadata, spec }) => (spec.delay ? [[metadata.name, spec.delay]] : []));
    assert.deepEqual(delays, [["node-heartbeat", { durationMilliseconds: 600_000 }]]);
  });

  it("closes every action of its templates, and gives each stage one thing to do", () => {
    for (const { metadata, spec } of stages) {
      const { statusTemplate = "", delete: deleted = false } = spec.next;
      assert.equal(statusTemplate !== "", !deleted, metadata.name);
      const count = (pattern: RegExp): number => [...statusTemplate.matchAll(pattern)].length;
      assert.equal(count(/\{\{/g), count(/\}\}/g), metadata.name);
      assert.equal(count(/\{\{ (range|with|if) /g), count(/\{\{ end \}\}/g), metadata.name);
    }
  });
});

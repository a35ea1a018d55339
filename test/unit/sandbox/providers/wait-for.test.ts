import assert from "node:assert/strict";
import { evaluateJsonPath, parseJsonPath } from "../../../../sandbox/providers/kubernetes/await/json-path.js";
import { parseWaitFor, waitForChecks } from "../../../../sandbox/providers/kubernetes/await/wait-for.js";
import type { Session } from "../../../../sandbox/providers/kubernetes/configure.js";
import { ObjectApi } from "../../../../sandbox/providers/kubernetes/objects.js";

// conditions and paths look at the object alone: no request is made
const api = new ObjectApi({} as Session);

const live = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "x", labels: { "app.kubernetes.io/name": "web" } },
  status: {
    phase: "Running",
    count: 2,
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Other", status: "False" },
    ],
  },
};

describe("waitFor JSONPath", () => {
  const cases: [path: string, values: unknown[]][] = [
    ["{.status.phase}", ["Running"]],
    [".status.phase", ["Running"]],
    ["status.phase", ["Running"]],
    ["{$.status.phase}", ["Running"]],
    ["{.status.conditions[0].type}", ["Ready"]],
    ["{.status.conditions[-1].type}", ["Other"]],
    ["{.status.conditions[*].type}", ["Ready", "Other"]],
    ['{.status.conditions[?(@.type=="Ready")].status}', ["True"]],
    ["{.status.conditions[?(@.type != 'Ready')].status}", ["False"]],
    ["{.metadata.labels.app\\.kubernetes\\.io/name}", ["web"]],
    ["{.metadata.labels['app.kubernetes.io/name']}", ["web"]],
    ["{.status.missing.field}", []],
  ];
  for (const [path, values] of cases) {
    it(`reads ${path}`, () => assert.deepEqual(evaluateJsonPath(parseJsonPath(path), live), values));
  }

  for (const path of ["", "{}", "{.a", "{.a[}", "{.a[?(x)]}"]) {
    it(`refuses ${JSON.stringify(path)}`, () => assert.throws(() => parseJsonPath(path), /cannot be read/));
  }
});

describe("pulumi.com/waitFor", () => {
  async function states(annotation: string): Promise<string[]> {
    return Promise.all(waitForChecks(annotation).map(async (check) => (await check(live, api)).state));
  }

  it("holds when the value is there", async () => {
    assert.deepEqual(await states("jsonpath={.status.phase}"), ["ready"]);
    assert.deepEqual(await states("jsonpath={.status.missing}"), ["waiting"]);
  });

  it("compares with a value, quoted or not, numbers too", async () => {
    assert.deepEqual(await states("jsonpath={.status.phase}=Running"), ["ready"]);
    assert.deepEqual(await states('jsonpath={.status.phase}="Running"'), ["ready"]);
    assert.deepEqual(await states("jsonpath={.status.phase}=Pending"), ["waiting"]);
    assert.deepEqual(await states("jsonpath={.status.count}=2"), ["ready"]);
  });

  it("keeps the equal signs of a filter apart from the value", async () => {
    assert.deepEqual(await states('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True'), ["ready"]);
  });

  it("reads conditions, with or without a status", async () => {
    assert.deepEqual(await states("condition=Ready"), ["ready"]);
    assert.deepEqual(await states("condition=Other=False"), ["ready"]);
    assert.deepEqual(await states("condition=Missing"), ["waiting"]);
  });

  it("takes a JSON array, each of which must hold", async () => {
    assert.deepEqual(await states('["condition=Ready","jsonpath={.status.phase}=Gone"]'), ["ready", "waiting"]);
  });

  it("says what it found", async () => {
    const [check] = waitForChecks("jsonpath={.status.phase}=Gone");
    assert.deepEqual(await check?.(live, api), {
      state: "waiting",
      reason: 'expected {.status.phase} to be "Gone", but it is "Running"',
    });
  });

  for (const text of ["ready", "[]", "[1]", "[broken", "condition="]) {
    it(`refuses ${text}`, () => assert.throws(() => parseWaitFor(text), /pulumi\.com\/waitFor/));
  }
});

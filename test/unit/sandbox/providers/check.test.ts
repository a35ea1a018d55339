import assert from "node:assert/strict";
import { check, type CheckInput } from "../../../../sandbox/providers/kubernetes/check.js";
import {
  diffSettings,
  kubeConfigOf,
  readSettings,
  settingsProblems,
} from "../../../../sandbox/providers/kubernetes/configure.js";
import { isSecret, secret, UNKNOWN, type PropertyMap } from "../../../../sandbox/providers/shared/values.js";

function input(news: PropertyMap, more: Partial<CheckInput> = {}): CheckInput {
  const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::settings";
  return {
    urn,
    olds: {},
    news: { apiVersion: "v1", kind: "ConfigMap", ...news },
    randomSeed: new Uint8Array([1, 2]),
    ...more,
  };
}

async function metadataOf(checked: CheckInput): Promise<PropertyMap> {
  const { inputs, failures } = await check(undefined, checked);
  assert.deepEqual(failures, []);
  return inputs.metadata as PropertyMap;
}

describe("check", () => {
  it("names from the logical name and the engine's seed, the same each time, and marks it", async () => {
    const first = await metadataOf(input({}));
    assert.match(typeof first.name === "string" ? first.name : "", /^settings-[0-9a-f]{8}$/);
    assert.deepEqual(first.annotations, { "pulumi.com/autonamed": "true" });
    assert.deepEqual(await metadataOf(input({})), first);
    assert.notEqual((await metadataOf(input({}, { randomSeed: new Uint8Array([3]) }))).name, first.name);
  });

  it("keeps an automatic name, and does not take over a fixed one", async () => {
    const olds = (annotations: PropertyMap) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "old", annotations },
    });
    assert.equal((await metadataOf(input({}, { olds: olds({ "pulumi.com/autonamed": "true" }) }))).name, "old");
    assert.notEqual((await metadataOf(input({}, { olds: olds({}) }))).name, "old");
  });

  it("follows the project's autonaming", async () => {
    const autonaming = { mode: "enforce", proposedName: "proposed" } as const;
    assert.equal((await metadataOf(input({}, { autonaming }))).name, "proposed");
    await assert.rejects(
      check(undefined, input({}, { autonaming: { mode: "disable", proposedName: "" } })),
      /autonaming is disabled/,
    );
  });

  it("leaves given, unknown and secret names alone", async () => {
    assert.deepEqual(await metadataOf(input({ metadata: { name: "given" } })), { name: "given" });
    assert.deepEqual(await metadataOf(input({ metadata: { name: UNKNOWN } })), { name: UNKNOWN });
    const { inputs } = await check(undefined, input({ metadata: secret({ labels: { a: "b" } }) }));
    assert(isSecret(inputs.metadata));
  });

  const failing: [title: string, news: PropertyMap, reason: RegExp][] = [
    ["another kind than the type's", { kind: "Secret" }, /kind is Secret.*says ConfigMap/],
    ["generateName", { metadata: { generateName: "a-" } }, /generateName does not work/],
    ["a name that is no text", { metadata: { name: 1 } }, /metadata\.name must be a string, not number/],
    ["metadata that is no object", { metadata: "x" }, /metadata must be an object/],
  ];
  for (const [title, news, reason] of failing) {
    it(`fails for ${title}`, async () => {
      const { failures } = await check(undefined, input(news));
      assert.equal(failures.length, 1);
      assert.match(failures[0]?.reason ?? "", reason);
    });
  }

  it("refuses lists", async () => {
    const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMapList::x";
    await assert.rejects(
      check(undefined, input({ kind: "ConfigMapList", items: [] }, { urn })),
      /exists only for manifests/,
    );
  });
});

describe("provider settings", () => {
  const kubeconfig = (server: string, token = "t") =>
    JSON.stringify({
      clusters: [
        { name: "c", cluster: { server } },
        { name: "d", cluster: { server: "https://d" } },
      ],
      users: [{ name: "u", user: { token } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    });

  it("are read from JSON text and plain values alike", () => {
    assert.equal(readSettings({ enablePatchForce: "true" }).enablePatchForce, true);
    assert.equal(readSettings({ enablePatchForce: true }).enablePatchForce, true);
    assert.equal(readSettings({ namespace: "n" }).namespace, "n");
  });

  it("choose another cluster", async () => {
    const config = await kubeConfigOf(readSettings({ kubeconfig: kubeconfig("https://c"), cluster: "d" }));
    assert.equal(config.getCurrentCluster()?.server, "https://d");
  });

  it("replace the provider for another server, not for other credentials", async () => {
    const old = { kubeconfig: kubeconfig("https://a") };
    assert.deepEqual(await diffSettings(old, { kubeconfig: kubeconfig("https://a", "new") }), {
      diffs: ["kubeconfig"],
      replaces: [],
    });
    assert.deepEqual(await diffSettings(old, { kubeconfig: kubeconfig("https://b") }), {
      diffs: ["kubeconfig"],
      replaces: ["kubeconfig"],
    });
    const named = (server: string) => ({ kubeconfig: kubeconfig(server), clusterIdentifier: "one" });
    assert.deepEqual((await diffSettings(named("https://a"), named("https://b"))).replaces, []);
  });

  it("name what is wrong with them without quoting credentials", async () => {
    const problem = async (inputs: PropertyMap) =>
      (await settingsProblems(inputs)).map(({ reason }) => reason).join("; ");
    assert.match(await problem({ kubeconfig: "users: [ {token: geheim\n" }), /cannot be parsed/);
    assert.doesNotMatch(await problem({ kubeconfig: "users: [ {token: geheim\n" }), /geheim/);
    assert.match(await problem({ kubeconfig: kubeconfig("https://a"), context: "y" }), /no context "y"; it has x/);
    assert.match(await problem({ kubeconfig: "/does/not/exist" }), /neither the path of a file nor/);
    assert.match(await problem({ renderYamlToDirectory: "out" }), /not served by the offline/);
    assert.match(await problem({ enableServerSideApply: "false" }), /always uses server-side apply/);
  });
});

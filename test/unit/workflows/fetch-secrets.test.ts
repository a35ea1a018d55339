import { strict as assert } from "node:assert";

import { masked } from "./runner";
import { assertNothingShows, bearer, harbor, harborLogin, jwt, vaultToken, worlds } from "./world";

describe("the action fetch-secrets", () => {
  const current = worlds();

  it("hands the values to later steps, as outputs and as variables, and no token", async () => {
    const world = current();
    const step = await world.step({ secrets: harborLogin });
    assert.equal(step.code, 0, step.lines.join("\n"));
    const expected = new Map([
      ["HARBOR_USERNAME", harbor.username],
      ["HARBOR_PASSWORD", harbor.password],
    ]);
    assert.deepEqual(step.outputs, expected);
    assert.deepEqual(step.environment, expected);
    assert.equal(step.errors, "");
    assertNothingShows(step);
  });

  it("asks for a token of the audience, logs in by it, and reads each secret once", async () => {
    const world = current();
    await world.step({ secrets: harborLogin, audience: "https://vault.example.com/?a=b&c" });
    assert.deepEqual(world.requests, [
      "GET /token?api-version=2.0&audience=https%3A%2F%2Fvault.example.com%2F%3Fa%3Db%26c",
      "POST /v1/auth/github/login",
      "GET /v1/secret/data/harbor",
    ]);
    assert.deepEqual(world.asked[1]?.body, { role: "harbor-reader", jwt });
  });

  it("takes the address of Vault for the audience when none is given", async () => {
    const world = current();
    await world.step({ secrets: harborLogin });
    assert.match(
      world.requests[0] ?? "",
      new RegExp(`audience=${encodeURIComponent(world.url).replaceAll(".", "\\.")}$`),
    );
  });

  it("hides values before anything else is done with them, each line by itself", async () => {
    const world = current();
    const step = await world.step({ secrets: "secret/data/harbor signing-key | SIGNING_KEY" });
    assert.equal(step.outputs.get("SIGNING_KEY"), harbor["signing-key"]);
    assert.deepEqual(masked(step), [
      ...[bearer, jwt, vaultToken],
      ...["-----BEGIN KEY-----", "MIIE%25vQ", "indented line", "-----END KEY-----"],
    ]);
    const last = step.lines.findLastIndex((line) => line.startsWith("::add-mask::"));
    assert.deepEqual(step.lines.slice(last + 1), ['Read as role "harbor-reader": SIGNING_KEY']);
    assertNothingShows(step);
  });

  it("hides the parts of a value that is an object", async () => {
    const world = current();
    world.secrets.set("secret/data/docker", { config: { auths: { host: { auth: "c2VjcmV0" } } }, port: 5000 });
    const secrets = "secret/data/docker config | CONFIG\nsecret/data/docker port | PORT";
    const step = await world.step({ secrets });
    assert.deepEqual(JSON.parse(step.outputs.get("CONFIG") ?? ""), { auths: { host: { auth: "c2VjcmV0" } } });
    assert.equal(step.outputs.get("PORT"), "5000");
    assert.ok(masked(step).includes("c2VjcmV0"));
  });

  it("hides no values that are no secrets, when told so, but its tokens all the same", async () => {
    const world = current();
    const step = await world.step({ secrets: harborLogin, "mask-values": "false", "export-env": "false" });
    assert.deepEqual(masked(step), [bearer, jwt, vaultToken]);
    assert.equal(step.environment.size, 0);
    assert.equal(step.outputs.size, 2);
  });

  it("lets no value set another variable", async () => {
    const world = current();
    world.secrets.set("secret/data/harbor", {
      ...harbor,
      username: "x\nEOF\nPATH<<EOF\n/evil\nEOF\nLD_PRELOAD=evil.so",
    });
    const { environment } = await world.step({ secrets: harborLogin });
    assert.deepEqual([...environment.keys()], ["HARBOR_USERNAME", "HARBOR_PASSWORD"]);
  });

  it("gives the token of Vault as an output, never as a variable, and only when asked", async () => {
    const world = current();
    world.tokenType = "service";
    const step = await world.step({ "output-token": "true" });
    assert.equal(step.outputs.get("token"), vaultToken);
    assert.equal(step.environment.size, 0);
    assert.ok(!world.requests.includes("POST /v1/auth/token/revoke-self"));
    assertNothingShows(step);
  });

  it("revokes a token that outlives the job, even after a failure", async () => {
    const world = current();
    world.tokenType = "service";
    await world.step({ secrets: "secret/data/missing name | NAME" });
    assert.equal(world.requests.at(-1), "POST /v1/auth/token/revoke-self");
  });

  it("writes a new version from variables of the step", async () => {
    const world = current();
    const write = "secret/data/devcontainer/cuda tag | IMAGE_TAG\nsecret/data/devcontainer/cuda commit | COMMIT";
    const step = await world.step({ write }, { IMAGE_TAG: "2026.11.25", COMMIT: "abc" });
    assert.equal(step.code, 0, step.lines.join("\n"));
    assert.deepEqual(world.secrets.get("secret/data/devcontainer/cuda"), { tag: "2026.11.25", commit: "abc" });
    assert.equal(step.outputs.size, 0);
  });
});

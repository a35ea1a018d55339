import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { type CredentialSource, dockerConfigFile, dockerCredentials } from "../../../cli/images/registry/credentials";
import { shellScript, temporaryFolder } from "../../support/temporary";

const folder = temporaryFolder();

function source(config: unknown): CredentialSource {
  const file = join(folder(), "config.json");
  writeFileSync(file, typeof config === "string" ? config : JSON.stringify(config));
  return dockerCredentials(file);
}

const auth = (text: string): string => Buffer.from(text).toString("base64");
const login = { username: "me", password: "a:b" };

describe("dockerCredentials", () => {
  it("knows nothing without a file, and nothing of other registries", async () => {
    assert.equal(await dockerCredentials(join(folder(), "missing.json"))("ghcr.io"), undefined);
    assert.equal(await source({ auths: { "ghcr.io": { auth: auth("me:x") } } })("quay.io"), undefined);
  });

  const keys: readonly (readonly [string, string])[] = [
    ["ghcr.io", "ghcr.io"],
    ["https://ghcr.io", "ghcr.io"],
    ["https://ghcr.io/v2/", "ghcr.io"],
    ["https://index.docker.io/v1/", "docker.io"],
    ["localhost:5000", "localhost:5000"],
  ];
  for (const [key, registry] of keys) {
    it(`finds the login of ${registry} under ${key}`, async () => {
      assert.deepEqual(await source({ auths: { [key]: { auth: auth("me:a:b") } } })(registry), login);
    });
  }

  it("prefers an identity token", async () => {
    const config = { auths: { "ghcr.io": { auth: auth("me:a:b"), identitytoken: "ID" } } };
    assert.deepEqual(await source(config)("ghcr.io"), { identityToken: "ID" });
  });

  it("takes an entry without content for none, as helpers leave it", async () => {
    assert.equal(await source({ auths: { "ghcr.io": {} } })("ghcr.io"), undefined);
  });

  it("says which entry is no login, without showing it", async () => {
    await assert.rejects(source({ auths: { "ghcr.io": { auth: auth("hunter2") } } })("ghcr.io"), (error: Error) => {
      assert.match(
        error.message,
        /config\.json: auths\["ghcr\.io"\]\.auth is no base64 of NAME:PASSWORD; log in anew$/,
      );
      assert.doesNotMatch(error.message, /hunter2|aHVudGVyMg/);
      return true;
    });
  });

  it("says that a file is broken instead of going on without logins", async () => {
    await assert.rejects(source("{")("ghcr.io"), /config\.json cannot be read as a Docker configuration/);
  });

  describe("with a credential helper", () => {
    let path: string | undefined;
    beforeEach(() => {
      path = process.env["PATH"];
      process.env["PATH"] = `${folder()}${delimiter}${path ?? ""}`;
    });
    afterEach(() => {
      process.env["PATH"] = path;
    });

    it("asks it by the registry's name", async () => {
      shellScript(
        folder(),
        "docker-credential-test",
        'read -r name; echo "{\\"Username\\":\\"me\\",\\"Secret\\":\\"$name\\"}"',
      );
      const credentials = source({ credHelpers: { "ghcr.io": "test" } });
      assert.deepEqual(await credentials("ghcr.io"), { username: "me", password: "ghcr.io" });
      assert.equal(await credentials("quay.io"), undefined);
    });

    it("understands the helper's way of giving an identity token", async () => {
      shellScript(folder(), "docker-credential-test", `echo '{"Username":"<token>","Secret":"ID"}'`);
      assert.deepEqual(await source({ credsStore: "test" })("quay.io"), { identityToken: "ID" });
    });

    it("goes on with the file, or without a login, when the helper fails", async () => {
      shellScript(folder(), "docker-credential-test", "exit 1");
      const auths = { "ghcr.io": { auth: auth("me:a:b") } };
      assert.deepEqual(await source({ credsStore: "test", auths })("ghcr.io"), login);
      assert.equal(await source({ credsStore: "missing" })("ghcr.io"), undefined);
      assert.equal(await source({ credsStore: "../evil" })("ghcr.io"), undefined);
    });
  });
});

describe("dockerConfigFile", () => {
  it("honours DOCKER_CONFIG", () => {
    assert.equal(dockerConfigFile({ DOCKER_CONFIG: "/x" }), "/x/config.json");
    assert.match(dockerConfigFile({ DOCKER_CONFIG: "" }), /\/\.docker\/config\.json$/);
  });
});

import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { check } from "../../../../apps/exporter/check";
import { parseConfig } from "../../../../apps/exporter/config";
import { Load } from "../../../../sandbox/github/actions/load";
import { type ActionsServer, serveActions } from "../../../../sandbox/github/actions/serve";
import { temporaryFolder } from "../../../support/temporary";

function keyPair(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

describe("the exporter's configuration", () => {
  const folder = temporaryFolder();
  let github: ActionsServer;
  beforeEach(async () => {
    github = await serveActions();
    writeFileSync(join(folder(), "token"), "ghp_check\n");
  });
  afterEach(() => github.close());
  const config = (watch: object) => ({
    github: { apiUrl: github.url, auth: { kind: "token", tokenFile: join(folder(), "token") } },
    watch,
    stateFolder: folder(),
    port: 9102,
  });
  const checked = async (watch: object) => {
    const lines: string[] = [];
    const code = await check(parseConfig("config.json", JSON.stringify(config(watch))), (text) => lines.push(text));
    return { code, text: lines.join("\n") };
  };

  it("can be tried: says what would be watched, and what that takes", async () => {
    new Load(github.model, { repositories: 3 });
    const { code, text } = await checked({ organizations: ["acme"], exclude: ["acme/*-2"] });
    assert.equal(code, 0, text);
    assert.deepEqual(text.split("\n"), [
      "2 repositories:",
      "  acme/repository-1",
      "  acme/repository-3",
      "webhooks: off",
      "lists of runs: each every 60 s, 2 requests a minute of 600 allowed here",
      "limit: 5000 requests an hour, 4999 left of this one; 1000 are left to others",
      "  4000 an hour are for what changes, three for each run: enough for 1333 runs an hour",
    ]);
  });

  it("can be tried: says what GitHub does not show", async () => {
    const { code, text } = await checked({ repositories: ["acme/missing"] });
    assert.equal(code, 1);
    assert.match(text, /^acme\/missing: GitHub answered 404: it is not there, or the credential may not see it$/);
  });

  it("can be tried as a GitHub App, and with a key that is not its own", async () => {
    const [own, other] = [keyPair(), keyPair()];
    writeFileSync(join(folder(), "app.pub"), own.publicKey);
    const app = await serveActions({ app: { id: "7", publicKeyFile: join(folder(), "app.pub") }, tokens: [] });
    try {
      new Load(app.model, { repositories: 3 });
      const as = async (privateKey: string) => {
        writeFileSync(join(folder(), "app.key"), privateKey);
        const auth = { kind: "app", appId: "7", installationId: 12, privateKeyFile: join(folder(), "app.key") };
        const given = { ...config({ organizations: ["acme"] }), github: { apiUrl: app.url, auth } };
        const lines: string[] = [];
        const code = await check(parseConfig("config.json", JSON.stringify(given)), (text) => lines.push(text));
        return { code, text: lines.join("\n") };
      };
      const { code, text } = await as(own.privateKey);
      assert.equal(code, 0, text);
      assert.match(text, /^3 repositories:/);
      assert.match(text, / {2}4 an hour go into lists that come whole after a change of tokens/);
      const refused = await as(other.privateKey);
      assert.equal(refused.code, 1);
      assert.match(refused.text, /A JSON web token could not be decoded/);
      assert.doesNotMatch(refused.text, /PRIVATE KEY/);
    } finally {
      await app.close();
    }
  });

  it("is refused with all that is wrong", () => {
    const wrong = {
      ...config({}),
      github: { apiUrl: "api.github.com", auth: { kind: "app", appId: 7, installationId: 1, privateKeyFile: "key" } },
      labels: { rewriteRunnerLabels: [{ from: "(", to: "" }] },
      webhok: {},
    };
    assert.throws(() => parseConfig("config.json", JSON.stringify(wrong)), {
      message: [
        "config.json:",
        '  github.apiUrl: given "api.github.com"; allowed: https://api.github.com or https://HOST/api/v3',
        "  github.auth.appId: given 7; allowed: the number of a GitHub App, as a text",
        '  labels.rewriteRunnerLabels.0.from: given "("; allowed: a regular expression',
        "  configuration: unknown key webhok",
      ].join("\n"),
    });
    assert.throws(() => parseConfig("config.json", JSON.stringify(config({}))), /watch: neither organizations nor rep/);
  });
});

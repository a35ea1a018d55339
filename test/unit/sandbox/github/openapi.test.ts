import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { send, startFixture, token, type Fixture } from "./fixtures";
import { OpenApi } from "./openapi";

const installation = "/app/installations/{installation_id}/access_tokens";
const registration = {
  org: "/orgs/{org}/actions/runners/registration-token",
  repo: "/repos/{owner}/{repo}/actions/runners/registration-token",
  enterprise: "/enterprises/{enterprise}/actions/runners/registration-token",
};
const sample: Readonly<Record<string, string>> = {
  org: "acme",
  owner: "acme",
  repo: "api",
  enterprise: "globex",
  installation_id: "42",
};

const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => sample[name] ?? name);

describe("the stand-in's REST replies, by GitHub's published description", function () {
  this.timeout(60_000);
  let github: Fixture;
  let folder: string;
  let appToken: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "app-"));
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const publicKeyFile = join(folder, "app.pem");
    writeFileSync(publicKeyFile, pair.publicKey.export({ type: "spki", format: "pem" }));
    const jwt = new SignJWT({})
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer("1")
      .setIssuedAt()
      .setExpirationTime("9m");
    appToken = await jwt.sign(pair.privateKey);
    github = await startFixture({ app: { id: "1", publicKeyFile } });
  });
  after(async () => {
    await github.close();
    rmSync(folder, { recursive: true });
  });

  describe("as github.com has it", () => {
    let api: OpenApi;
    before(() => {
      api = new OpenApi("api.github.com");
    });

    for (const path of [registration.org, registration.repo]) {
      it(`fits POST ${path}`, async () => {
        const reply = await send("POST", `${github.url}${fill(path)}`, `Bearer ${token}`);
        assert.equal(reply.status, 201);
        assert.deepEqual(api.request("POST", path, undefined), []);
        assert.deepEqual(api.reply("POST", path, reply.status, reply.body), []);
      });
    }

    it(`fits POST ${installation}`, async () => {
      const reply = await send("POST", `${github.url}${fill(installation)}`, `Bearer ${appToken}`);
      assert.equal(reply.status, 201);
      assert.deepEqual(api.request("POST", installation, undefined), []);
      assert.deepEqual(api.reply("POST", installation, reply.status, reply.body), []);
      const refused = await send("POST", `${github.url}${fill(installation)}`, "Bearer wrong");
      assert.deepEqual(api.reply("POST", installation, refused.status, refused.body), []);
    });

    it("fits the common form of an error", async () => {
      for (const [path, authorization, status] of [
        [fill(registration.org), "Bearer wrong", 401],
        ["/orgs/nobody/actions/runners/registration-token", `Bearer ${token}`, 404],
      ] as const) {
        const reply = await send("POST", `${github.url}${path}`, authorization);
        assert.equal(reply.status, status);
        assert.deepEqual(api.schema("basic-error", reply.body), []);
      }
    });

    it("would notice a reply that does not fit", () => {
      assert.notDeepEqual(api.reply("POST", registration.org, 201, { token: 1 }), []);
      assert.notDeepEqual(api.reply("POST", registration.org, 200, {}), []);
    });
  });

  describe("as GitHub Enterprise Server has it", () => {
    let api: OpenApi;
    before(() => {
      api = new OpenApi("ghes-3.19");
    });

    for (const path of Object.values(registration)) {
      it(`fits POST /api/v3${path}`, async () => {
        const reply = await send("POST", `${github.url}/api/v3${fill(path)}`, `Bearer ${token}`);
        assert.deepEqual(api.reply("POST", path, reply.status, reply.body), []);
      });
    }
  });
});

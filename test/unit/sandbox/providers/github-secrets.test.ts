import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { repositoryId } from "../../../../sandbox/github/service/numeric-ids.js";
import type { grpc } from "../../../../sandbox/providers/shared/proto.js";
import { isSecret, type PropertyMap, secret, UNKNOWN } from "../../../../sandbox/providers/shared/values.js";
import { type Fixture, startFixture, token } from "../github/fixtures";
import { type GithubProvider, startGithub } from "./github-fixture";

const kind = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const look = "github:index/getRepository:getRepository";
const app = repositoryId("acme/app");
const site = repositoryId("acme/site");
const value = "the value, with ümlauts";

const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => assert.fail("it should have been refused"),
    (error: unknown) => (error as grpc.ServiceError).details,
  );

describe("the offline github provider, with secrets at the stand-in", () => {
  let github: Fixture;
  let provider: GithubProvider;

  beforeEach(async () => {
    github = await startFixture({ repositories: ["acme/app", "acme/site", "acme/other"] });
    provider = await startGithub();
    await provider.engine.configure({ baseUrl: `${github.url}/`, owner: "acme", token: secret(token) });
    for (const name of ["app", "site", "other"]) await provider.engine.invoke(look, { fullName: `acme/${name}` });
  });
  afterEach(async () => {
    await provider.stop();
    await github.close();
  });

  const inputs = (changes: PropertyMap = {}): PropertyMap => ({
    secretName: "ROLE",
    visibility: "selected",
    selectedRepositoryIds: [app, site],
    value: secret(value),
    ...changes,
  });
  const seenBy = async (name: string): Promise<string | undefined> =>
    (await github.admin.workflowValues(`acme/${name}`)).secrets["ROLE"];

  it("finds repositories, and says nothing of others", async () => {
    assert.deepEqual(await provider.engine.invoke(look, { fullName: "acme/App" }), {
      fullName: "acme/app",
      name: "app",
      repoId: app,
    });
    assert.deepEqual(await provider.engine.invoke(look, { fullName: "acme/nowhere" }), {});
    assert.deepEqual(await provider.engine.invoke(look, { fullName: "nobody/app" }), {});
  });

  it("names functions that it does not serve", async () => {
    const said = await failure(provider.engine.invoke("github:index/getUser:getUser", {}));
    assert.match(said, /^github:index\/getUser:getUser is not served by the offline github provider/);
  });

  it("brings a secret to the workflows of the chosen repositories, sealed on its way and in the journal", async () => {
    const { id, outputs } = await provider.engine.create(kind, inputs());
    assert.equal(id, "ROLE");
    assert.ok(isSecret(outputs["value"]));
    assert.ok(typeof outputs["updatedAt"] === "string" && !Number.isNaN(Date.parse(outputs["updatedAt"])));
    assert.deepEqual([await seenBy("app"), await seenBy("site"), await seenBy("other")], [value, value, undefined]);
    for (const file of ["journal.ndjson", "requests.ndjson"])
      assert.ok(!readFileSync(join(github.folder, "state", file), "utf8").includes("ümlauts"), file);
  });

  it("takes access from a repository that is not named any more, and lets a rotation keep the others", async () => {
    await provider.engine.create(kind, inputs());
    await provider.engine.update(kind, "ROLE", inputs(), inputs({ selectedRepositoryIds: [site] }));
    assert.deepEqual([await seenBy("app"), await seenBy("site")], [undefined, value]);
    const rotated = inputs({ selectedRepositoryIds: [site], value: secret("new") });
    await provider.engine.update(kind, "ROLE", inputs({ selectedRepositoryIds: [site] }), rotated);
    assert.deepEqual([await seenBy("app"), await seenBy("site")], [undefined, "new"]);
  });

  it("reads who may use it, in the order of the inputs, and notices that it is gone", async () => {
    await provider.engine.create(kind, inputs({ selectedRepositoryIds: [site, app] }));
    const read = (await provider.engine.read(
      kind,
      "ROLE",
      inputs({ selectedRepositoryIds: [app, site] }),
    )) as PropertyMap;
    assert.deepEqual(read["selectedRepositoryIds"], [app, site]);
    await provider.engine.remove(kind, "ROLE", inputs());
    assert.equal(await seenBy("app"), undefined);
    assert.equal(await provider.engine.read(kind, "ROLE", inputs()), undefined);
    await provider.engine.remove(kind, "ROLE", inputs());
  });

  it("makes another secret for another name, and the same one anew for all else", async () => {
    const { changed, replaces } = await provider.engine.changes(
      kind,
      inputs(),
      inputs({ secretName: "R", value: "v" }),
    );
    assert.deepEqual(changed, ["secretName", "value"]);
    assert.deepEqual(replaces, ["secretName"]);
    const other = inputs({ selectedRepositoryIds: [site], visibility: "all" });
    assert.deepEqual((await provider.engine.changes(kind, inputs(), other)).replaces, []);
  });

  it("dials nobody in a preview, and keeps the value secret", async () => {
    await provider.engine.configure({ baseUrl: "http://127.0.0.1:1/", owner: "acme", token: "none" });
    const { outputs } = await provider.engine.create(kind, inputs(), true);
    assert.equal(outputs["id"], UNKNOWN);
    assert.ok(isSecret(outputs["value"]));
  });

  it("answers look-ups with nothing when there is nobody to ask", async () => {
    const offline = await startGithub(true);
    try {
      assert.deepEqual(await offline.engine.invoke(look, { fullName: "acme/app" }), {});
    } finally {
      await offline.stop();
    }
  });

  for (const [title, settings, changes, said] of [
    [
      "a wrong token",
      { token: "wrong" },
      {},
      /^it: GitHub refuses to read orgs\/acme\/actions\/secrets\/public-key \(401\)/,
    ],
    [
      "a foreign organization",
      { owner: "nobody" },
      {},
      /^it: GitHub has no secrets of nobody for this token: it needs/,
    ],
    [
      "unknown repositories",
      {},
      { selectedRepositoryIds: [1] },
      /^it: GitHub refuses to write orgs\/acme\/actions\/secrets\/ROLE \(422\): no repositories of acme with the ids 1$/,
    ],
    [
      "nobody at the address",
      { baseUrl: "http://127.0.0.1:1/" },
      {},
      /^it: GitHub at http:\/\/127.0.0.1:1 cannot be reached/,
    ],
    ["no owner", { owner: "" }, {}, /^it: the github provider has no owner$/],
  ] as const) {
    it(`says what is wrong with ${title}, and no value`, async () => {
      const place = { baseUrl: `${github.url}/`, owner: "acme", token };
      await provider.engine.configure({ ...place, ...settings });
      const message = await failure(provider.engine.create(kind, inputs({ ...changes } as PropertyMap)));
      assert.match(message, said);
      assert.ok(!message.includes(value) && !message.includes(token));
    });
  }
});

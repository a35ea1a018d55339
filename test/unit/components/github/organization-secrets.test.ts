import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { OrganizationSecrets } from "../../../../components/github/organization-secrets";
import { createGithubProvider } from "../../../../components/github/provider";
import { checkedId, repositoryIds } from "../../../../components/github/repository-ids";
import { register, type Registrations } from "../../../support/mocks";

const kind = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
const look = "github:index/getRepository:getRepository";

/** Repositories by their full names in small letters; what is not there gets an empty answer, as from the provider. */
const ids: Readonly<Record<string, number>> = { "acme/app": 11, "acme/site": 12, "acme/zoo": 13 };

describe("OrganizationSecrets", () => {
  let asked: unknown[];

  function run(repositories: readonly string[], preview = false): Promise<Registrations> {
    asked = [];
    return register(
      () => {
        const place = { configUrl: "https://github.com/acme", owner: "acme", token: "ghp_0" };
        const provider = createGithubProvider("github", place, {});
        const found = repositoryIds("acme", provider);
        const args = {
          secrets: { ROLE: { repositories }, KEY: { repositories: ["app"] } },
          values: pulumi.output({ ROLE: "reader", KEY: "k" }),
          repositories: found,
        };
        return new OrganizationSecrets("secrets", args, { providers: [provider] });
      },
      {
        preview,
        functions: {
          [look]: ({ fullName }) => {
            asked.push(fullName);
            const repoId = ids[String(fullName).toLowerCase()];
            return repoId === undefined ? {} : { repoId };
          },
        },
      },
    );
  }

  it("gives each secret to the named repositories alone, with its value marked", async () => {
    const registrations = await run(["zoo", "Site", "app"]);
    const { inputs, secretPaths, parent, provider } = registrations.get(kind, "secrets-ROLE");
    assert.deepEqual(inputs, {
      secretName: "ROLE",
      visibility: "selected",
      selectedRepositoryIds: [11, 12, 13],
      value: "reader",
    });
    assert.deepEqual([secretPaths, parent, provider], [["value"], "secrets", "github"]);
    assert.equal(registrations.ofType(kind).length, 2);
  });

  it("asks once for each repository, in whatever order and spelling", async () => {
    await run(["zoo", "APP"]);
    assert.equal(asked.length, 2);
  });

  it("registers the same in a preview where nobody can be asked, with unknown ids", async () => {
    const registrations = await run(["nowhere"], true);
    const { inputs } = registrations.get(kind, "secrets-ROLE");
    assert.notDeepEqual(inputs["selectedRepositoryIds"], []);
    assert.equal(inputs["value"], "reader");
    assert.ok(!JSON.stringify(inputs["selectedRepositoryIds"]).includes("null"), JSON.stringify(inputs));
    assert.deepEqual(registrations.list(), (await run(["app"])).list());
  });
});

describe("the id of a repository", () => {
  it("is an error in an update when nobody knows it", () => {
    for (const id of [undefined, 0])
      assert.throws(() => checkedId("acme/ap", id, false), /^Error: there is no repository acme\/ap, or the token in/);
    assert.equal(checkedId("acme/app", 11, false), 11);
  });

  it("is unknown in a preview", () => assert.ok(pulumi.isUnknown(checkedId("acme/app", undefined, true))));
});

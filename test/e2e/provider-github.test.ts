import assert from "node:assert/strict";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { OrganizationActions } from "../../components/github/organization-actions";
import { OrganizationSecrets } from "../../components/github/organization-secrets";
import { OrganizationVariables } from "../../components/github/organization-variables";
import { createGithubProvider } from "../../components/github/provider";
import { repositoryIds } from "../../components/github/repository-ids";
import { RunnerGroups } from "../../components/github/runner-groups";
import { type RunningProvider, startProvider } from "../../sandbox/providers/shared/start";
import { type Fixture, send, startFixture, token } from "../unit/sandbox/github/fixtures";
import { Harness, type RunResult, type TestStack } from "./provider/harness";

const value = "s3cret-of-workflows";

/** What a program gives to workflows; tests change it between runs. */
interface Given {
  value: string;
  secret: string[];
  variable: string[];
  group: string[];
}

/** The SDK's type leaves out `debug`. */
function severityOf(event: { readonly severity: string } | undefined): string | undefined {
  return event?.severity;
}

describe("the offline github provider under the real engine", function () {
  this.timeout(300_000);
  let github: Fixture;
  let provider: RunningProvider;
  let harness: Harness;

  before(async () => {
    provider = await startProvider({
      name: "github",
      main: join(__dirname, "../../sandbox/providers/github/main.ts"),
    });
    harness = await Harness.start(`github:${String(provider.port)}`);
  });
  after(async () => {
    await harness.stop();
    await provider.stop();
  });
  beforeEach(async () => {
    github = await startFixture({ repositories: ["acme/app", "acme/site"] });
  });
  afterEach(() => github.close());

  /** A stack of its own with everything that the platform makes at GitHub. */
  function stackOf(name: string, given: Given): Promise<TestStack> {
    const program = (): Promise<void> => {
      const place = { configUrl: `${github.url}/acme`, owner: "acme", token: pulumi.secret(token) };
      const at = createGithubProvider("github", place, {});
      const repositories = repositoryIds("acme", at);
      const opts = { providers: [at] };
      const values = pulumi.secret({ ROLE: given.value });
      new OrganizationSecrets(
        "secrets",
        { secrets: { ROLE: { repositories: given.secret } }, values, repositories },
        opts,
      );
      const variables = { URL: { value: "https://vault", repositories: given.variable } };
      new OrganizationVariables("variables", { variables, repositories }, opts);
      new RunnerGroups("groups", { groups: { platform: { repositories: given.group } }, repositories }, opts);
      new OrganizationActions(
        "actions",
        { organization: "acme", actions: {}, canPinActions: true, repositories },
        opts,
      );
      return Promise.resolve();
    };
    return harness.stack(name, program);
  }

  const usual = (): Given => ({ value, secret: ["app", "site"], variable: ["app", "site"], group: ["app", "site"] });
  const seenBy = (name: string) => github.admin.workflowValues(`acme/${name}`);
  const get = async (path: string) =>
    (await send("GET", `${github.url}/orgs/acme/actions/${path}`, `Bearer ${token}`)).body as Record<string, unknown>;
  const groups = async () => (await get("runner-groups"))["runner_groups"] as { id: number; name: string }[];
  const repositoriesOf = async (group: string): Promise<string[]> => {
    const { id } = (await groups()).find(({ name }) => name === group) ?? { id: 0 };
    const { repositories } = await get(`runner-groups/${String(id)}/repositories`);
    return (repositories as { name: string }[]).map(({ name }) => name);
  };
  /** What a run changed, with the inputs that differed. */
  const steps = ({ events }: RunResult): string[] =>
    events.flatMap(({ resourcePreEvent: event }) => {
      if (!event || ["same", "read", "refresh"].includes(event.metadata.op)) return [];
      const { op, urn, diffs = [] } = event.metadata;
      return [`${op} ${urn.split("::").at(-1) ?? ""} ${diffs.join()}`.trim()];
    });

  it("brings values to workflows, changes nothing the second time, and takes access with the name", async () => {
    const given = usual();
    const stack = await stackOf("life", given);
    await stack.preview();
    assert.deepEqual((await seenBy("app")).secrets, {}, "a preview changes nothing");
    await stack.up();
    for (const name of ["app", "site"])
      assert.deepEqual(await seenBy(name), { secrets: { ROLE: value }, variables: { URL: "https://vault" } });
    assert.deepEqual(await repositoriesOf("platform"), ["app", "site"]);
    const { sha_pinning_required: pinned } = await get("permissions");
    assert.equal(pinned, true);
    assert.deepEqual(steps(await stack.up()), [], "a second up");

    given.secret = given.variable = given.group = ["site"];
    assert.deepEqual(steps(await stack.up()).sort(), [
      "update groups-platform selectedRepositoryIds",
      "update secrets-ROLE selectedRepositoryIds",
      "update variables-URL selectedRepositoryIds",
    ]);
    assert.deepEqual(await seenBy("app"), { secrets: {}, variables: {} });
    assert.deepEqual((await seenBy("site")).secrets, { ROLE: value });
    assert.deepEqual(await repositoriesOf("platform"), ["site"]);

    given.value = "rotated";
    assert.deepEqual(steps(await stack.up()), ["update secrets-ROLE value"]);
    assert.deepEqual([(await seenBy("app")).secrets, (await seenBy("site")).secrets], [{}, { ROLE: "rotated" }]);

    await stack.destroy();
    assert.deepEqual(await seenBy("site"), { secrets: {}, variables: {} });
    assert.deepEqual(
      (await groups()).map(({ name }) => name),
      ["Default"],
    );
    assert.equal((await get("permissions"))["sha_pinning_required"], true, "permissions stay as they are");
  });

  it("keeps value and token out of the state and out of what is printed", async () => {
    const stack = await stackOf("secrets", usual());
    const { output, events } = await stack.up();
    // Of everything that is registered the SDK tells the engine in clear, in messages for debugging that nobody is shown.
    const told = events.filter(({ diagnosticEvent }) => severityOf(diagnosticEvent) !== "debug");
    const texts = { state: await harness.storedState("secrets"), output, events: JSON.stringify(told) };
    for (const [where, text] of Object.entries(texts)) {
      const shown = text.indexOf(value) + 1 || text.indexOf(token) + 1;
      assert.equal(shown, 0, `${where}: ...${text.slice(Math.max(0, shown - 300), shown)}`);
    }
    await stack.destroy();
  });

  it("makes again what somebody removed, and gives back what somebody took", async () => {
    const stack = await stackOf("refresh", usual());
    await stack.up();
    await send("DELETE", `${github.url}/orgs/acme/actions/variables/URL`, `Bearer ${token}`);
    const everybody = { selected_repository_ids: [] };
    await send("PUT", `${github.url}/orgs/acme/actions/secrets/ROLE/repositories`, `Bearer ${token}`, everybody);
    await stack.refresh();
    assert.deepEqual(steps(await stack.up()).sort(), [
      "create variables-URL",
      "update secrets-ROLE selectedRepositoryIds",
    ]);
    assert.deepEqual(await seenBy("app"), { secrets: { ROLE: value }, variables: { URL: "https://vault" } });
    await stack.destroy();
  });

  it("says which repository is not there, and what to do", async () => {
    const stack = await stackOf("missing", { ...usual(), secret: ["app", "sight"] });
    await assert.rejects(
      stack.up(),
      /there is no repository acme\/sight, or the token in organizationToken may not see/,
    );
    assert.deepEqual((await seenBy("app")).secrets, {});
    await stack.destroy();
  });
});

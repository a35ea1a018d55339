import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { jobRoleInputs } from "../../components/vault/job-role";
import { secretPolicy } from "../../components/vault/secret-policies";
import { ownerId, repositoryId } from "../../sandbox/github/service/numeric-ids";
import { ensureBuilt } from "../../sandbox/tools/build";
import { wheelTools } from "../../sandbox/tools/catalog";
import type { JobRoleSettings } from "../../stacks/vault/logins-schema";
import { failure, runStep, type Step, visible } from "../unit/workflows/runner";
import { DevServer, TokenService } from "./support/action-server";

const audience = "https://vault.acme.example";
const harbor = { username: "robot$ci", password: "first line\nsecond line" };
const roles: Readonly<Record<string, JobRoleSettings>> = {
  "harbor-reader": {
    policies: ["harbor"],
    repositoryIds: [String(repositoryId("acme/app"))],
    refs: ["refs/heads/main"],
  },
  "image-tags-writer": {
    policies: ["image-tags-writer"],
    repositoryIds: [String(repositoryId("acme/devcontainers"))],
    jobWorkflowRefs: ["acme/devcontainers/.github/workflows/build.yml@refs/heads/main"],
  },
};
const policies = { harbor: { read: ["harbor"] }, "image-tags-writer": { write: ["devcontainer/*"] } };

/** These tests need no cluster: one OpenBao in memory has the mount, roles and policies that the components make. */
describe("the action fetch-secrets at an OpenBao", () => {
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-action-"));
  const github = new TokenService(folder);
  let vault: DevServer;

  before(async function () {
    this.timeout(120_000);
    await github.open();
    // A wheel: no Go is needed to obtain it.
    vault = await DevServer.start(join(await ensureBuilt(wheelTools.openbao, ""), "bao"), folder);
    await vault.call("POST", "sys/auth/github", { type: "jwt" });
    await vault.call("POST", "auth/github/config", {
      oidc_discovery_url: github.address,
      bound_issuer: github.address,
    });
    for (const [name, policy] of Object.entries(policies))
      await vault.call("POST", `sys/policies/acl/${name}`, { policy: secretPolicy(policy, "secret") });
    for (const [name, role] of Object.entries(roles)) await makeRole(name, role);
    await vault.call("POST", "secret/data/harbor", { data: harbor });
  });

  after(async () => {
    await vault.stop();
    github.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    github.job = { repository: "acme/app", ref: "refs/heads/main", event: "push" };
  });

  /** As Pulumi's provider writes it: values of a claim are split at commas. */
  async function makeRole(name: string, settings: JobRoleSettings): Promise<void> {
    const role = jobRoleInputs({ repositoryOwnerId: String(ownerId("acme")), audience }, settings);
    const claims = Object.entries(role.boundClaims).map(([claim, values]) => [claim, values.split(",")]);
    await vault.call("POST", `auth/github/role/${name}`, {
      role_type: role.roleType,
      bound_audiences: role.boundAudiences,
      bound_claims_type: role.boundClaimsType,
      bound_claims: Object.fromEntries(claims) as unknown,
      user_claim: role.userClaim,
      claim_mappings: role.claimMappings,
      token_type: role.tokenType,
      token_ttl: role.tokenTtl,
      token_max_ttl: role.tokenMaxTtl,
      token_no_default_policy: role.tokenNoDefaultPolicy,
      token_policies: role.tokenPolicies,
    });
  }

  const step = (inputs: Readonly<Record<string, string>>, environment: Record<string, string> = {}): Promise<Step> =>
    runStep(
      folder,
      {
        ...{ url: vault.address, audience, role: "harbor-reader" },
        ...{ "ca-certificate": vault.authority, "retry-seconds": "0" },
        ...inputs,
      },
      {
        ACTIONS_ID_TOKEN_REQUEST_URL: `${github.address}/token?api-version=2.0`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer-of-the-job",
        ...environment,
      },
    );

  it("reads the registry's login", async () => {
    const secrets = "secret/data/harbor username | HARBOR_USERNAME\nsecret/data/harbor password | HARBOR_PASSWORD";
    const done = await step({ secrets });
    assert.equal(done.code, 0, visible(done));
    assert.deepEqual(
      [...done.environment],
      [
        ["HARBOR_USERNAME", harbor.username],
        ["HARBOR_PASSWORD", harbor.password],
      ],
    );
    assert.equal(visible(done).trim(), 'Read as role "harbor-reader": HARBOR_USERNAME, HARBOR_PASSWORD');
  });

  it("says what differs when the branch is another", async () => {
    github.job = { ...github.job, ref: "refs/heads/feature" };
    const why = failure(await step({ secrets: "secret/data/harbor username | NAME" }));
    assert.match(why, /status 400\): .*claim "ref" .*ref=refs\/heads\/feature/);
  });

  it("says which path the role may not read, and that the audience is another", async () => {
    assert.match(
      failure(await step({ secrets: "secret/data/other name | NAME" })),
      /^Vault refused secret secret\/data\/other to role "harbor-reader" \(status 403\): .*permission denied$/,
    );
    assert.match(
      failure(await step({ secrets: "secret/data/harbor username | NAME", audience: "https://github.com/acme" })),
      /aud=https:\/\/github\.com\/acme/,
    );
  });

  it("writes the tag of an image with the build's role, which reads nothing", async () => {
    const repository = "acme/devcontainers";
    const jobWorkflowRef = `${repository}/.github/workflows/build.yml@refs/heads/main`;
    github.job = { ...github.job, repository, jobWorkflowRef };
    const role = "image-tags-writer";
    const path = "secret/data/devcontainer/aida-cu126";
    const done = await step({ role, write: `${path} tag | IMAGE_TAG` }, { IMAGE_TAG: "cu126-7" });
    assert.equal(done.code, 0, visible(done));
    const { data } = (await vault.call("GET", path)) as { readonly data: unknown };
    assert.deepEqual(data, { tag: "cu126-7" });
    assert.match(failure(await step({ role, secrets: `${path} tag | TAG` })), /status 403/);
    const elsewhere = await step({ role, write: "secret/data/harbor password | VALUE" }, { VALUE: "another" });
    assert.match(failure(elsewhere), /to write secret\/data\/harbor \(status 403\)/);
  });

  it("says that the server is sealed, after it tried again", async () => {
    await vault.call("POST", "sys/seal");
    const done = await step({ secrets: "secret/data/harbor username | NAME" });
    assert.match(failure(done), /\(status 503\): Vault is sealed$/);
    assert.equal(done.lines.filter((line) => line.includes("again in")).length, 4);
  });
});

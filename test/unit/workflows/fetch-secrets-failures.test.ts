import { strict as assert } from "node:assert";

import { TestAuthority } from "../../e2e/support/server-certificates";
import { failure } from "./runner";
import { assertNothingShows, harborLogin, jwt, worlds } from "./world";

describe("the action fetch-secrets, when it fails,", () => {
  const current = worlds();

  it("says what the job's token claims when the role refuses it", async () => {
    const world = current();
    const step = await world.step({ role: "image-tags-writer", secrets: harborLogin });
    assert.equal(
      failure(step),
      'Vault refused the role "image-tags-writer" at auth/github/login (status 400): role "image-tags-writer" could not be found. ' +
        "The token of this job says: aud=https://vault.example.com, repository_id=42, ref=refs/heads/main, event_name=push",
    );
    assertNothingShows(step);
  });

  it("repeats nothing that a server says of what it was sent, and lets it give the runner no orders", async () => {
    const world = current();
    world.intercept = (request) =>
      request.endsWith("/login")
        ? { status: 400, body: { errors: [`bad token ${jwt}\n::set-env name=A::b`] } }
        : undefined;
    const step = await world.step({ secrets: harborLogin });
    assert.match(failure(step), /bad token \*\*\*/);
    assert.ok(!step.lines.some((line) => line.startsWith("::set-env")));
    assertNothingShows(step);
  });

  const refusals: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ["a secret that is missing", { secrets: "secret/data/other name | NAME" }, /secret\/data\/other does not exist/],
    [
      "a field that is missing, with the names of those there are",
      { secrets: "secret/data/harbor url | URL" },
      /secret\/data\/harbor has no field "url"; it has: password, signing-key, username/,
    ],
    ["a field that every object has", { secrets: "secret/data/harbor constructor | C" }, /no field "constructor"/],
    ["an address without TLS", { url: "http://vault.example.com", secrets: harborLogin }, /input "url" is no address/],
    ["an empty address", { url: "", secrets: harborLogin }, /input "url" is empty: .* organization/],
    ["a line that it cannot read", { secrets: "secret/data/harbor username" }, /allowed: PATH FIELD \| NAME/],
    ["a path that climbs", { secrets: "secret/../sys/seal a | A" }, /allowed: PATH FIELD \| NAME/],
    ["a name of the runner's own", { secrets: "secret/data/harbor username | GITHUB_PATH" }, /none of GitHub's own/],
    [
      "the same name twice",
      { secrets: `${harborLogin}secret/data/harbor username | HARBOR_PASSWORD` },
      /HARBOR_PASSWORD twice/,
    ],
    [
      "a switch that is neither on nor off",
      { secrets: harborLogin, "export-env": "yes" },
      /"export-env" is "yes"; allowed: true/,
    ],
    ["an encoded certificate", { secrets: harborLogin, "ca-certificate": "LS0tLS1CRUdJTg==" }, /no certificate in PEM/],
    [
      "to write an empty value",
      { write: "secret/data/devcontainer/cuda tag | IMAGE_TAG" },
      /IMAGE_TAG, which is empty/,
    ],
    [
      "a value by the name of the token",
      { secrets: "secret/data/harbor username | token", "output-token": "true" },
      /has the name "token"/,
    ],
    ["to do nothing", {}, /nothing to do/],
  ];
  for (const [what, inputs, message] of refusals) {
    it(`refuses ${what}`, async () => {
      const world = current();
      const step = await world.step(inputs);
      assert.match(failure(step), message);
      assertNothingShows(step);
    });
  }

  it("says which permission is missing when the job gets no OIDC token", async () => {
    const world = current();
    const step = await world.step({ secrets: harborLogin }, { ACTIONS_ID_TOKEN_REQUEST_URL: undefined });
    assert.match(failure(step), /permissions: \{ id-token: write/);
    assert.deepEqual(world.requests, []);
  });

  it("says which form paths have when a path lacks data/", async () => {
    const world = current();
    world.intercept = (request) =>
      request.includes("secret/") ? { status: 200, body: { data: { username: "robot$ci" } } } : undefined;
    assert.equal(
      failure(await world.step({ secrets: "secret/harbor username | NAME" })),
      "secret secret/harbor is not of a key-value engine of version 2: paths have data/ after the engine's name, such as secret/data/harbor",
    );
  });

  it("says which path the role may not read", async () => {
    const world = current();
    world.intercept = (request) =>
      request.includes("secret/")
        ? { status: 403, body: { errors: ["1 error occurred:\n\t* permission denied\n\n"] } }
        : undefined;
    const message = failure(await world.step({ secrets: harborLogin }));
    assert.equal(
      message,
      'Vault refused secret secret/data/harbor to role "harbor-reader" (status 403): 1 error occurred: * permission denied',
    );
  });

  it("sends no token to a server whose authority it does not know, and does not try again", async () => {
    const world = current();
    const stranger = await TestAuthority.create();
    const step = await world.step({ secrets: harborLogin, "ca-certificate": stranger.pem });
    assert.match(failure(step), /login at Vault: the certificate of 127\.0\.0\.1:\d+ is not trusted here \([A-Z_]+\)/);
    assert.equal(world.requests.length, 1, "GitHub alone was asked");
    assert.ok(!step.lines.some((line) => line.includes("again in")));
  });

  it("tries again after a cut connection, a sealed server, and one that is behind", async () => {
    const world = current();
    world.intercept = (_, count) => (["cut", { status: 503 }, { status: 412 }, { status: 429 }] as const)[count - 1];
    const step = await world.step({ secrets: harborLogin });
    assert.equal(step.code, 0, step.lines.join("\n"));
    assert.equal(step.outputs.size, 2);
    assert.equal(world.requests.length, 3 * 5);
    assertNothingShows(step);
  });

  it("gives up after five attempts", async () => {
    const world = current();
    world.intercept = (request) =>
      request.includes("/login") ? { status: 503, body: { errors: ["Vault is sealed"] } } : undefined;
    assert.match(
      failure(await world.step({ secrets: harborLogin })),
      /auth\/github\/login \(status 503\): Vault is sealed/,
    );
    assert.equal(world.requests.filter((request) => request.includes("/login")).length, 5);
  });

  it("gives up after five attempts when nobody answers", async () => {
    const world = current();
    const step = await world.step({ secrets: harborLogin, url: "https://127.0.0.1:1" });
    assert.match(failure(step), /login at Vault: no connection to 127\.0\.0\.1:1 \(ECONNREFUSED\)/);
    assert.equal(step.lines.filter((line) => line.includes("again in")).length, 4);
  });
});

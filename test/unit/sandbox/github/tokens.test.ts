import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import { GitHubAdminClient } from "../../../../sandbox/github/client";
import { ArcClient, RunnerClient } from "./arc-client";
import { send, startFixture, token, type Fixture } from "./fixtures";

const registrationToken = "/api/v3/orgs/acme/actions/runners/registration-token";

describe("the stand-in's checks of tokens", () => {
  let github: Fixture;

  beforeEach(async () => {
    github = await startFixture({ timing: { queueTokenSeconds: 1, sessionSeconds: 2 } });
  });
  afterEach(() => github.close());

  it("accepts an access token as Basic, as Bearer and as token, and nothing wrong or missing", async () => {
    const basic = (password: string) => `Basic ${Buffer.from(`github:${password}`).toString("base64")}`;
    for (const good of [basic(token), `Bearer ${token}`, `token ${token}`]) {
      assert.equal((await send("POST", `${github.url}${registrationToken}`, good)).status, 201);
    }
    for (const bad of [basic("wrong"), "Bearer wrong", "token ", `RemoteAuth ${token}`, undefined]) {
      assert.equal((await send("POST", `${github.url}${registrationToken}`, bad)).status, 401, bad);
    }
  });

  it("accepts a rotated token at once, and the former one no more", async () => {
    writeFileSync(join(github.folder, "token"), "rotated\n");
    assert.equal((await send("POST", `${github.url}${registrationToken}`, "Bearer rotated")).status, 201);
    assert.equal((await send("POST", `${github.url}${registrationToken}`, `Bearer ${token}`)).status, 401);
  });

  it("hides organisations that do not exist, and serves repositories and enterprises that do", async () => {
    const ask = async (path: string) =>
      (await send("POST", `${github.url}/${path}/actions/runners/registration-token`, `Bearer ${token}`)).status;
    assert.equal(await ask("orgs/nobody"), 404);
    assert.equal(await ask("orgs/acme"), 201);
    assert.equal(await ask("repos/acme/api"), 201);
    assert.equal(await ask("enterprises/globex"), 201);
    assert.equal(await ask("enterprises/acme"), 404);
  });

  it("takes each token only where it belongs", async () => {
    const arc = await ArcClient.login(github.url, "0.14.2");
    const set = await arc.createScaleSet("runner-base");
    const session = await arc.openSession(set.id);
    const queue = `Bearer ${session.messageQueueAccessToken}`;
    const sets = `${arc.base}_apis/runtime/runnerscalesets?name=runner-base`;
    assert.equal((await send("GET", sets, queue)).status, 401);
    assert.equal((await send("GET", sets, `Bearer ${token}`)).status, 401);
    assert.equal(
      (await send("POST", `${github.url}/api/v3/actions/runner-registration`, `RemoteAuth ${token}`)).status,
      401,
    );
    assert.equal((await send("GET", `${github.url}/_sandbox/jobs`, queue)).status, 401);
    await assert.rejects(new GitHubAdminClient(github.url, "wrong").jobs(), /401|wrong admin token/);
  });

  it("refuses a registration for another organisation than the token is for", async () => {
    const reply = await send("POST", `${github.url}${registrationToken}`, `Bearer ${token}`);
    const remote = `RemoteAuth ${(reply.body as { token: string }).token}`;
    const event = { url: `${github.url}/other`, runner_event: "register" };
    assert.equal((await send("POST", `${github.url}/api/v3/actions/runner-registration`, remote, event)).status, 404);
  });

  it("answers 401 to an expired queue token until the session is refreshed", async () => {
    const arc = await ArcClient.login(github.url, "0.6.1");
    const session = await arc.openSession((await arc.createScaleSet("runner-base")).id);
    assert.equal((await arc.poll(session)).status, 202);
    await sleep(2100);
    assert.equal((await arc.poll(session)).status, 401);
    const refreshed = await arc.refresh(session);
    assert.equal(refreshed.sessionId, session.sessionId);
    assert.equal((await arc.poll(refreshed)).status, 202);
  });

  it("refuses a second session with 409 while the first one lives", async () => {
    const arc = await ArcClient.login(github.url, "0.6.1");
    const { id } = await arc.createScaleSet("runner-base");
    const first = await arc.openSession(id, "one");
    const path = `_apis/runtime/runnerscalesets/${id}/sessions`;
    const second = await arc.call("POST", path, { ownerName: "two" });
    assert.equal(second.status, 409);
    assert.equal((second.body as { typeName: string }).typeName, "RunnerScaleSetSessionConflictException");
    await arc.closeSession(first);
    assert.equal((await arc.call("POST", path, { ownerName: "two" })).status, 200);
  });

  it("lets another listener take over a session that nobody polls", async () => {
    const arc = await ArcClient.login(github.url, "0.6.1");
    const { id } = await arc.createScaleSet("runner-base");
    const dead = await arc.openSession(id, "dead");
    await sleep(2200);
    const alive = await arc.openSession(id, "alive");
    assert.notEqual(alive.sessionId, dead.sessionId);
    assert.equal((await arc.poll(dead)).status, 401);
  });

  it("writes one line per request and no token of any kind", async () => {
    const arc = await ArcClient.login(github.url, "0.6.1");
    const set = await arc.createScaleSet("runner-base");
    const session = await arc.openSession(set.id);
    const { encodedJITConfig } = await arc.generateJit(set.id, "r1");
    const { secret } = RunnerClient.decode(encodedJITConfig);
    await RunnerClient.connect(encodedJITConfig);
    await arc.poll(session);
    // A line is written when its reply is out, which may be after the client has it; mocha's time limit ends a vain wait.
    const log = () => readFileSync(join(github.folder, "state", "requests.ndjson"), "utf8");
    while (log().split("\n").length <= 7) await sleep(10);
    const text = log();
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(lines.length, 7);
    for (const line of lines)
      assert.deepEqual(Object.keys(line), ["time", "method", "path", "status", "ms", "who", "bytes"]);
    assert.ok(lines.some((line) => line.who === "listener:listener-0"));
    const journal = readFileSync(join(github.folder, "state", "journal.ndjson"), "utf8");
    for (const hidden of [token, secret, session.messageQueueAccessToken, encodedJITConfig]) {
      assert.ok(!text.includes(hidden) && !journal.includes(hidden));
    }
  });
});

describe("the stand-in's check of a GitHub App", () => {
  let github: Fixture;
  let folder: string;
  let privateKey: KeyObject;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "app-"));
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    privateKey = pair.privateKey;
    const publicKeyFile = join(folder, "app.pem");
    writeFileSync(publicKeyFile, pair.publicKey.export({ type: "spki", format: "pem" }));
    github = await startFixture({ app: { id: "123", clientId: "Iv1.abc", publicKeyFile } });
  });
  after(async () => {
    await github.close();
    rmSync(folder, { recursive: true });
  });

  const jwt = (issuer: string, seconds = 540, key = privateKey) =>
    new SignJWT({})
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(issuer)
      .setIssuedAt("-60s")
      .setExpirationTime(`${seconds}s`)
      .sign(key);
  const ask = async (appToken: string) =>
    send("POST", `${github.url}/api/v3/app/installations/42/access_tokens`, `Bearer ${appToken}`);

  it("gives an installation token that opens the REST API", async () => {
    for (const issuer of ["123", "Iv1.abc"]) {
      const reply = await ask(await jwt(issuer));
      assert.equal(reply.status, 201);
      const { token: installation } = reply.body as { token: string };
      assert.match(installation, /^ghs_123_/);
      assert.equal((await send("POST", `${github.url}${registrationToken}`, `Bearer ${installation}`)).status, 201);
    }
  });

  it("refuses another issuer, another key, a token that lives too long, and no JWT at all", async () => {
    const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const wrong = [
      await jwt("456"),
      await jwt("123", 540, stranger),
      await jwt("123", 3600),
      await jwt("123", -120),
      "nonsense",
    ];
    for (const appToken of wrong) assert.equal((await ask(appToken)).status, 401);
  });
});

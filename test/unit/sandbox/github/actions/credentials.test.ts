import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { z } from "zod";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { serveActions, type ActionsServer } from "../../../../../sandbox/github/actions/serve";
import { OpenApi } from "../openapi";
import { get } from "./fixtures";

const path = "/app/installations/42/access_tokens";

describe("an App's installation at the stand-in for Actions", function () {
  this.timeout(60_000);
  let folder: string;
  let key: KeyObject;
  let github: ActionsServer;
  const clock = new ManualClock();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "app-"));
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    key = pair.privateKey;
    const publicKeyFile = join(folder, "app.pem");
    writeFileSync(publicKeyFile, pair.publicKey.export({ type: "spki", format: "pem" }));
    github = await serveActions({ clock, app: { id: "1", publicKeyFile } });
    for (let index = 0; index < 30; index += 1) github.model.addRepository(`acme/r${index}`);
  });
  after(async () => {
    await github.close();
    rmSync(folder, { recursive: true });
  });

  const appToken = (issuer: string) => {
    const now = clock.now() / 1000;
    const jwt = new SignJWT({}).setProtectedHeader({ alg: "RS256" }).setIssuer(issuer);
    return jwt
      .setIssuedAt(now)
      .setExpirationTime(now + 540)
      .sign(key);
  };
  const ask = async (issuer = "1") => {
    const headers = { authorization: `Bearer ${await appToken(issuer)}` };
    const response = await fetch(`${github.url}${path}`, { method: "POST", headers });
    return { status: response.status, body: await response.json() };
  };

  it("sees its repositories with a budget of its own, until its token is an hour old", async () => {
    const { status, body } = await ask();
    const api = new OpenApi("api.github.com");
    assert.deepEqual(api.reply("POST", "/app/installations/{installation_id}/access_tokens", status, body), []);
    const { token } = z.object({ token: z.string().startsWith("ghs_") }).parse(body);
    const look = () => get(github, "/installation/repositories?per_page=100", { authorization: `token ${token}` });
    const reply = await look();
    assert.deepEqual(api.reply("GET", "/installation/repositories", reply.status, reply.body), []);
    assert.equal(z.object({ total_count: z.number() }).parse(reply.body).total_count, 30);
    assert.equal(reply.headers.get("x-ratelimit-limit"), "5500");
    assert.equal(github.requests.at(-1)?.who, "app:1");
    clock.advance(3_600_000);
    assert.equal((await look()).status, 401);
  });

  it("gets no token for another App's signature", async () => {
    assert.equal((await ask("2")).status, 401);
  });
});

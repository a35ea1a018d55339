import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";

import { temporaryFolder } from "../../../support/temporary";
import { type Identity, makeIdentity } from "./identity";
import { flipped, snapshot } from "./snapshots";
import { inTurn, json, StubVault } from "./stub-vault";
import { manifest, World } from "./world";

describe("a backup run", () => {
  let identity: Identity;
  let good: Buffer;
  let world: World;
  // Before the folder is removed.
  afterEach(() => {
    world.vault.close();
    const text = JSON.stringify(world.lines);
    assert.doesNotMatch(text, /s\.token-number|jwt-of-the|store-key-value/, "no secret is ever logged");
    assert.deepEqual(world.left, [], "nothing stays in the spool");
  });
  const folder = temporaryFolder();
  const send = (content: Buffer) => (_: unknown, response: ServerResponse) => void response.end(content);

  before(async () => {
    identity = await makeIdentity();
    good = await snapshot({ index: 500 });
  });
  beforeEach(async () => {
    world = await World.open(folder(), identity);
    world.vault.snapshot = send(good);
  });
  it("puts a verified snapshot into all stores", async () => {
    world.change({ canaryPath: "secret/data/vault-backup/canary", clusterId: world.vault.clusterId });
    assert.equal(await world.run(), 0, JSON.stringify(world.lines));
    for (const store of world.stores) assert.deepEqual(store.received, [good]);
    const { clusterId, vaultVersion, meta, clockSkewMs } = world.stores[0]?.snapshot ?? assert.fail();
    assert.deepEqual([clusterId, vaultVersion, meta.index], [world.vault.clusterId, "2.7.2", 500]);
    assert.ok(Math.abs(clockSkewMs) < 2000, String(clockSkewMs));
    const [canary] = world.vault.canaries as { data: { writtenAt: string; nonce: string } }[];
    assert.match(canary?.data.nonce ?? "", /^[0-9a-f]{32}$/);
    assert.equal(world.vault.revoked, 1, "the token is given back");
    assert.deepEqual(
      world.lines.map(({ step }) => step),
      [...["health", "login", "canary", "snapshot", "store", "store", "end"]],
    );
  });

  it("follows a standby to a server of the cluster (1)", async () => {
    const leader = new StubVault();
    await leader.open(identity);
    leader.snapshot = send(good);
    world.vault.snapshot = (_, response) =>
      void response.writeHead(307, { location: `${leader.address}/v1/sys/storage/raft/snapshot` }).end();
    world.change({ peers: [leader.address] });
    assert.equal(await world.run(), 0);
    leader.close();
    assert.deepEqual(leader.tokens, ["s.token-number-1"]);
  });

  it("sends its token nowhere else (1)", async () => {
    const foreign = new StubVault();
    await foreign.open(identity);
    world.vault.snapshot = (_, response) =>
      void response.writeHead(307, { location: `${foreign.address}/v1/sys/storage/raft/snapshot` }).end();
    assert.equal(await world.run(), 24);
    assert.deepEqual(foreign.requests, []);
    foreign.close();
    assert.equal(world.vault.snapshots, 1, "no second attempt");
  });

  it("follows no more than two redirects (1)", async () => {
    world.vault.snapshot = (_, response) =>
      void response.writeHead(307, { location: "/v1/sys/storage/raft/snapshot" }).end();
    assert.equal(await world.run(), 24);
    assert.equal(world.vault.snapshots, 9, "three requests in each of three attempts");
  });

  it("takes another snapshot when the leader is lost half-way (2)", async () => {
    world.vault.snapshot = inTurn((_, response) => {
      response.write(good.subarray(0, good.length / 2), () => response.destroy());
    }, send(good));
    assert.equal(await world.run(), 0, JSON.stringify(world.lines));
    assert.equal(world.vault.logins, 2, "with a login of its own");
    assert.deepEqual(world.stores[0]?.received, [good]);
  });

  const bad: readonly (readonly [string, () => Buffer | Promise<Buffer>])[] = [
    ["a stream that ends early and cleanly (3)", () => good.subarray(0, good.length - 9)],
    ["an answer in JSON (4)", () => Buffer.from('{"errors":["x"]}')],
    ["an empty answer (4)", () => Buffer.alloc(0)],
    ["a flipped bit (5)", () => flipped(good)],
  ];
  for (const [name, content] of bad) {
    it(`uploads nothing of ${name}`, async () => {
      world.vault.snapshot = send(await content());
      assert.equal(await world.run(), 23, JSON.stringify(world.end));
      assert.equal(world.vault.snapshots, 3);
      assert.deepEqual(
        world.stores.map(({ calls }) => calls),
        [0, 0],
      );
    });
  }

  for (const [status, meaning] of [
    [503, /sealed/],
    [501, /not initialised/],
    [500, /no leader/],
    [429, /quota/],
    [474, /does not reach/],
  ] as const) {
    it(`waits for a Vault that answers ${status} and then fails (6)`, async () => {
      world.vault.health = (_, response) => json(response, status, { initialized: true, sealed: true });
      assert.equal(await world.run(), 22);
      assert.match(String(world.end?.["reason"]), meaning);
      assert.equal(world.vault.requests.length, 3);
    });
  }

  it("goes on when Vault is there again (6)", async () => {
    const { health } = world.vault;
    world.vault.health = inTurn((_, response) => json(response, 503, {}), health);
    assert.equal(await world.run(), 0);
  });

  it("keeps the reason when time runs out while it waits (6)", async () => {
    world.vault.health = (_, response) => json(response, 503, {});
    world.change({}, { deadlineSeconds: 1, retry: { attempts: 100, firstPauseMs: 60_000 } });
    assert.equal(await world.run(), 22);
  });

  it("fails by the deadline when nothing else is wrong", async () => {
    world.vault.snapshot = (_, response) => void response.write(good.subarray(0, 1000));
    world.change({}, { deadlineSeconds: 1 });
    assert.equal(await world.run(), 31, JSON.stringify(world.lines));
  });

  it("logs in once more when its token is refused (7)", async () => {
    world.vault.snapshot = inTurn((_, response) => json(response, 403, {}), send(good));
    assert.equal(await world.run(), 0);
    assert.equal(world.vault.logins, 2);
  });

  it("gives up at once when a new token is refused too (8)", async () => {
    world.vault.snapshot = (_, response) => json(response, 403, { errors: ["permission denied"] });
    assert.equal(await world.run(), 21);
    assert.deepEqual([world.vault.logins, world.vault.snapshots], [2, 2]);
    assert.match(String(world.end?.["reason"]), /read on this path/);
  });

  it("gives up at once when the login is refused", async () => {
    world.vault.login = (_, response) => json(response, 403, { errors: ["service account name not authorized"] });
    assert.equal(await world.run(), 20);
    assert.match(String(world.end?.["reason"]), /not authorized/);
    assert.equal(world.vault.requests.length, 2);
  });

  it("fills the other store when one fails, and says so (9)", async () => {
    const [aws, onprem] = world.stores;
    if (aws) aws.failures = 9;
    assert.equal(await world.run(), 10);
    assert.deepEqual([aws?.calls, onprem?.calls], [2, 1], "only the failed one is tried again");
    assert.equal(world.vault.snapshots, 1, "from the same snapshot");
  });
  it("is complete when a store succeeds at the second attempt (9)", async () => {
    const [aws] = world.stores;
    if (aws) aws.failures = 1;
    assert.equal(await world.run(), 0);
  });
  it("fails when all stores fail (10)", async () => {
    for (const store of world.stores) store.failures = 9;
    assert.equal(await world.run(), 11);
  });

  it("tells stores how far the clock is off (15)", async () => {
    world.vault.aheadMs = -10 * 86_400_000;
    assert.equal(await world.run(), 0);
    const skew = world.stores[0]?.snapshot?.clockSkewMs ?? 0;
    assert.ok(Math.abs(skew - 10 * 86_400_000) < 5000, String(skew));
  });

  it("clears what an earlier run left (19)", async () => {
    writeFileSync(join(world.spool, "1-2.snap"), "part");
    assert.equal(await world.run(), 0);
  });

  it("does not begin when the last backup would not fit (20)", async () => {
    const [aws] = world.stores;
    if (aws) aws.earlier = [manifest(world.vault.clusterId, 1, 2 ** 52)];
    assert.equal(await world.run(), 30);
    assert.match(String(world.end?.["reason"]), /about 4953959590107546 bytes needed, \d+ available/);
    assert.deepEqual(world.vault.requests, []);
  });

  it("trusts no other authority (22)", async () => {
    writeFileSync(world.config.vault.caFile, (await makeIdentity()).authority);
    assert.equal(await world.run(), 26);
    assert.deepEqual(world.vault.requests, []);
  });
  it("trusts no expired certificate (22)", async () => {
    const expired = await makeIdentity({ until: "2021-01-01" });
    const old = new StubVault();
    await old.open(expired);
    writeFileSync(world.config.vault.caFile, expired.authority);
    world.change({ address: old.address });
    assert.equal(await world.run(), 26);
    old.close();
    assert.match(String(world.end?.["reason"]), /expired/);
  });

  it("keeps, but doubts, a snapshot that goes back or shrinks (23)", async () => {
    const [aws, onprem] = world.stores;
    if (aws) aws.earlier = [manifest(world.vault.clusterId, 9000, 10)];
    if (onprem) onprem.earlier = [manifest(world.vault.clusterId, 5, good.length * 3)];
    assert.equal(await world.run(), 0);
    assert.match(String(aws?.options[0]?.suspicious), /index went back from 9000 to 500/);
    assert.match(String(onprem?.options[0]?.suspicious), /size fell/);
  });

  it("refuses another cluster than the configured one (25)", async () => {
    world.change({ clusterId: "another" });
    assert.equal(await world.run(), 25);
    assert.equal(world.vault.logins, 0, "it gets no token of this pod");
  });

  it("doubts another cluster than the one before (25)", async () => {
    const [aws] = world.stores;
    if (aws) aws.earlier = [manifest("another", 5, 10)];
    assert.equal(await world.run(), 0);
    assert.match(String(aws?.options[0]?.suspicious), /of the cluster another/);
    assert.deepEqual(world.stores[1]?.options[0]?.suspicious, []);
  });

  it("gives up uploads when told to end (27)", async () => {
    const [aws] = world.stores;
    if (aws) aws.hangs = true;
    const running = world.run();
    while (aws?.calls === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    world.sigterm();
    assert.equal(await running, 143);
    assert.equal(aws?.calls, 1);
  });

  it("gives up the snapshot when told to end (27)", async () => {
    world.vault.snapshot = (_, response) => void response.write(good.subarray(0, 1000), () => world.sigterm());
    assert.equal(await world.run(), 143, JSON.stringify(world.lines));
  });
});

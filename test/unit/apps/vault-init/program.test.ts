import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleApp } from "../../../../components/apps/bundle";
import { exitCodes, type VaultInitConfig } from "../../../../components/vault/init-config";
import { ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";
import { pgpKey } from "../../components/vault/init-pgp-fixtures";
import { type Ended, type Identity, World } from "./world";

/** Servers that unseal themselves with a key made here, and shares that are encrypted to people. */
const production: Partial<VaultInitConfig> = {
  seal: "auto",
  pgpKeys: [pgpKey(), pgpKey(), pgpKey()],
  sealKey: { name: "vault-seal", key: "key" },
};
/** Vault with shares in clear, and audit devices by the API. */
const development: Partial<VaultInitConfig> = {
  distribution: "vault",
  seal: "shamir",
  audit: { stdout: true, file: "/vault/audit/audit.log" },
};

/** The bundled program as its Job runs it, against servers of a few lines. */
describe("the program that initialises Vault", function () {
  this.timeout(180_000);
  let folder = "";
  let identity: Identity;
  const worlds: World[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "runner-platform-test-"));
    const { apiServer, authority } = await ensureCertificates(paths(folder));
    identity = {
      certificate: readFileSync(apiServer.certificate, "utf8"),
      key: readFileSync(apiServer.key, "utf8"),
      authority: readFileSync(authority.certificate, "utf8"),
    };
    writeFileSync(join(folder, "main.cjs"), bundleApp("apps/vault-init/main.ts").code);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  afterEach(() => {
    for (const world of worlds) {
      const { output, secrets } = world;
      const leaked = secrets.filter((secret) => output.includes(secret));
      assert.deepEqual(leaked, [], "no share, token or key is ever printed");
    }
    worlds.splice(0).forEach((world) => world.close());
  });

  async function open(changes: Partial<VaultInitConfig>): Promise<World> {
    const own = join(folder, `world-${Math.random()}`);
    mkdirSync(own);
    const world = new World(own, join(folder, "main.cjs"), identity, changes);
    worlds.push(world);
    await world.open();
    return world;
  }

  /** What everything must have come to, however often the program was killed on the way. */
  function assertFinished(world: World, changes: Partial<VaultInitConfig>, ended: Ended): void {
    const { vault, kubernetes } = world;
    assert.equal(ended.code, 0, ended.output);
    assert.equal(vault.initializations, 1);
    const {
      "share-1": first = "",
      "share-2": second = "",
      "share-3": third = "",
      ...rest
    } = kubernetes.dataOf("vault-recovery") ?? {};
    assert.deepEqual(rest, {
      phase: "initialised",
      kind: changes.seal === "auto" ? "recovery" : "unseal",
      encrypted: changes.pgpKeys ? "pgp" : "no",
      threshold: "2",
    });
    assert.deepEqual([first, second, third], vault.secrets.slice(1, 4));
    assert.deepEqual(kubernetes.dataOf("vault-bootstrap"), {});
    assert.equal([...vault.tokens.values()].filter((policy) => policy === "root").length, 0);
    assert.deepEqual([...vault.audit.keys()], changes.audit ? ["stdout", "file"] : []);
    assert.deepEqual([...vault.policies.keys()], ["platform-admin"]);
    assert.deepEqual(vault.mounts.get("kubernetes")?.config, { kubernetes_host: "https://kubernetes.default.svc" });
    assert.deepEqual(vault.mounts.get("kubernetes")?.roles.get("platform-admin"), {
      bound_service_account_names: ["vault-provisioner"],
      bound_service_account_namespaces: ["vault"],
      audience: "vault",
      token_policies: ["platform-admin"],
      token_no_default_policy: true,
      token_ttl: 1200,
      token_max_ttl: 1200,
    });
    assert.ok(vault.servers.every(({ sealed }) => !sealed));
    assert.equal(kubernetes.secrets.has("vault-seal"), changes.sealKey !== undefined);
  }

  for (const [name, changes] of Object.entries({ production, development })) {
    describe(`in ${name}`, () => {
      it("goes from nothing to a login, and has nothing to do the next time", async () => {
        const world = await open(changes);
        assertFinished(world, changes, await world.run());
        const sealKey = world.kubernetes.secrets.get("vault-seal")?.data["key"];
        assertFinished(world, changes, await world.run());
        assert.equal(world.kubernetes.secrets.get("vault-seal")?.data["key"], sealKey);
        const logins = ["POST kubernetes /api/v1/namespaces/vault/serviceaccounts/vault-provisioner/token"];
        const others = world.changesAsked.filter((asked) => !logins.includes(asked) && !asked.endsWith("/login"));
        assert.deepEqual(others, []);
      });

      it("comes to the same end when it is killed at any moment, and says so where the keys are lost", async () => {
        const clean = await open(changes);
        await clean.run();
        const asked = [...clean.changesAsked];
        const lost: string[] = [];
        // What is true right after a change is so until the next: nothing that the program had in its memory counts.
        await inTurns([...asked.entries()], 3, async ([change, what]) => {
          const world = await open(changes);
          const killed = await world.run(change);
          assert.equal(killed.code, null, `${what}: killed, not ended by itself: ${killed.output}`);
          const ended = await world.run();
          if (ended.code === exitCodes.answerLost) lost.push(what);
          else assertFinished(world, changes, ended);
          world.close();
        });
        assert.deepEqual(lost, ["PUT vault-0 /v1/sys/init"], "its answer was on its way, or in memory alone");
      });
    });
  }

  it("enables audit devices before anything else that it does with the root token", async () => {
    const world = await open(development);
    await world.run();
    const vault = world.changesAsked.filter((asked) => asked.includes(" vault-0 ") && !asked.includes("unseal"));
    assert.deepEqual(vault.slice(0, 4), [
      "PUT vault-0 /v1/sys/init",
      "POST vault-0 /v1/sys/audit/stdout",
      "POST vault-0 /v1/sys/audit/file",
      "POST vault-0 /v1/sys/auth/kubernetes",
    ]);
  });

  it("stores the keys although the API server fails for a while and the program is told to end", async () => {
    const world = await open(production);
    world.intercept = (asked) => {
      if (!asked.endsWith("/v1/sys/init")) return undefined;
      world.kubernetes.failures.push(500, 503, 403, 500);
      world.signal("SIGTERM");
      // A second one must not be more than the first.
      setTimeout(() => world.signal("SIGTERM"), 60);
      return undefined;
    };
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.toldToEnd, ended.output);
    assert.match(ended.output, /ending as soon as the keys are stored/);
    assert.match(ended.output, /cannot store what the initialisation gave; trying again/);
    world.intercept = () => undefined;
    assertFinished(world, production, await world.run());
  });

  it("ends at once when told while nothing is at stake", async () => {
    const world = await open(production);
    world.intercept = (asked) => {
      if (asked.endsWith("/sys/health")) world.signal("SIGTERM");
      return undefined;
    };
    assert.equal((await world.run()).code, exitCodes.toldToEnd);
    assert.equal(world.vault.initializations, 0);
  });

  it("does not initialise while a server is silent that may be part of a cluster already", async () => {
    const world = await open({ ...production, timing: { pollSeconds: 0.02, waitSeconds: 0.5, storeSeconds: 1 } });
    world.intercept = (asked) => (asked.includes(" vault-2 ") ? { status: 502 } : undefined);
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.failed);
    assert.match(ended.output, /waited 0.5 s for the servers: https:\S+ answered 502 to GET sys\/health/);
    assert.equal(world.vault.initializations, 0);
  });

  it("never initialises a Vault again, and adopts somebody else's when given a root token", async () => {
    const world = await open(production);
    const token = world.vault.initializeElsewhere();
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.initializedBySomebodyElse);
    assert.match(ended.output, /initialised by somebody else: .* fix: to adopt it, put a root token as key root-token/);
    world.kubernetes.put("vault-bootstrap", { "root-token": `${token}\n` });
    const adopted = await world.run();
    assert.equal(adopted.code, 0, adopted.output);
    assert.deepEqual(world.kubernetes.dataOf("vault-recovery"), { phase: "adopted" });
    assert.deepEqual(world.kubernetes.dataOf("vault-bootstrap"), {});
    assert.equal(world.vault.tokens.has(token), false);
    assert.equal(world.vault.initializations, 1);
  });

  it("refuses to initialise while it holds the keys of an earlier Vault", async () => {
    const world = await open(production);
    await world.run();
    const before = world.kubernetes.dataOf("vault-recovery");
    world.vault.loseEverything();
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.otherMaterial);
    assert.match(ended.output, /Secret vault-recovery holds what an earlier initialisation gave/);
    assert.deepEqual(world.kubernetes.dataOf("vault-recovery"), before);
    assert.equal(world.vault.initializations, 0);
  });

  it("makes no new seal key for a Vault that was sealed with another", async () => {
    const world = await open(production);
    await world.run();
    world.kubernetes.secrets.delete("vault-seal");
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.otherMaterial);
    assert.match(ended.output, /Secret vault-seal of namespace vault is gone/);
    assert.equal(world.kubernetes.secrets.has("vault-seal"), false);
  });

  it("keeps the root token while the login that replaces it is refused", async () => {
    const changes = { ...production, timing: { pollSeconds: 0.02, waitSeconds: 0.5, storeSeconds: 1 } };
    const world = await open(changes);
    world.vault.reviewed = () => undefined;
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.failed);
    assert.match(
      ended.output,
      /role platform-admin at kubernetes cannot log in: .* 403 .* permission denied; fix: see that/,
    );
    assert.ok(world.kubernetes.dataOf("vault-bootstrap")?.["root-token"]);
    assert.ok([...world.vault.tokens.values()].includes("root"));
  });

  it("changes a policy of an earlier version by the login, without a root token", async () => {
    const world = await open(production);
    await world.run();
    world.vault.policies.set("platform-admin", "older");
    const ended = await world.run();
    assert.equal(ended.code, 0, ended.output);
    assert.match(world.vault.policies.get("platform-admin") ?? "", /sys\/mounts/);
  });

  it("says what is wrong with its configuration", async () => {
    const world = await open({ ...production, threshold: 4, pgpKeys: [pgpKey({ tag: 6, flags: 3 })] });
    const ended = await world.run();
    assert.equal(ended.code, exitCodes.configuration);
    assert.match(
      ended.output,
      /threshold is 4, more than the 3 shares; 1 PGP keys for 3 shares; PGP key 1: it has no part that encrypts/,
    );
    assert.equal(world.vault.initializations, 0);
  });
});

/** Does the same for all items, a few at a time. */
async function inTurns<T>(items: readonly T[], lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

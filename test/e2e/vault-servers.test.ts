import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";

import { rotateOnce } from "../../apps/vault-audit-rotate/rotate";
import { nextStep } from "../../cli/vault/plan";
import { upgrade } from "../../cli/vault/upgrade";
import { healthPaths } from "../../components/vault/server-pod";
import { VaultServers } from "./support/vault-servers";

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** The configuration and the upgrade of servers against real ones. They need no cluster. */
describe("servers of OpenBao with the platform's configuration", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-vault-"));
  let servers: VaultServers;

  before(async () => {
    servers = await VaultServers.create(folder);
    servers.startAll();
    await until("the servers to answer", async () => (await status("vault-2", healthPaths.alive)) === 204);
  });

  after(async () => {
    await servers.stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  async function status(name: string, path: string, port?: "api" | "metrics"): Promise<number> {
    const answer = await servers.ask(name, { method: "GET", path }, port).catch(() => undefined);
    return answer?.status ?? 0;
  }

  function upgradeTo(revision: string): Promise<number> {
    servers.revision = revision;
    servers.done.length = 0;
    return upgrade(servers, {
      timeoutSeconds: 120,
      report: () => undefined,
      sleep: () => sleep(0.5),
      now: () => performance.now() / 1000,
    });
  }

  it("are alive but not ready before they are initialised", async () => {
    for (const name of servers.names) assert.equal(await status(name, healthPaths.alive), 204, name);
    assert.equal(await status("vault-0", healthPaths.ready), 501);
  });

  it("join the one that is initialised, become voters, and are well", async () => {
    await servers.initialise();
    await until("all servers to be well", async () => nextStep(await servers.observe()).kind === "done");
    for (const name of servers.names) assert.equal(await status(name, healthPaths.ready), 200, name);
  });

  it("give metrics without a token on the port of metrics alone, and nothing else there", async () => {
    const metrics = "/v1/sys/metrics?format=prometheus";
    for (const name of servers.names) {
      assert.equal(await status(name, metrics, "metrics"), 200, name);
      assert.notEqual(await status(name, metrics), 200, name);
      assert.equal(await status(name, healthPaths.ready, "metrics"), 404, name);
    }
  });

  it("log to both devices, and no token as it is", () => {
    const file = readFileSync(servers.path("audit", "audit.log"), "utf8");
    const stdout = readFileSync(servers.path("vault-0", "log", "server.log"), "utf8");
    for (const [device, text] of Object.entries({ file, stdout })) {
      assert.match(text, /"type":"response"/, device);
      assert.ok(servers.rootToken !== "" && !text.includes(servers.rootToken), device);
    }
  });

  it("open a new audit log when it is rotated, and write every request to one of the two", async () => {
    const leader = (await servers.observe()).servers.find(({ health }) => health?.leader)?.name ?? "";
    const token = servers.rootToken;
    const ask = (number: number) =>
      servers.ask(leader, { method: "GET", path: `/v1/sys/policies/acl/rotation-${String(number)}`, token });
    for (let number = 0; number < 10; number++) await ask(number);
    const asking = (async () => {
      for (let number = 10; number < 60; number++) await ask(number);
    })();
    const rotation = { folder: servers.path("audit"), file: "audit.log", maxBytes: 1, files: 1, program: "bao" };
    const outcome = await rotateOnce(rotation, {
      processes: () => [servers.processId(leader)],
      signal: (pid) => void process.kill(pid, "SIGHUP"),
    });
    await asking;
    assert.ok(outcome.kind === "rotated" && outcome.reopened, JSON.stringify(outcome));
    const present = servers.path("audit", "audit.log");
    await until("the last request to be in the new file", () =>
      Promise.resolve(readFileSync(present, "utf8").includes("rotation-59")),
    );
    const text = readFileSync(outcome.file, "utf8") + readFileSync(present, "utf8");
    for (let number = 0; number < 60; number++)
      assert.ok(text.includes(`acl/rotation-${String(number)}"`), `request ${String(number)}`);
    assert.ok(readFileSync(outcome.file, "utf8").includes("rotation-0"), "the first is in the old one");
  });

  it("load a renewed certificate by themselves", async () => {
    const renewed = new X509Certificate(await servers.renewCertificate()).fingerprint256;
    for (const name of servers.names)
      await until(`${name} to show the new certificate`, async () => (await shown(servers.port(name))) === renewed);
  });

  it("are upgraded one by one, the leader last, while clients go on", async () => {
    const token = servers.rootToken;
    const leader = (await servers.observe()).servers.find(({ health }) => health?.leader)?.name ?? "";
    await servers.ask(leader, {
      method: "PUT",
      path: "/v1/sys/mounts/secret",
      token,
      body: { type: "kv", options: { version: "2" } },
    });
    const clients = new Client(servers, token);
    const writing = clients.run();
    const replaced = await upgradeTo("2");
    clients.ending = true;
    await writing;
    assert.equal(replaced, 3);
    const standbys = [...servers.names].reverse().filter((name) => name !== leader);
    assert.deepEqual(servers.done, [
      ...standbys.map((name) => `replace ${name}`),
      `stepDown ${leader}`,
      `replace ${leader}`,
    ]);
    await clients.verify();
    assert.ok(clients.longestGapSeconds < 20, `${clients.longestGapSeconds} s without a write`);
    console.log(`      longest pause between two writes: ${clients.longestGapSeconds.toFixed(1)} s`);
  });

  it("exchange their static key by two upgrades, and open with the new one alone", async () => {
    servers.makeSealKey("key-2");
    const secret = { name: "vault-unseal-2", key: "key-2" };
    const previous = { secret: { name: "vault-unseal", key: "key" }, keyId: "1" };
    servers.unseal = { method: "static", secret, keyId: "2", previous };
    assert.equal(await upgradeTo("3"), 3);
    servers.unseal = { method: "static", secret, keyId: "2" };
    assert.equal(await upgradeTo("4"), 3);
    await servers.stopAll();
    servers.startAll();
    await until("all servers to be well", async () => nextStep(await servers.observe()).kind === "done");
  });

  it("go on from the one that is left when the majority is lost for good", async () => {
    const token = servers.rootToken;
    await servers.lose("vault-1");
    await servers.lose("vault-2");
    writeFileSync(servers.path("vault-0", "data", "raft", "peers.json"), servers.peersFile("vault-0"));
    await servers.replace("vault-0");
    await until("it to lead", async () => (await status("vault-0", "/v1/sys/health")) === 200);
    for (const name of ["vault-1", "vault-2"]) await servers.replace(name);
    await until("all servers to be well", async () => nextStep(await servers.observe()).kind === "done");
    for (const name of servers.names) {
      const { status: found } = await servers.ask(name, { method: "GET", path: "/v1/secret/data/n1", token });
      assert.equal(found, 200, name);
    }
  });
});

/** Writes numbers one after the other at whichever server takes them, and knows which ones were accepted. */
class Client {
  public ending = false;
  public longestGapSeconds = 0;
  private readonly written: number[] = [];

  public constructor(
    private readonly servers: VaultServers,
    private readonly token: string,
  ) {}

  public async run(): Promise<void> {
    let last = performance.now();
    for (let number = 0; !this.ending; number++) {
      if (await this.write(number)) {
        this.written.push(number);
        this.longestGapSeconds = Math.max(this.longestGapSeconds, (performance.now() - last) / 1000);
        last = performance.now();
      }
      await sleep(0.1);
    }
  }

  /** Everything that was accepted is there. */
  public async verify(): Promise<void> {
    assert.ok(this.written.length > 50, `${this.written.length} writes`);
    for (const number of this.written) {
      const path = `/v1/secret/data/n${number}`;
      const { status } = await this.servers.ask("vault-0", { method: "GET", path, token: this.token });
      assert.equal(status, 200, path);
    }
  }

  private async write(number: number): Promise<boolean> {
    const path = `/v1/secret/data/n${number}`;
    for (const name of this.servers.names) {
      const request = { method: "PUT", path, token: this.token, body: { data: { number } } } as const;
      const answer = await this.servers.ask(name, request).catch(() => undefined);
      if (answer?.status === 200) return true;
    }
    return false;
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 180; attempt++) {
    if (await condition()) return;
    await sleep(0.5);
  }
  throw new Error(`waited 90 s for ${what}`);
}

function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

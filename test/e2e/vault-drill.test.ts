import assert from "node:assert/strict";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import { verifyFile } from "../../apps/vault-backup/commands/verify";
import { drill, type DrillOptions } from "../../apps/vault-backup/drill/drill";
import { targetAt } from "../../apps/vault-backup/drill/target";
import { open } from "../../apps/vault-backup/https";
import { backUp, openStore } from "../../apps/vault-backup/stores";
import { nextStep } from "../../cli/vault/plan";
import { canaryPath } from "../../components/vault/backup-config";
import { drillHost, drillRules, expectations } from "../../components/vault/drill-config";
import { drillName } from "../../components/vault/drill-names";
import { policyText } from "../../components/vault/init-policy";
import { S3Server } from "../support/s3/server";
import { DrillServer } from "./support/drill-server";
import { figure } from "./support/sandbox";
import { VaultServers } from "./support/vault-servers";

type Body = Readonly<Record<string, unknown>>;

/** A drill with real servers, and a store in this process. It needs no cluster. */
describe("a drill of a backup of OpenBao", function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), "runner-platform-drill-"));
  const path = (...parts: readonly string[]): string => join(folder, ...parts);
  const log = (): void => undefined;
  let servers: VaultServers;
  let s3: S3Server;
  let server: DrillServer | undefined;
  let store: ReturnType<typeof openStore>;
  let drills = 0;

  before(async () => {
    for (const each of ["source", "tls", "spool"]) mkdirSync(path(each));
    s3 = await S3Server.start();
    servers = await VaultServers.create(path("source"));
    servers.startAll();
    await until("the servers to answer", async () => (await status("/v1/sys/init")) === 200);
    await servers.initialise();
    await until("all servers to be well", async () => nextStep(await servers.observe()).kind === "done");
    const { certificate, key } = await servers.authority.issue([
      { type: "dns", value: drillHost("vault") },
      { type: "ip", value: "127.0.0.1" },
    ]);
    const files = { "ca.crt": servers.authority.pem, "tls.crt": certificate, "tls.key": key };
    for (const [name, text] of Object.entries(files)) writeFileSync(path("tls", name), text);
    for (const name of ["id", "secret"]) writeFileSync(path(name), "any");
    store = openStore(
      {
        name: "first",
        endpoint: s3.endpoint,
        region: "any",
        bucket: "bucket",
        prefix: "vault",
        credentials: { kind: "keys", accessKeyIdFile: path("id"), secretAccessKeyFile: path("secret") },
        pathStyle: true,
        encryption: { kind: "none" },
        timeoutSeconds: 60,
      },
      log,
    );
    await configure();
    await backUpNow(new Date().toISOString());
  });

  after(async () => {
    await server?.stop();
    await servers.stopAll();
    await s3.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** It was initialised, so it leads. */
  const sourceAddress = (): string => `https://127.0.0.1:${String(servers.port("vault-0"))}`;

  async function status(where: string): Promise<number> {
    const answer = await servers.ask("vault-0", { method: "GET", path: where }).catch(() => undefined);
    return answer?.status ?? 0;
  }

  async function write(where: string, body: Body): Promise<void> {
    const token = servers.rootToken;
    const answer = await servers.ask("vault-0", { method: "PUT", path: `/v1/${where}`, token, body });
    assert.ok(answer.status < 300, `${where}: ${JSON.stringify(answer)}`);
  }

  /** What components/vault make at the source, as far as a drill looks for it. */
  async function configure(): Promise<void> {
    for (const mount of ["secret", "canary"])
      await write(`sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
    await write("sys/auth/kubernetes", { type: "kubernetes" });
    await write(`sys/auth/${drillName}`, { type: "cert" });
    for (const name of ["platform-admin", "vault-backup"])
      await write(`sys/policies/acl/${name}`, { policy: policyText({ "sys/mounts": ["read"] }) });
    await write(`sys/policies/acl/${drillName}`, { policy: policyText(drillRules) });
    await write(`auth/${drillName}/certs/${drillName}`, {
      certificate: servers.authority.pem,
      allowed_dns_sans: [drillHost("vault")],
      token_policies: [drillName],
      token_no_default_policy: true,
    });
  }

  async function backUpNow(writtenAt: string): Promise<void> {
    await write(canaryPath, { data: { writtenAt, nonce: "x" } });
    const file = path("spool", "source.snap");
    await pipeline(
      await open({
        url: new URL("/v1/sys/storage/raft/snapshot", sourceAddress()),
        method: "GET",
        headers: { "x-vault-token": servers.rootToken },
        ca: Buffer.from(servers.authority.pem),
        idleSeconds: 60,
        signal: AbortSignal.timeout(60_000),
      }),
      createWriteStream(file),
    );
    const health = await servers.ask("vault-0", { method: "GET", path: "/v1/sys/health?standbyok=true" });
    const { cluster_id: clusterId } = health.body as { readonly cluster_id: string };
    const taken = { clusterId, clusterName: "vault", vaultVersion: "2.7.2", takenAt: new Date(), clockSkewMs: 0 };
    const outcome = await backUp(
      store,
      { file, ...(await verifyFile(file)), ...taken },
      {
        retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
        now: () => new Date(),
        deadline: AbortSignal.timeout(60_000),
        log,
      },
    );
    assert.equal(outcome.status, "complete", outcome.error?.message);
  }

  async function drillNow(
    changes: Partial<DrillOptions> = {},
  ): Promise<{ readonly code: number; readonly report: Report }> {
    await server?.stop();
    const own = path(`drill-${String((drills += 1))}`);
    const folders = { own, tls: path("tls"), seal: servers.path("seal"), audit: servers.path("audit") };
    server = await DrillServer.start(folders, servers.unseal);
    const printed: string[] = [];
    const print = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text: string | Uint8Array) => printed.push(String(text)) > 0;
    try {
      const code = await drill({
        store,
        key: undefined,
        target: server.address,
        caFile: path("tls", "ca.crt"),
        unsealKeysFile: undefined,
        login: {
          kind: "cert",
          mount: drillName,
          role: drillName,
          certFile: path("tls", "tls.crt"),
          keyFile: path("tls", "tls.key"),
        },
        expected: expectations("secret"),
        canaryPath,
        clusterId: undefined,
        folder: path("spool"),
        signal: AbortSignal.timeout(120_000),
        log,
        ...changes,
      });
      const report = printed.find((text) => text.startsWith('{"outcome"')) ?? "{}";
      return { code, report: JSON.parse(report) as Report };
    } finally {
      process.stdout.write = print;
    }
  }

  it("opens what it has restored by the seal of the source, and finds in it what was there", async () => {
    const { code, report } = await drillNow();
    assert.deepEqual(report.content.problems, []);
    assert.deepEqual([code, report.outcome, report.content.checked], [0, "restored", true]);
    assert.ok(report.content.mounts.includes("secret/"));
    figure(`a backup restored and opened in ${report.recoverySeconds.toFixed(1)} s`);
  });

  it("says what is missing, and fails", async () => {
    const { code, report } = await drillNow({ expected: { mounts: ["gone/"], policies: [drillName] } });
    assert.deepEqual([code, report.outcome], [33, "incomplete"]);
    assert.deepEqual(report.content.problems, ["mounts: gone/ is missing"]);
  });

  it("notices that the backup holds older data than it says", async () => {
    await backUpNow("2026-01-01T00:00:00.000Z");
    const { code, report } = await drillNow();
    assert.equal(code, 33);
    assert.match(report.content.problems.join(), /the canary was written at 2026-01-01/);
  });

  it("is of no use at the source, which asks for no certificate", async () => {
    const source = targetAt(sourceAddress(), path("tls", "ca.crt"), AbortSignal.timeout(10_000));
    const client = { cert: readFileSync(path("tls", "tls.crt")), key: readFileSync(path("tls", "tls.key")) };
    const answer = await source.ask("POST", `auth/${drillName}/login`, { body: { name: drillName }, client });
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.match(JSON.stringify(answer.body), /client certificate/);
  });

  it("is refused to a certificate of another name", async () => {
    const { certificate, key } = await servers.authority.issue([{ type: "dns", value: "other.vault.svc" }]);
    writeFileSync(path("other.crt"), certificate);
    writeFileSync(path("other.key"), key);
    const login = {
      kind: "cert",
      mount: drillName,
      role: drillName,
      certFile: path("other.crt"),
      keyFile: path("other.key"),
    } as const;
    await assert.rejects(drillNow({ login }), /auth\/vault-drill\/login: answered 400 for the role vault-drill/);
  });
});

interface Report {
  readonly outcome: string;
  readonly recoverySeconds: number;
  readonly content: {
    readonly checked: boolean;
    readonly problems: readonly string[];
    readonly mounts: readonly string[];
  };
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 180; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`waited 90 s for ${what}`);
}

import { strict as assert } from "node:assert";

import { waitUntil } from "../../sandbox/cluster/start";
import type { Change } from "../../sandbox/platform/engine-report";
import { core, figure, local, localOk } from "./support/sandbox";
import { stackFile } from "./support/stack-file";
import { accountToken, ask, health, leader, logIn, vault } from "./support/vault";
import { whereSecretsShow } from "./support/visible-texts";

/** Pulumi's own login. */
async function provisionerToken(): Promise<string> {
  const jwt = await accountToken(vault.namespace, `${vault.name}-provisioner`);
  const { token, refusal } = await logIn("kubernetes", "platform-admin", jwt);
  assert.ok(token !== undefined, refusal);
  return token;
}

async function secretOf(name: string): Promise<Record<string, Buffer>> {
  const { data = {} } = await core().readNamespacedSecret({ name, namespace: vault.namespace });
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}

async function states(): Promise<(number | undefined)[]> {
  return (await Promise.all(vault.pods.map(health))).sort();
}

/** One server leads, the others follow, and one may fail. */
async function isHealthy(): Promise<boolean> {
  if (String(await states()) !== "200,429,429") return false;
  const { body } = await ask("sys/storage/raft/autopilot/state", { token: await provisionerToken() });
  const { data } = body as { readonly data: { readonly healthy: boolean; readonly failure_tolerance: number } };
  return data.healthy && data.failure_tolerance === 1;
}

async function kill(pod: string): Promise<void> {
  await core().deleteNamespacedPod({ name: pod, namespace: vault.namespace, gracePeriodSeconds: 0 });
}

describe("Vault", () => {
  it("is a cluster of three servers that are open, of which one may fail", async () => {
    assert.deepEqual(await states(), [200, 429, 429]);
    assert.ok(await isHealthy());
  });

  it("has no root token any more, and its recovery key where the settings say", async () => {
    assert.deepEqual(await secretOf("vault-bootstrap"), {});
    const { phase, kind } = await secretOf("vault-recovery");
    assert.deepEqual([phase?.toString(), kind?.toString()], ["initialised", "recovery"]);
  });

  it("writes down who did what, in two places", async () => {
    const { errors } = (await ask("sys/audit", { token: await provisionerToken() })).body as {
      readonly errors?: unknown;
    };
    assert.equal(errors, undefined);
    const pod = (await leader()) ?? "";
    const log = await core().readNamespacedPodLog({ name: pod, namespace: vault.namespace, container: "vault" });
    const lines = log.split("\n").filter((line) => line.includes('"type":"response"') && line.includes("sys/audit"));
    assert.ok(lines.length > 0, "the request stands in the leader's log");
    assert.match(lines[0] ?? "", /"client_token":"hmac-sha256:/);
  });

  it("opens itself and has three servers again when the leader is killed, without hands", async function () {
    this.timeout(300_000);
    const before = (await leader()) ?? "";
    const began = Date.now();
    await kill(before);
    await waitUntil(120, "another leader", async () => {
      const now = await leader();
      return now !== undefined && now !== before;
    });
    const led = (Date.now() - began) / 1000;
    await waitUntil(240, "three healthy servers", isHealthy);
    figure(
      `the leader killed: another led after ${led.toFixed(0)} s, three again after ${((Date.now() - began) / 1000).toFixed(0)} s`,
    );
  });

  it("keeps what it has when the leader is killed in the middle of an `up`, and the next one goes on", async function () {
    this.timeout(900_000);
    const names = Array.from({ length: 12 }, (_, index) => `trial-${String(index)}`);
    const policies = Object.fromEntries(names.map((name) => [name, { read: [name] }]));
    const changed = stackFile({ vault: { logins: { policies } } });
    const made = async (): Promise<number> => {
      const { body } = await ask("sys/policies/acl?list=true", { token: await provisionerToken() });
      const { keys = [] } = (body as { data?: { keys?: string[] } }).data ?? {};
      return keys.filter((key) => key.startsWith("trial-")).length;
    };
    const running = local("--config", changed, "up");
    await waitUntil(120, "the first policy", async () => (await made()) > 0);
    await kill((await leader()) ?? "");
    const first = await running;
    if (first.code !== 0)
      figure(`the up in the middle of which the leader was killed ended with ${String(first.code)}`);
    await localOk("--config", changed, "up");
    assert.equal(await made(), names.length);
    await waitUntil(240, "three healthy servers", isHealthy);
    await localOk();
    assert.equal(await made(), 0);
    const { output } = await localOk("preview", "--json");
    assert.deepEqual((JSON.parse(output) as { changes: Change[] }).changes, []);
  });

  it("shows its keys to nobody: in no state, log, event, ConfigMap or pod", async () => {
    const { "share-1": share } = await secretOf("vault-recovery");
    const { key } = await secretOf("vault-unseal");
    assert.ok(share && key);
    const token = await provisionerToken();
    const secrets = [share.toString(), key.toString("base64"), key.toString("hex"), token];
    assert.deepEqual(await whereSecretsShow(secrets), []);
    assert.notDeepEqual(await whereSecretsShow(["vault-unseal"]), [], "it would be found if it were there");
  });
});

import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { join } from "node:path";

import { AppsV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";

import { waitUntil } from "../../sandbox/cluster/start";
import { checkout } from "../../sandbox/platform/stack-config";
import { core, figure, kubeconfig, localOk, state } from "./support/sandbox";
import { stackFile } from "./support/stack-file";
import { health, leader, vault } from "./support/vault";

const { namespace, name, pods } = vault;

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs `npm run vault -- upgrade` as a user would, through the bootstrap. */
function upgrade(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const script = join(checkout, "scripts", "bootstrap.mjs");
    const flags = ["vault", "upgrade", "--stack", "local", "--kubeconfig", state().kubeconfig, ...args];
    const child = spawn(process.execPath, [script, ...flags], { cwd: checkout, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
  });
}

/** What `kubectl rollout restart` does: another revision of the same pods. */
async function restartLater(): Promise<void> {
  const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
  await kubeconfig()
    .makeApiClient(AppsV1Api)
    .patchNamespacedStatefulSet(
      { namespace, name, body: { spec: { template: { metadata: { annotations } } } } },
      setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
    );
}

async function podIds(): Promise<(string | undefined)[]> {
  const found = await Promise.all(pods.map((pod) => core().readNamespacedPod({ name: pod, namespace })));
  return found.map(({ metadata }) => metadata?.uid);
}

describe("the upgrade of Vault's servers", () => {
  const onDelete = stackFile({ vault: { updates: "onDelete" } });

  it("leaves servers alone that change by themselves", async () => {
    const { code, output } = await upgrade();
    assert.equal(code, 1, output);
    assert.match(output, /change by themselves \(vault\.updates: rolling\)/);
  });

  it("says so when there is nothing to do, and does nothing", async () => {
    const before = await podIds();
    await localOk("--config", onDelete, "up");
    const { code, output } = await upgrade("--config-file", onDelete);
    assert.equal(code, 0, output);
    assert.match(output, /All servers are current\.[^]*Nothing was to be done\./);
    assert.deepEqual(await podIds(), before);
  });

  it("replaces all servers one by one, the leader last, and ends when all are well", async function () {
    this.timeout(300_000);
    const before = await podIds();
    const led = (await leader()) ?? "";
    await restartLater();
    const began = Date.now();
    const { code, output } = await upgrade("--config-file", onDelete, "--timeout", "4m");
    figure(`three servers replaced one by one in ${((Date.now() - began) / 1000).toFixed(0)} s`);
    assert.equal(code, 0, output);
    const standbys = [...pods].reverse().filter((pod) => pod !== led);
    const steps = output.split("\n").filter((line) => /^replacing |hands over$/.test(line) && !/^ /.test(line));
    assert.deepEqual(
      steps,
      [
        ...standbys.map((pod) => `replacing ${pod}`),
        `${led} is the leader and the last one: it hands over`,
        `replacing ${led}`,
      ],
      output,
    );
    assert.match(output, /3 servers were replaced; all are well\./);
    const after = await podIds();
    assert.ok(after.every((id, index) => id !== undefined && id !== before[index]));
    assert.deepEqual((await Promise.all(pods.map(health))).sort(), [200, 429, 429]);
  });

  it("is no longer needed where servers change by themselves again", async () => {
    const before = await podIds();
    await localOk();
    await waitUntil(60, "three servers", async () => {
      return String((await Promise.all(pods.map(health))).sort()) === "200,429,429";
    });
    assert.deepEqual(await podIds(), before, "the setting alone replaces nothing");
  });
});

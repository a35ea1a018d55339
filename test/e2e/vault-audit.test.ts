import { strict as assert } from "node:assert";

import { waitUntil } from "../../sandbox/cluster/start";
import { core, figure } from "./support/sandbox";
import { ask, health, leader, vault } from "./support/vault";

const { namespace } = vault;

/** Of the side-car that rotates the log of one server. */
function rotatorLog(pod: string): Promise<string> {
  return core().readNamespacedPodLog({ name: pod, namespace, container: "audit-rotate" });
}

const moved = (log: string): string[] => log.split("\n").filter((line) => line.includes("was moved away, and"));

describe("the audit log of Vault's servers", () => {
  it("is begun anew when it has become large, by a side-car that may signal the server", async () => {
    const pod = (await leader()) ?? "";
    const { status } = await core().readNamespacedPod({ name: pod, namespace });
    const before = moved(await rotatorLog(pod)).length;
    // Names of fields are logged as they are: refused logins of half a megabyte each, in 8 MiB that settings allow.
    const body = Object.fromEntries(
      Array.from({ length: 900 }, (_, index) => [`${String(index)}-`.padEnd(200, "x"), 1]),
    );
    const began = Date.now();
    for (let number = 0; number < 20; number++) {
      const answer = await ask("auth/kubernetes/login", { method: "POST", body, host: status?.podIP ?? "" });
      assert.equal(answer.status, 400);
    }
    await waitUntil(90, "the log to be rotated", async () => moved(await rotatorLog(pod)).length > before);
    figure(`an audit log of 8 MiB rotated after ${((Date.now() - began) / 1000).toFixed(0)} s`);
    const line = JSON.parse(moved(await rotatorLog(pod)).at(-1) ?? "{}") as Readonly<Record<string, unknown>>;
    assert.equal(line["reopened"], true, "the server writes to a new file");
    assert.match(String(line["file"]), /^\/vault\/audit\/audit-\d{8}T\d{6}Z\.log$/);
    assert.equal(await health(pod), 200, "and leads as before");
  });
});

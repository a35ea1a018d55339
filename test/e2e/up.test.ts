import { strict as assert } from "node:assert";
import { waitUntil } from "../../sandbox/cluster/start";
import { defaultScaleSets } from "../../stacks/default-scale-sets";
import { simulatedNodes } from "../../stacks/local";
import { openPortsBefore } from "./support/root-hooks";
import { core, figure, github, local, localOk, localWithin } from "./support/sandbox";
import { openPorts } from "./support/traces";

/** Building all tools on a new machine takes about 25 minutes on two cores. */
const coldStartSeconds = 50 * 60;

const seven = Object.keys(defaultScaleSets);

interface Component {
  readonly name: string;
  readonly pid?: number;
}

async function components(): Promise<Component[]> {
  return (JSON.parse((await localOk("status", "--json")).output) as { components: Component[] }).components;
}

describe("npm run local", () => {
  it("ends with all seven scale sets connected on a machine where nothing ran before", async function () {
    this.timeout(coldStartSeconds * 1000 + 60_000);
    const { code, output, seconds } = await localWithin(coldStartSeconds);
    assert.equal(code, 0, output);
    figure(`first start: ${seconds.toFixed(0)} s`);
    for (const name of seven)
      assert.match(output, new RegExp(`scale set {4}${name}: registered \\(id \\d+\\), listener connected`));
    assert.match(output, /resources {4}\d+ created, 0 unchanged/);
  });

  it("changes nothing and restarts nothing when it is run again", async () => {
    const before = await components();
    const { output, seconds } = await localOk();
    figure(`second start: ${seconds.toFixed(0)} s`);
    assert.match(output, /Platform: nothing to change \(\d+ resources\)/);
    assert.match(output, /resources {4}\d+ unchanged/);
    assert.deepEqual(await components(), before);
  });

  it("makes the simulated nodes ready with the capacity of their settings", async () => {
    const { items } = await core().listNode();
    for (const wanted of simulatedNodes) {
      const node = items.find(({ metadata }) => metadata?.name === wanted.name);
      const ready = node?.status?.conditions?.find(({ type }) => type === "Ready");
      assert.equal(ready?.status, "True", `${wanted.name} is ready`);
      for (const [resource, quantity] of Object.entries(wanted.capacity)) {
        assert.equal(node?.status?.capacity?.[resource], quantity, `${wanted.name} has ${resource}`);
      }
    }
  });

  it("keeps one idle runner ready in each set, registered by its own just-in-time configuration", async () => {
    await waitUntil(180, "an idle runner in each set", async () => {
      const sets = await github().scaleSets();
      return seven.every((name) =>
        sets.find((set) => set.name === name)?.runners.some((runner) => runner.connected && runner.job === undefined),
      );
    });
  });

  it("opens no port of the host on another address than loopback", () => {
    assert.deepEqual(
      openPorts().filter((port) => !openPortsBefore.includes(port)),
      [],
    );
  });

  it("reports every component as alive, and doctor finds nothing in the way", async () => {
    const all = await components();
    assert.deepEqual(
      all.filter(({ pid }) => pid === undefined),
      [],
    );
    assert.equal(all.length, 13);
    const findings = JSON.parse((await localOk("doctor", "--json")).output) as { action: string; blocking: boolean }[];
    assert.ok(findings.every(({ blocking, action }) => !blocking && !action.startsWith("build")));
  });

  it("names the registered scale sets when asked for another", async () => {
    const { code, output } = await local("jobs", "runner-bose");
    assert.equal(code, 1);
    assert.match(output, /there is no scale set "runner-bose" \(registered: .*runner-base/);
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace for a user's mistake");
  });
});

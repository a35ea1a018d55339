import { rmSync } from "node:fs";
import { collectTraces, openPorts, type Traces } from "./traces";
import { local, state } from "./sandbox";

/** What was on the machine before the sandbox came; the last test compares. */
export let before: Traces;
export let openPortsBefore: readonly string[];

export const mochaHooks = {
  beforeAll(): void {
    before = collectTraces();
    openPortsBefore = openPorts();
  },
  async afterAll(this: Mocha.Context): Promise<void> {
    // Also after a failure in the middle nothing may stay; when the last test has done its work this does nothing.
    this.timeout(300_000);
    await local("destroy");
    rmSync(state().root, { recursive: true, force: true });
  },
};

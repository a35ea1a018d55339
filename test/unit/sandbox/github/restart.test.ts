import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { ArcClient, RunnerClient } from "./arc-client";
import { startFixture } from "./fixtures";

describe("a restart of the stand-in", () => {
  it("keeps scale sets, sessions, runners, jobs and tokens", async () => {
    let github = await startFixture();
    try {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 3 });
      await github.admin.queueJobs({ scaleSet: "nobody" });
      const message = await arc.nextMessage(session, 0, 2);
      const process = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
      const job = (await process.job()) ?? 0;
      await process.started(job);
      const [ledger, sets] = [await github.admin.ledger(), await github.admin.scaleSets()];

      github = await github.restart();

      assert.deepEqual(await github.admin.ledger(), ledger);
      const timeless = (value: unknown) =>
        JSON.stringify(value, (key, part: unknown) => (key === "lastSeen" ? 0 : part));
      assert.equal(timeless(await github.admin.scaleSets()), timeless(sets));
      assert.deepEqual((await arc.nextMessage(session, 0, 2))?.items, message?.items, "not deleted, so sent again");
      assert.equal((await process.finished(job)).status, 204);
      assert.equal((await github.admin.jobs()).filter((each) => each.state === "completed").length, 1);
    } finally {
      await github.close();
    }
  });

  it("survives a line that a crash cut off", async () => {
    let github = await startFixture();
    try {
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 2 });
      const { folder } = github;
      const before = await github.admin.jobs();
      // The journal is written at close, so the torn line has to come after it.
      const close = github.server.close.bind(github.server);
      github.server.close = async () => {
        await close();
        appendFileSync(join(folder, "state", "journal.ndjson"), '{"table":"jobs","id":1,"val');
      };
      github = await github.restart();
      assert.deepEqual(await github.admin.jobs(), before);
    } finally {
      await github.close();
    }
  });

  it("does not blame runners or listeners for the silence while it was away", async () => {
    let github = await startFixture({ timing: { runnerSeconds: 0.4, sessionSeconds: 0.4 } });
    try {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      await github.admin.queueJobs({ scaleSet: "runner-base" });
      await arc.nextMessage(session);
      const process = await RunnerClient.connect((await arc.generateJit(set.id, "r1")).encodedJITConfig);
      const job = (await process.job()) ?? 0;
      await process.started(job);
      await github.server.close();
      await new Promise((resolve) => setTimeout(resolve, 800));
      github = await github.restart();
      assert.equal((await process.finished(job)).status, 204);
      assert.equal((await github.admin.jobs())[0]?.result, "succeeded");
    } finally {
      await github.close();
    }
  });
});

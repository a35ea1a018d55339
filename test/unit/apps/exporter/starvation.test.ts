import { strict as assert } from "node:assert";

import { temporaryFolder } from "../../../support/temporary";
import { Simulation, webhookSecret } from "./simulation";

describe("the exporter beside runners that do not come", () => {
  const folder = temporaryFolder();
  let simulation: Simulation;
  afterEach(() => simulation.end());

  for (const pushed of [true, false]) {
    it(`says how long jobs wait although none starts, ${pushed ? "with webhooks" : "without webhooks"}`, async () => {
      simulation = await Simulation.begin(folder(), { pushed });
      const { model, webhooks } = simulation.github;
      if (pushed) webhooks.add({ organization: "acme", url: simulation.webhookUrl, secret: webhookSecret });
      model.addRepository("acme/api");
      await simulation.pass(120);
      assert.deepEqual(await simulation.ready(), { status: 200, ready: true, reasons: [] });
      const starved = model.startRun({ repository: "acme/api", jobs: [{ labels: ["self-hosted", "runner-gpu"] }] });
      const served = model.startRun({ repository: "acme/api", jobs: [{ labels: ["self-hosted", "runner-cpu"] }] });
      const runner = { id: 1, name: "one", groupId: 1, groupName: "Default" };
      await simulation.pass(20);
      model.startJob(served.attempts[0]?.jobs[0]?.id ?? 0, runner);
      await simulation.pass(580);
      const waiting = await simulation.scrape();
      const value = (name: string, label: string) =>
        waiting.get(`github_actions_${name}{runner_label="${label}"}`) ?? -1;
      assert.equal(value("jobs_queued", "runner-gpu"), 1);
      assert.equal(value("jobs_queued", "runner-cpu"), 0);
      assert.ok(value("job_oldest_queued_seconds", "runner-gpu") > 590);
      assert.ok(value("workflow_queue_time_seconds_avg", "runner-gpu") > 590, "far above the 60 s of the alert");
      assert.equal(value("workflow_queue_time_seconds_avg", "runner-cpu"), 20);
      assert.equal(value("workflow_queue_time_seconds_count", "runner-gpu"), -1, "none got a runner");

      model.cancelRun(starved);
      await simulation.pass(300);
      const after = await simulation.scrape();
      assert.equal(after.get('github_actions_jobs_queued{runner_label="runner-gpu"}'), 0);
      assert.equal(after.get('github_actions_workflow_queue_time_seconds_avg{runner_label="runner-gpu"}'), undefined);
    });
  }
});

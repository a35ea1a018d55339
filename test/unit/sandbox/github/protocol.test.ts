import assert from "node:assert/strict";
import { ArcClient, RunnerClient, type Item } from "./arc-client";
import { startFixture, type Fixture } from "./fixtures";

const kinds = (items: readonly Item[] = []) => items.map((item) => item.messageType);
const typeName = (body: unknown) => (body as { typeName?: string }).typeName;

describe("the Actions service on the wire", () => {
  let github: Fixture;

  beforeEach(async () => {
    github = await startFixture({ runnerGroups: ["gpu"] });
  });
  afterEach(() => github.close());

  describe("towards a controller", () => {
    it("creates a scale set once and finds it by name and group", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      assert.deepEqual(await arc.findScaleSets("runner-base"), []);
      const set = await arc.createScaleSet("runner-base");
      assert.equal(set.name, "runner-base");
      assert.equal(set.runnerGroupName, "Default");
      assert.deepEqual(await arc.findScaleSets("runner-base"), [set]);
      assert.deepEqual(await arc.findScaleSets("runner-base", 2), []);
      const second = await arc.call("POST", "_apis/runtime/runnerscalesets", { name: "Runner-Base", runnerGroupId: 1 });
      assert.equal(second.status, 409);
    });

    it("knows the runner groups it was given, and no others", async () => {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const group = { id: 2, name: "gpu", size: 0, isDefaultGroup: false };
      const found = await arc.call("GET", "_apis/runtime/runnergroups/?groupName=gpu");
      assert.deepEqual(found, { status: 200, body: { count: 1, value: [group] } });
      const missing = await arc.call("GET", "_apis/runtime/runnergroups/?groupName=nobody");
      assert.deepEqual(missing, { status: 200, body: { count: 0, value: [] } });
    });

    it("moves a scale set to another group and echoes the group's name", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const { id } = await arc.createScaleSet("runner-base");
      const moved = await arc.call("PATCH", `_apis/runtime/runnerscalesets/${id}`, { runnerGroupId: 2 });
      assert.equal((moved.body as { runnerGroupName: string }).runnerGroupName, "gpu");
      assert.equal((await arc.findScaleSets("runner-base", 2)).length, 1);
    });

    it("keeps scale sets of different repositories apart", async () => {
      const api = await ArcClient.login(github.url, "0.14.2", "acme/api");
      const web = await ArcClient.login(github.url, "0.14.2", "acme/web");
      await api.createScaleSet("runner-base");
      assert.deepEqual(await web.findScaleSets("runner-base"), []);
    });

    it("removes a scale set, after which it is unknown", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const { id } = await arc.createScaleSet("runner-base");
      assert.equal((await arc.call("DELETE", `_apis/runtime/runnerscalesets/${id}`)).status, 204);
      assert.equal((await arc.call("GET", `_apis/runtime/runnerscalesets/${id}`)).status, 404);
    });

    it("refuses a second runner of a name until the first is removed", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const { id } = await arc.createScaleSet("runner-base");
      const { runner } = await arc.generateJit(id, "r1");
      const again = await arc.call("POST", `_apis/runtime/runnerscalesets/${id}/generatejitconfig`, {
        name: "r1",
        workFolder: "",
      });
      assert.equal(again.status, 409);
      assert.equal(typeName(again.body), "AgentExistsException");
      const byName = await arc.call("GET", "_apis/distributedtask/pools/0/agents?agentName=r1");
      assert.equal((byName.body as { value: { id: number }[] }).value[0]?.id, runner.id);
      assert.equal((await arc.agent(runner.id, "DELETE")).status, 204);
      await arc.generateJit(id, "r1");
    });

    it("answers 404 AgentNotFoundException for a runner it does not know, and 204 when that one is to be removed", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const unknown = await arc.agent(77);
      assert.equal(unknown.status, 404);
      assert.equal(typeName(unknown.body), "AgentNotFoundException");
      assert.equal((await arc.agent(0, "DELETE")).status, 204);
    });
  });

  describe("towards a listener of 0.6.1", () => {
    it("offers jobs, assigns those that are acquired, and reports start and end", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      assert.equal(session.statistics.totalAvailableJobs, 0);
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 2 });

      const offer = await arc.nextMessage(session);
      assert.deepEqual(kinds(offer?.items), ["JobAvailable", "JobAvailable"]);
      assert.equal(offer?.statistics.totalAvailableJobs, 2);
      assert.equal(offer.statistics.totalAssignedJobs, 0);
      const ids = offer.items.map((item) => item.runnerRequestId);
      assert.deepEqual(await arc.acquire(session, ids), ids);
      assert.deepEqual(await arc.acquire(session, ids), [], "acquired once is acquired");
      await arc.deleteMessage(session, offer.id);

      const assigned = await arc.nextMessage(session, offer.id);
      assert.deepEqual(kinds(assigned?.items), ["JobAssigned", "JobAssigned"]);
      assert.equal(assigned?.statistics.totalAssignedJobs, 2);
      await arc.deleteMessage(session, assigned.id);

      const { runner, encodedJITConfig } = await arc.generateJit(set.id, "r1");
      const process = await RunnerClient.connect(encodedJITConfig);
      const job = (await process.job()) ?? 0;
      assert.equal(await process.job(), job, "asked again it gives the same job");
      assert.equal((await process.started(job)).status, 204);
      const started = await arc.nextMessage(session, assigned.id);
      assert.deepEqual(kinds(started?.items), ["JobStarted"]);
      assert.equal(started?.items[0]?.runnerName, "r1");
      assert.equal(started.statistics.totalRunningJobs, 1);
      await arc.deleteMessage(session, started.id);

      const busy = await arc.agent(runner.id, "DELETE");
      assert.equal(busy.status, 400);
      assert.equal(typeName(busy.body), "JobStillRunningException");

      assert.equal((await process.finished(job)).status, 204);
      assert.equal((await arc.agent(runner.id)).status, 404, "the runner must be gone before its pod is");
      const completed = await arc.nextMessage(session, started.id);
      assert.deepEqual(kinds(completed?.items), ["JobCompleted"]);
      assert.equal(completed?.items[0]?.result, "succeeded");
      assert.equal(completed.statistics.totalAssignedJobs, 1);
      await arc.deleteMessage(session, completed.id);
    });

    it("lets a listener that starts while jobs wait acquire them, and does not offer them again", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const set = await arc.createScaleSet("runner-base");
      const none = await arc.call("GET", `_apis/runtime/runnerscalesets/${set.id}/acquirablejobs`);
      assert.deepEqual(none, { status: 204, body: undefined });
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 3 });
      const session = await arc.openSession(set.id);
      assert.equal(session.statistics.totalAvailableJobs, 3);
      const waiting = await arc.call("GET", `_apis/runtime/runnerscalesets/${set.id}/acquirablejobs`);
      const { count, value } = waiting.body as { count: number; value: Item[] };
      assert.equal(count, 3);
      assert.deepEqual(kinds(value), ["JobAvailable", "JobAvailable", "JobAvailable"]);
      assert.equal(await arc.nextMessage(session), undefined);
      assert.equal(
        (
          await arc.acquire(
            session,
            value.map((item) => item.runnerRequestId),
          )
        ).length,
        3,
      );
      assert.equal((await arc.nextMessage(session))?.statistics.totalAssignedJobs, 3);
    });

    it("offers jobs that a vanished listener never acquired to the next one", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const set = await arc.createScaleSet("runner-base");
      const first = await arc.openSession(set.id);
      await github.admin.queueJobs({ scaleSet: "runner-base" });
      assert.deepEqual(kinds((await arc.nextMessage(first))?.items), ["JobAvailable"]);
      await arc.closeSession(first);
      const second = await arc.openSession(set.id);
      assert.deepEqual(kinds((await arc.nextMessage(second))?.items), ["JobAvailable"]);
    });
  });

  describe("towards a listener of 0.14.2", () => {
    it("assigns jobs by itself, up to the capacity that the listener names", async () => {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 5 });
      const first = await arc.nextMessage(session, 0, 2);
      assert.deepEqual(kinds(first?.items), ["JobAssigned", "JobAssigned"]);
      assert.equal(first?.statistics.totalAssignedJobs, 2);
      assert.equal(first.statistics.totalAvailableJobs, 3);
      await arc.deleteMessage(session, first.id);
      assert.equal(await arc.nextMessage(session, first.id, 2), undefined);
      const more = await arc.nextMessage(session, first.id, 4);
      assert.equal(more?.statistics.totalAssignedJobs, 4);
      assert.equal(typeof more.items[0]?.jobId, "string");
    });

    it("assigns nothing at capacity 0", async () => {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      const session = await arc.openSession(set.id);
      await github.admin.queueJobs({ scaleSet: "runner-base" });
      assert.equal(await arc.nextMessage(session, 0, 0), undefined);
    });
  });

  describe("as a message queue", () => {
    it("answers 202 when nothing comes, and at once when something does", async () => {
      const slow = await startFixture({ timing: { listenerPollSeconds: 20 } });
      try {
        const arc = await ArcClient.login(slow.url, "0.6.1");
        const session = await arc.openSession((await arc.createScaleSet("runner-base")).id);
        const began = Date.now();
        const poll = arc.nextMessage(session);
        setTimeout(() => void slow.admin.queueJobs({ scaleSet: "runner-base" }), 100);
        assert.deepEqual(kinds((await poll)?.items), ["JobAvailable"]);
        assert.ok(Date.now() - began < 2000, "the poll must end with the change");
      } finally {
        await slow.close();
      }
      const arc = await ArcClient.login(github.url, "0.6.1");
      const session = await arc.openSession((await arc.createScaleSet("runner-base")).id);
      assert.equal((await arc.poll(session)).status, 202);
    });

    it("sends a message again until it is deleted, and at most 50 items in one", async () => {
      const arc = await ArcClient.login(github.url, "0.6.1");
      const session = await arc.openSession((await arc.createScaleSet("runner-base")).id);
      await github.admin.queueJobs({ scaleSet: "runner-base", count: 60 });
      const first = await arc.nextMessage(session);
      assert.equal(first?.items.length, 50);
      assert.deepEqual(await arc.nextMessage(session), first);
      await arc.deleteMessage(session, first.id);
      assert.equal((await arc.nextMessage(session, first.id))?.items.length, 10);
    });
  });

  describe("towards users", () => {
    it("lets jobs for a scale set that does not exist wait for it", async () => {
      await github.admin.queueJobs({ scaleSet: "later", count: 2 });
      assert.deepEqual(
        (await github.admin.jobs()).map((job) => job.state),
        ["queued", "queued"],
      );
      const arc = await ArcClient.login(github.url, "0.14.2");
      await arc.createScaleSet("later");
      assert.equal((await github.admin.statistics()).totalAvailableJobs, 2);
    });

    it("shows scale sets with their listener and runners", async () => {
      const arc = await ArcClient.login(github.url, "0.14.2");
      const set = await arc.createScaleSet("runner-base");
      assert.equal((await github.admin.scaleSets())[0]?.listener, undefined);
      const session = await arc.openSession(set.id, "listener-pod");
      await arc.nextMessage(session, 0, 7);
      await arc.generateJit(set.id, "r1");
      const [shown] = await github.admin.scaleSets();
      assert.equal(shown?.listener?.owner, "listener-pod");
      assert.equal(shown.listener.mode, "direct");
      assert.equal(shown.listener.capacity, 7);
      assert.deepEqual(
        shown.runners.map(({ name, connected }) => ({ name, connected })),
        [{ name: "r1", connected: false }],
      );
    });

    it("cancels a job that still waits", async () => {
      const { jobs } = await github.admin.queueJobs({ scaleSet: "later" });
      assert.equal((await github.admin.cancelJob(jobs[0]?.id ?? 0)).result, "canceled");
    });
  });
});

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { z } from "zod";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { serveActions, type ActionsServer } from "../../../../../sandbox/github/actions/serve";
import type { WebhookSpec } from "../../../../../sandbox/github/actions/webhooks";
import { get, jobsOf, runner, startReceiver, type Received } from "./fixtures";

const secret = "the-webhook-secret";
const body = z.object({
  action: z.string(),
  workflow_run: z.object({ status: z.string(), conclusion: z.string().nullable() }).optional(),
  workflow_job: z.object({ id: z.number(), status: z.string(), runner_name: z.string().nullable() }).optional(),
});
const deliveries = z.array(
  z.object({ id: z.number(), guid: z.string(), status_code: z.number(), redelivery: z.boolean(), action: z.string() }),
);

describe("the stand-in's webhooks", () => {
  let github: ActionsServer;
  let clock: ManualClock;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  beforeEach(async () => {
    clock = new ManualClock();
    [github, receiver] = await Promise.all([serveActions({ clock, firstId: 1 }), startReceiver()]);
  });
  afterEach(() => Promise.all([github.close(), receiver.close()]));

  const hook = (spec: Partial<WebhookSpec> = {}) =>
    github.webhooks.add({ organization: "acme", url: receiver.url, secret, ...spec });
  const play = (repository = "acme/api") => {
    const run = github.model.startRun({ repository, jobs: [{ labels: ["runner-cpu"] }] });
    for (const { id } of jobsOf(run)) {
      github.model.startJob(id, runner);
      github.model.endJob(id, "failure");
    }
    return run;
  };
  const name = ({ headers, text }: Received) => {
    const { action, workflow_run, workflow_job } = body.parse(JSON.parse(text));
    return [headers["x-github-event"], action, (workflow_run ?? workflow_job)?.status].join(" ");
  };
  const log = async (query = "") =>
    deliveries.parse((await get(github, `/orgs/acme/hooks/1/deliveries?per_page=100${query}`)).body);

  it("tell each step as it was then, signed, each under an id of its own", async () => {
    hook();
    play();
    play("globex/api");
    await github.webhooks.settled();
    assert.deepEqual(receiver.received.map(name).sort(), [
      "workflow_job completed completed",
      "workflow_job in_progress in_progress",
      "workflow_job queued queued",
      "workflow_run completed completed",
      "workflow_run in_progress in_progress",
      "workflow_run requested queued",
    ]);
    for (const { headers, text } of receiver.received) {
      const signature = `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`;
      assert.equal(headers["x-hub-signature-256"], signature);
      assert.match(String(headers["x-github-delivery"]), /^[0-9a-f-]{36}$/);
    }
    assert.equal(new Set(receiver.received.map(({ headers }) => headers["x-github-delivery"])).size, 6);
  });

  it("tell nothing of the request of a re-run, nor of the end of a run that could not begin", async () => {
    const run = play();
    hook();
    github.model.rerun(run);
    github.model.endRun(github.model.startRun({ repository: "acme/api", jobs: [] }), "startup_failure");
    await github.webhooks.settled();
    assert.deepEqual(receiver.received.map(name).sort(), [
      "workflow_job queued queued",
      "workflow_run requested queued",
    ]);
  });

  it("come only for the events that were asked for", async () => {
    hook({ events: ["workflow_job"] });
    play();
    await github.webhooks.settled();
    assert.deepEqual(
      new Set(receiver.received.map(({ headers }) => headers["x-github-event"])),
      new Set(["workflow_job"]),
    );
  });

  it("get lost and doubled at the rates asked for, which the log shows", async () => {
    hook({ lossRate: 0.3, duplicateRate: 0.3, seed: 5 });
    for (let index = 0; index < 40; index += 1) play();
    await github.webhooks.settled();
    const ids = receiver.received.map(({ headers }) => String(headers["x-github-delivery"]));
    const once = new Set(ids);
    const [lost, twice] = [240 - once.size, ids.length - once.size];
    assert.ok(lost > 48 && lost < 96, `${lost} of 240 are lost`);
    assert.ok(twice > 25 && twice < 75, `${twice} are doubled`);
    const all = [...(await log()), ...(await log("&cursor=101")), ...(await log("&cursor=201"))];
    const logged = new Map(
      github.webhooks
        .get(1)
        ?.log.list(1000)
        .items.map((item) => [item.id, item]),
    );
    assert.equal(logged.size, ids.length + lost);
    assert.equal([...logged.values()].filter(({ statusCode }) => statusCode === 502).length, lost);
    assert.equal([...logged.values()].filter(({ redelivery }) => redelivery).length, twice);
    assert.ok(all.every(({ id }) => logged.has(id)));
  });

  it("are overtaken at the rate asked for, by no more than the time asked for", async () => {
    hook({ delayRate: 0.5, delaySeconds: 10, seed: 3 });
    for (let index = 0; index < 10; index += 1) play();
    await github.webhooks.settled();
    const early = receiver.received.length;
    assert.ok(early > 15 && early < 45, `${early} of 60 come at once`);
    clock.advance(10_000);
    await github.webhooks.settled();
    assert.equal(receiver.received.length, 60);
  });

  it("go the same way again with the same seed", async () => {
    const fates: string[][] = [];
    for (let round = 0; round < 2; round += 1) {
      const { id } = hook({ lossRate: 0.2, duplicateRate: 0.2, seed: 9 });
      for (let index = 0; index < 10; index += 1) play();
      await github.webhooks.settled();
      const items = github.webhooks.get(id)?.log.list(1000).items ?? [];
      fates.push(items.map(({ statusCode, redelivery }) => `${statusCode} ${redelivery}`).sort());
      github.webhooks.remove(id);
    }
    assert.deepEqual(fates[0], fates[1]);
  });

  it("stand in a log that is read from the newest on, page by page, each with what was sent", async () => {
    hook();
    play();
    await github.webhooks.settled();
    const found: number[] = [];
    let next: string | undefined = `${github.url}/orgs/acme/hooks/1/deliveries?per_page=4`;
    while (next !== undefined) {
      const reply = await get(github, next);
      found.push(...deliveries.parse(reply.body).map(({ id }) => id));
      next = /<([^>]+)>; rel="next"/.exec(reply.headers.get("link") ?? "")?.[1];
    }
    assert.deepEqual(found, [6, 5, 4, 3, 2, 1]);
    const one = z.object({
      guid: z.string(),
      request: z.object({ payload: z.unknown(), headers: z.record(z.string(), z.string()) }),
    });
    const { guid, request } = one.parse((await get(github, "/orgs/acme/hooks/1/deliveries/3")).body);
    const sent = receiver.received.find(({ headers }) => headers["x-github-delivery"] === guid);
    assert.deepEqual(request.payload, JSON.parse(sent?.text ?? "null"));
    assert.ok(!JSON.stringify(request.headers).toLowerCase().includes("signature"));
  });

  it("say in the log when nobody answers or the answer is bad, and forget after three days", async () => {
    const gone = await startReceiver();
    await gone.close();
    hook({ url: gone.url });
    play();
    await github.webhooks.settled();
    assert.deepEqual(new Set((await log()).map(({ status_code }) => status_code)), new Set([502]));
    clock.advance(3 * 86_400_000 + 1);
    play();
    await github.webhooks.settled();
    assert.deepEqual(
      (await log()).map(({ id }) => id),
      [12, 11, 10, 9, 8, 7],
    );
  });
});

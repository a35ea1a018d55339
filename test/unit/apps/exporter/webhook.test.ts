import { strict as assert } from "node:assert";

import { type Delivery, WebhookReceiver } from "../../../../apps/exporter/feeds/webhook";
import { watchFilter } from "../../../../apps/exporter/feeds/discovery";
import { ManualClock } from "../../../../sandbox/github/actions/clock";
import { ActionsModel } from "../../../../sandbox/github/actions/model";
import { happeningOf, payloadOf } from "../../../../sandbox/github/actions/payloads";
import { signatures } from "../../../../sandbox/github/actions/webhooks";

const watch = { organizations: ["acme"], repositories: ["other/one"], include: [], exclude: ["acme/secret-*"] };

describe("the receiver of webhooks", () => {
  const payloads: { event: string; payload: unknown }[] = [];
  before(() => {
    const model = new ActionsModel(new ManualClock());
    model.onTransition((transition) => {
      const happening = happeningOf(transition, model.registry);
      payloads.push({ event: transition.event, payload: payloadOf(happening, "https://github.example") });
    });
    const run = model.startRun({ repository: "acme/api", jobs: [{ labels: ["runner-cpu"] }] });
    model.startJob(run.attempts[0]?.jobs[0]?.id ?? 0, { id: 7, name: "seven", groupId: 1, groupName: "Default" });
  });
  const receiver = () => new WebhookReceiver(() => ["old secret", "new secret"], watchFilter(watch));
  const delivery = (change: Partial<Delivery> = {}, secret = "new secret", payload: unknown = payloads[0]?.payload) => {
    const body = Buffer.from(JSON.stringify(payload));
    return {
      event: "workflow_run",
      id: "1",
      signature: signatures(secret, body.toString())["X-Hub-Signature-256"],
      body,
      ...change,
    };
  };

  it("takes what any of the secrets signed, and understands it", () => {
    const { result, facts } = receiver().receive(delivery());
    assert.equal(result, "accepted");
    assert.deepEqual(
      facts.map(({ kind }) => kind),
      ["repository", "run"],
    );
    assert.equal(receiver().receive(delivery({}, "old secret")).result, "accepted");
  });

  it("does not take a job's start for one before a runner has it", () => {
    const starts = payloads
      .filter(({ event }) => event === "workflow_job")
      .map(({ event, payload }) =>
        receiver()
          .receive(delivery({ event }, "new secret", payload))
          .facts.at(-1),
      );
    assert.deepEqual(
      starts.map((fact) => fact?.kind === "job" && [fact.status, fact.startedAt !== null]),
      [
        ["queued", false],
        ["in_progress", true],
      ],
    );
  });

  it("knows a delivery that comes twice", () => {
    const once = receiver();
    assert.equal(once.receive(delivery()).result, "accepted");
    assert.equal(once.receive(delivery()).result, "duplicate");
  });

  const sha1 = `sha1=${"0".repeat(40)}`;
  const refused: readonly (readonly [name: string, change: Partial<Delivery>, result: string])[] = [
    ["no signature", { signature: undefined }, "unsigned"],
    ["a signature of old", { signature: sha1 }, "unsigned"],
    ["another text than was signed", { body: Buffer.from("{}") }, "unsigned"],
    ["no id", { id: undefined }, "malformed"],
    ["another event", { event: "push" }, "ignored"],
  ];
  for (const [name, change, result] of refused) {
    it(`calls ${result} what comes with ${name}`, () =>
      assert.equal(receiver().receive(delivery(change)).result, result));
  }

  it("calls malformed what is signed but not understood, so that it may come again", () => {
    const one = receiver();
    const broken = { repository: { full_name: "acme/api" }, workflow_run: { id: "one" } };
    assert.equal(one.receive(delivery({}, "new secret", broken)).result, "malformed");
    assert.equal(one.receive(delivery()).result, "accepted");
  });

  const watched: readonly (readonly [name: string, watched: boolean])[] = [
    ["acme/api", true],
    ["Acme/API", true],
    ["acme/secret-plans", false],
    ["acme-evil/api", false],
    ["other/one", true],
    ["other/two", false],
  ];
  for (const [name, isWatched] of watched) {
    it(`${isWatched ? "watches" : "does not watch"} ${name}`, () => assert.equal(watchFilter(watch)(name), isWatched));
  }
});

import assert from "node:assert/strict";
import examples from "@octokit/webhooks-examples";
import { ManualClock } from "../../../../../sandbox/github/actions/clock";
import { happeningOf, payloadOf } from "../../../../../sandbox/github/actions/payloads";
import { serveActions, type ActionsServer } from "../../../../../sandbox/github/actions/serve";
import type { Transition } from "../../../../../sandbox/github/actions/types";
import { OpenApi } from "../openapi";
import { get, jobsOf, runner, startReceiver } from "./fixtures";

const actions = "/repos/{owner}/{repo}/actions";
const paths = {
  repositories: "/orgs/{org}/repos",
  repository: "/repos/{owner}/{repo}",
  runs: `${actions}/runs`,
  run: `${actions}/runs/{run_id}`,
  attempt: `${actions}/runs/{run_id}/attempts/{attempt_number}`,
  jobs: `${actions}/runs/{run_id}/jobs`,
  attemptJobs: `${actions}/runs/{run_id}/attempts/{attempt_number}/jobs`,
  job: `${actions}/jobs/{job_id}`,
  workflows: `${actions}/workflows`,
  limits: "/rate_limit",
  deliveries: "/orgs/{org}/hooks/{hook_id}/deliveries",
  delivery: "/orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}",
};
const sample: Readonly<Record<string, string>> = {
  ...{
    org: "acme",
    owner: "acme",
    repo: "api",
    run_id: "1",
    attempt_number: "1",
    job_id: "2",
    hook_id: "1",
    delivery_id: "1",
  },
};
const fill = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => sample[name] ?? name);

/** Every state that a job and a run can be in, once. */
function playAll({ model }: ActionsServer): void {
  const run = model.startRun({
    repository: "acme/api",
    jobs: [
      { labels: ["a"], waiting: true, steps: 2 },
      { labels: ["a"], steps: 2 },
      { labels: ["b"] },
      { labels: ["c"] },
    ],
  });
  const [waiting, done, running] = jobsOf(run);
  model.startJob(done?.id ?? 0, runner);
  model.endJob(done?.id ?? 0, "success");
  model.startJob(running?.id ?? 0, runner);
  model.releaseJob(waiting?.id ?? 0);
  model.cancelRun(run);
  model.rerun(run);
  model.startRun({ repository: "acme/api", event: "schedule", branch: null, jobs: [{ labels: [], waiting: true }] });
}

describe("the shapes of runs, jobs and webhooks", function () {
  this.timeout(120_000);
  let api: OpenApi;
  let github: ActionsServer;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  const transitions: { event: Transition["event"]; action: string; payload: unknown }[] = [];

  before(async () => {
    api = new OpenApi("api.github.com");
    [github, receiver] = await Promise.all([serveActions({ clock: new ManualClock(), firstId: 1 }), startReceiver()]);
    github.webhooks.add({ organization: "acme", url: receiver.url, secret: "x" });
    github.model.onTransition((transition) => {
      const payload = payloadOf(happeningOf(transition, github.model.registry), github.url);
      // Through JSON, as it would go over the wire.
      const { event, action } = transition;
      transitions.push({ event, action, payload: JSON.parse(JSON.stringify(payload)) as unknown });
    });
    playAll(github);
    await github.webhooks.settled();
  });
  after(() => Promise.all([github.close(), receiver.close()]));

  for (const path of Object.values(paths)) {
    it(`fit GET ${path} of GitHub's published description`, async () => {
      const reply = await get(github, fill(path));
      assert.equal(reply.status, 200);
      assert.deepEqual(api.reply("GET", path, 200, reply.body), []);
    });
  }

  it("would not fit if something was wrong with them", async () => {
    const { body } = await get(github, fill(paths.job));
    assert.notDeepEqual(api.reply("GET", paths.job, 200, { ...(body as object), status: "done" }), []);
    assert.notDeepEqual(api.reply("GET", paths.job, 200, { ...(body as object), labels: "a" }), []);
  });

  it("fit the described payload of each webhook", () => {
    const seen = new Set<string>();
    for (const { event, action, payload } of transitions) {
      const name = `webhook-${event}-${action}`.replaceAll("_", "-");
      seen.add(name);
      assert.deepEqual(api.schema(name, payload), [], name);
    }
    assert.equal(seen.size, 7);
  });

  it("have all that the community's examples of these webhooks have, of the same types", () => {
    const compared = new Set<string>();
    for (const { event, action, payload } of transitions) {
      for (const example of examplesOf(event, action)) {
        compared.add(`${event} ${action}`);
        assert.deepEqual(differences(example, payload), [], `${event} ${action}`);
      }
    }
    // There are no examples of a run in progress.
    assert.equal(compared.size, 6);
  });
});

function examplesOf(event: string, action: string): unknown[] {
  const found = examples.find(({ name }) => name === event);
  return (found?.examples ?? []).filter((example) => "action" in example && example.action === action);
}

/** Parts of examples that are about an App, a deployment or a step that ran there, not about the shape of all of them. */
const beside = /^(installation|deployment)\b|\.steps\b|\.pull_requests\b/;

/** Where an example has something that the value has not, or of another type; null and absent are no type. */
function differences(example: unknown, value: unknown, path = ""): string[] {
  if (beside.test(path) || example === null || value === null) return [];
  if (value === undefined) return [`${path} is missing`];
  if (typeof example !== typeof value || Array.isArray(example) !== Array.isArray(value))
    return [`${path} is ${typeof value}`];
  if (typeof example !== "object" || Array.isArray(example)) return [];
  const own = value as Readonly<Record<string, unknown>>;
  return Object.entries(example).flatMap(([key, part]) =>
    differences(part, own[key], path === "" ? key : `${path}.${key}`),
  );
}

import assert from "node:assert/strict";

import { legacyProblems } from "../../../stacks/legacy/checks";
import { legacyDefaults } from "../../../stacks/legacy/defaults";
import { legacySchema } from "../../../stacks/legacy/schema";
import {
  type Change,
  legacyContext,
  legacyInput,
  legacyLines as problems,
  runnersInput,
} from "../../fixtures/legacy/settings";

const at = "legacy.runnerDeployments.example";
const queue = { type: "TotalNumberOfQueuedAndInProgressWorkflowRuns", repositoryNames: ["app"] };
const busy = { type: "PercentageRunnersBusy" };
const scaler = (changes: Change): Change => ({
  autoscaler: { minReplicas: 1, maxReplicas: 5, metrics: [queue], ...changes },
});

describe("settings of legacy runners", () => {
  it("are right as the fixture has them", () => {
    assert.deepEqual(problems({}), []);
  });

  it("are right with the defaults and nothing but runners, apart from digests", () => {
    const settings = legacySchema.parse({ ...legacyDefaults, runnerDeployments: { example: runnersInput } });
    assert.deepEqual(legacyProblems(settings, legacyContext), []);
  });

  const wrong: readonly (readonly [string, Change, string])[] = [
    [
      "replicas beside an autoscaler",
      { replicas: 1 },
      `${at}.replicas: given 1, beside an autoscaler; allowed: nothing: the autoscaler sets it; fix: remove it, or each update would throw the runners back to this number`,
    ],
    [
      "neither replicas nor autoscaler",
      { autoscaler: undefined },
      `${at}.replicas: not set, nor is autoscaler; allowed: one of the two`,
    ],
    [
      "triggers without the webhook server",
      scaler({ scaleUpTriggers: [{ githubEvent: { workflowJob: {} }, duration: "30m" }] }),
      `${at}.autoscaler.scaleUpTriggers: given, but legacy.controller.webhookServer.enabled is false; allowed: nothing without the webhook server; fix: enable it: nobody else receives GitHub's webhooks`,
    ],
    [
      "two scopes",
      { repository: "acme/app", ...scaler({ metrics: [busy] }) },
      `${at}: repository and organization are set; allowed: exactly one of repository, organization and enterprise; fix: it decides who may use the runners: several organizations, the repositories of one, or a single repository`,
    ],
    [
      "no scope",
      { organization: undefined },
      `${at}: neither repository nor organization nor enterprise is set; allowed: exactly one of repository, organization and enterprise; fix: it decides who may use the runners: several organizations, the repositories of one, or a single repository`,
    ],
    [
      "a group for runners of a repository",
      {
        organization: undefined,
        repository: "acme/app",
        group: "builders",
        ...scaler({ metrics: [{ type: queue.type }] }),
      },
      `${at}.group: given "builders", for runners of a repository; allowed: nothing: only organizations and enterprises have runner groups; fix: remove it, or register with the organization`,
    ],
    [
      "a daemon in the runner whose image has none",
      { docker: "inRunner", dockerResources: undefined },
      `${at}.docker: given "inRunner", but the image is registry/actions-runner:v2.306.0-ubuntu-22.04; allowed: an image with a Docker daemon inside; fix: use an image such as summerwind/actions-runner-dind, or docker: sidecar`,
    ],
    [
      "an image with a daemon beside another daemon",
      { image: "registry/actions-runner-dind:v2.306.0-ubuntu-22.04" },
      `${at}.docker: given "sidecar", but the image is registry/actions-runner-dind:v2.306.0-ubuntu-22.04; allowed: inRunner for an image with a Docker daemon; fix: use docker: inRunner, or the image without dind`,
    ],
    [
      "a shared folder with the daemon in the runner",
      { docker: "inRunner", image: "registry/own:1.0.0", sharedTmp: true, dockerResources: undefined },
      `${at}.sharedTmp: given true; allowed: nothing with docker: inRunner, because the daemon has the runner's own /tmp already`,
    ],
    [
      "a shared folder without a daemon",
      { docker: "none", sharedTmp: true, dockerResources: undefined },
      `${at}.sharedTmp: given true; allowed: nothing with docker: none, because there is no Docker daemon to share with`,
    ],
    [
      "resources of a daemon that has no container",
      { docker: "none" },
      `${at}.dockerResources: given with docker: none; allowed: only docker: sidecar has a container of its own for the daemon`,
    ],
    [
      "a daemon without resources",
      { dockerResources: undefined },
      `${at}.dockerResources: not set; allowed: requests and limits of the Docker daemon, which does the work of docker build`,
    ],
    [
      "resources without memory",
      { resources: { requests: { cpu: "1" } } },
      `${at}.resources.requests.memory: not set; allowed: a quantity: the namespace has a quota`,
    ],
    [
      "a label of another Ubuntu",
      { labels: ["ubuntu-20.04"] },
      `${at}.labels.0: given "ubuntu-20.04", but the image is registry/actions-runner:v2.306.0-ubuntu-22.04; allowed: ubuntu-22.04; fix: change the label, or the image`,
    ],
    [
      "a label of another runner version",
      { labels: ["linux", "v2.305.0"] },
      `${at}.labels.1: given "v2.305.0", but the image is registry/actions-runner:v2.306.0-ubuntu-22.04; allowed: v2.306.0; fix: change the label, or the image`,
    ],
    [
      "the group of another Ubuntu",
      { fsGroup: 1000 },
      `${at}.fsGroup: given 1000; allowed: 1001, the group of registry/actions-runner:v2.306.0-ubuntu-22.04, or nothing; fix: 1000 belongs to Ubuntu 20.04, 1001 to 22.04`,
    ],
    [
      "a role for an image that does not tell its group",
      { image: "registry/own:1.0.0", irsa: { roleArn: "arn:aws:iam::111122223333:role/actions-runner-role" } },
      `${at}.fsGroup: not set, and registry/own:1.0.0 does not tell its Ubuntu release; allowed: the group of the runner's user in the image; fix: irsa needs it to read the token: \`docker run --rm --entrypoint id IMAGE\``,
    ],
    [
      "more runners than two small nodes hold",
      {
        ...scaler({ maxReplicas: 16 }),
        dockerResources: { requests: { cpu: "0", memory: "0" } },
        nodes: { count: 2, allocatable: { cpu: "1930m", memory: "7Gi" } },
      },
      `${at}.autoscaler.maxReplicas: given 16; allowed: at most 6: 2 nodes with room for 3 each, by their cpu; fix: lower it or the requests, or give nodes the count that node autoscaling can reach`,
    ],
    [
      "more runners than devices",
      {
        autoscaler: undefined,
        replicas: 3,
        gpu: { perRunner: 2 },
        nodes: { count: 1, allocatable: { "nvidia.com/gpu": "4" } },
      },
      `${at}.replicas: given 3; allowed: at most 2: 1 nodes with room for 2 each, by their nvidia.com/gpu; fix: lower it or the requests, or give nodes the count that node autoscaling can reach`,
    ],
    [
      "a tag that moves",
      { image: "registry/actions-runner:ubuntu-22.04" },
      `${at}.image: given "registry/actions-runner:ubuntu-22.04"; allowed: a tag with a full version, such as v2.306.0-ubuntu-22.04, or a digest; fix: this tag moves: the runners of tomorrow would not be those of today`,
    ],
  ];
  for (const [title, runners, message] of wrong) {
    it(`name ${title}`, () => {
      assert.deepEqual(problems(runners), [message]);
    });
  }

  it("report several mistakes together", () => {
    const found = problems({ replicas: 1, labels: ["ubuntu-20.04"], ...scaler({ minReplicas: 0, metrics: [busy] }) });
    assert.deepEqual(
      found.map((line) => line.split(": ")[0]),
      [`${at}.replicas`, `${at}.labels.0`, `${at}.autoscaler.minReplicas`],
    );
  });

  it("refuse two service accounts of one name", () => {
    const irsa = { roleArn: "arn:aws:iam::111122223333:role/a", serviceAccountName: "runner" };
    const settings = legacySchema.parse({
      ...legacyInput,
      runnerDeployments: { one: { ...runnersInput, irsa }, two: { ...runnersInput, irsa } },
    });
    assert.deepEqual(legacyProblems(settings, legacyContext), [
      {
        path: "legacy.runnerDeployments.two.irsa.serviceAccountName",
        what: 'given "runner"',
        allowed: "another name: one makes a service account of this one",
      },
    ]);
  });

  for (const name of ["Example", "a".repeat(46), "a_b"]) {
    it(`refuse the name ${name}`, () => {
      const settings = legacySchema.parse({ ...legacyInput, runnerDeployments: { [name]: runnersInput } });
      assert.deepEqual(legacyProblems(settings, legacyContext), [
        {
          path: `legacy.runnerDeployments.${name}`,
          what: `given "${name}"`,
          allowed: "1 to 45 lower-case letters, digits and hyphens, beginning and ending with a letter or digit",
        },
      ]);
    });
  }
});

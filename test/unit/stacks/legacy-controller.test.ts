import assert from "node:assert/strict";

import { type LegacyContext, legacyProblems } from "../../../stacks/legacy/checks";
import { legacySchema } from "../../../stacks/legacy/schema";
import { type Change, legacyContext, legacyInput, legacyLines as problems } from "../../fixtures/legacy/settings";

const at = "legacy.runnerDeployments.example";

describe("settings of the legacy controller", () => {
  const enterprise = "https://ghes.example.com/acme";
  const wrong: readonly (readonly [string, Change, Partial<LegacyContext>, string])[] = [
    [
      "an Enterprise Server whose address is missing",
      {},
      { githubUrl: enterprise },
      "legacy.controller.githubEnterpriseServerUrl: not set, but github.configUrl is on ghes.example.com; allowed: https://ghes.example.com; fix: without it the controller asks api.github.com and gets 401",
    ],
    [
      "another Enterprise Server than the scale sets'",
      { githubEnterpriseServerUrl: "https://other.example.com" },
      { githubUrl: enterprise },
      'legacy.controller.githubEnterpriseServerUrl: given "https://other.example.com", but github.configUrl is on ghes.example.com; allowed: https://ghes.example.com; fix: both controllers use the same credential, hence the same GitHub',
    ],
    [
      "an Enterprise Server beside github.com",
      { githubEnterpriseServerUrl: "https://ghes.example.com" },
      {},
      'legacy.controller.githubEnterpriseServerUrl: given "https://ghes.example.com", but github.configUrl is on github.com; allowed: nothing; fix: both controllers use the same credential, hence the same GitHub',
    ],
    [
      "the client id of an App",
      {},
      { credential: "app", appId: "Iv1.abc" },
      'github.appId: given "Iv1.abc"; allowed: the numeric App id: the legacy controller knows no client ids',
    ],
    [
      "the webhook server without its secret",
      { webhookServer: { ...legacyInput.controller.webhookServer, enabled: true } },
      {},
      "legacyWebhookToken: not set, but legacy.controller.webhookServer.enabled is true; allowed: the secret of the webhook at GitHub: without it anybody could scale the runners; fix: pulumi config set --secret legacyWebhookToken",
    ],
    [
      "a secret for no webhook server",
      {},
      { webhookToken: true },
      "legacyWebhookToken: set, but legacy.controller.webhookServer.enabled is false; fix: enable the server, or pulumi config rm legacyWebhookToken",
    ],
    [
      "a repository's chart without version",
      { chart: { chart: "actions-runner-controller", repository: "https://charts.example.com" } },
      {},
      "legacy.controller.chart.version: not set; allowed: the version of the chart",
    ],
    [
      "a path inside of a repository",
      {
        chart: { chart: "arc/actions-runner-controller", repository: "https://charts.example.com", version: "0.23.7" },
      },
      {},
      'legacy.controller.chart.chart: given "arc/actions-runner-controller"; allowed: the chart\'s name alone, beside repository; fix: such as actions-runner-controller',
    ],
    [
      "a chart folder that does not exist",
      { chart: { chart: "nowhere" } },
      {},
      'legacy.controller.chart.chart: given "nowhere": no such folder or file; allowed: a chart\'s name together with repository, oci://REGISTRY/CHART, a folder, or a .tgz file',
    ],
    [
      "a version beside a folder that holds another",
      { chart: { chart: "folder-0.23.6", version: "0.23.7" } },
      {},
      'legacy.controller.chart.version: given "0.23.7"; allowed: 0.23.6, which the chart at folder-0.23.6 holds, or nothing',
    ],
    [
      "a tag that moves",
      { images: { ...legacyInput.controller.images, dind: "registry/docker:28-dind" } },
      {},
      'legacy.controller.images.dind: given "registry/docker:28-dind"; allowed: a tag with a full version, such as v2.306.0-ubuntu-22.04, or a digest; fix: this tag moves: the runners of tomorrow would not be those of today',
    ],
    [
      "a namespace of the scale sets",
      {},
      { takenNamespaces: ["actions-runner"] },
      'legacy.namespaces.runners: given "actions-runner"; allowed: a namespace that scale sets and their controller do not use',
    ],
  ];
  for (const [title, controller, context, message] of wrong) {
    it(`name ${title}`, () => {
      assert.deepEqual(problems({}, controller, context), [message]);
    });
  }

  it("refuse an App for runners of an enterprise", () => {
    const runners = { organization: undefined, enterprise: "acme", autoscaler: undefined, replicas: 1 };
    assert.deepEqual(problems(runners, {}, { credential: "app" }), [
      `${at}.enterprise: given "acme", but the credential is a GitHub App; allowed: githubToken with the scope manage_runners:enterprise; fix: GitHub Apps cannot register runners of an enterprise`,
    ]);
  });

  it("ask for digests where the installation does", () => {
    const paths = problems({ image: "registry/own:1.0.0" }, {}, { requireDigest: true }).map(
      (line) => line.split(": ")[0],
    );
    const images = ["controller", "runner", "dind"].map((key) => `legacy.controller.images.${key}`);
    assert.deepEqual(paths, [...images, `${at}.image`]);
  });

  it("accept an Enterprise Server whose address is the scale sets'", () => {
    const controller = { githubEnterpriseServerUrl: "https://ghes.example.com/" };
    assert.deepEqual(problems({}, controller, { githubUrl: enterprise }), []);
  });

  it("refuse one namespace for controller and runners", () => {
    const settings = legacySchema.parse({ ...legacyInput, namespaces: { controller: "arc", runners: "arc" } });
    assert.deepEqual(legacyProblems(settings, legacyContext), [
      {
        path: "legacy.namespaces.runners",
        what: 'given "arc"',
        allowed: "another namespace than legacy.namespaces.controller: runners are privileged, the controller is not",
      },
    ]);
  });
});

import assert from "node:assert/strict";

import { secretKeys } from "../../../stacks/secrets";
import { sectionSchemas } from "../../../stacks/settings";
import { type Changes, messageOf } from "../../support/settings";

const digest = `@sha256:${"0".repeat(64)}`;
const keys = [...Object.keys(sectionSchemas), "scaleSetDefaults", "scaleSets", ...secretKeys];
const versions = "0.6.x, or 0.14.1 and later (0.14.0 only on github.com and *.ghe.com)";
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";

/** A scale set that changes some of `runner-base`. */
const base = (changes: object): Changes => ({ scaleSets: { "runner-base": changes } });

describe("settings of the platform that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "an ARC release not served",
      { arc: { version: "0.13.0" } },
      [`arc.version: given "0.13.0"; allowed: ${versions}`],
    ],
    [
      "ARC 0.14.0 on GitHub Enterprise Server",
      {
        arc: { version: "0.14.0" },
        github: { configUrl: "https://ghes.example.com/acme", enterpriseServerVersion: "3.17" },
      },
      [`arc.version: given "0.14.0"; allowed: ${versions}`],
    ],
    [
      "a chart of another minor",
      { arc: { controllerChart: { version: "0.13.1" } } },
      [
        'arc.version: given "0.14.2", but the controller chart is 0.13.1; allowed: a version with the chart\'s major.minor; fix: change both together: the controller deletes scale sets that carry another version',
      ],
    ],
    [
      "a chart folder of another patch under ARC 0.6",
      {
        arc: { version: "0.6.1", controllerChart: { chart: "folder-0.6.0", version: null } },
        dind: { form: "container" },
      },
      [
        'arc.version: given "0.6.1", but the controller chart is 0.6.0; allowed: the chart\'s version; fix: change both together: the controller deletes scale sets that carry another version',
      ],
    ],
    [
      "a chart folder that does not exist",
      { arc: { controllerChart: { chart: "nowhere", version: null } } },
      [
        'arc.controllerChart.chart: given "nowhere": no such folder or file; allowed: oci://REGISTRY/CHART, a folder, or a .tgz file',
      ],
    ],
    [
      "an OCI chart without version",
      { arc: { controllerChart: { version: null } } },
      ["arc.controllerChart.version: not set; allowed: the version of the OCI chart"],
    ],
    [
      "a version beside a folder that holds another",
      { arc: { controllerChart: { chart: "folder-0.14.2", version: "0.14.1" } } },
      [
        'arc.controllerChart.version: given "0.14.1"; allowed: 0.14.2, which the chart at folder-0.14.2 holds, or nothing',
      ],
    ],
    [
      "a native side-car under ARC 0.6",
      { arc: { version: "0.6.1", controllerChart: { chart: "folder-0.6.1", version: null } } },
      [
        'dind.form: given "sidecar"; allowed: container; fix: the custom resource of ARC 0.6.1 does not know restartPolicy of init containers: use container',
      ],
    ],
    [
      "a native side-car on an old cluster",
      { kubernetes: { version: "1.28" } },
      [
        'dind.form: given "sidecar"; allowed: container; fix: Kubernetes 1.28 has no native side-cars (1.29 has): use container',
      ],
    ],
    [
      "labels under ARC 0.6",
      {
        arc: { version: "0.6.1", controllerChart: { chart: "folder-0.6.1", version: null } },
        dind: { form: "container" },
        ...base({ labels: ["docker"] }),
      },
      ['scaleSets.runner-base.labels: given ["docker"]; allowed: nothing: ARC 0.6.1 knows the name only'],
    ],
    [
      "a client id under ARC 0.6",
      {
        arc: { version: "0.6.1", controllerChart: { chart: "folder-0.6.1", version: null } },
        dind: { form: "container" },
        githubToken: undefined,
        githubAppPrivateKey: pem,
        github: { configUrl: "https://github.com/acme", appId: "Iv23abc", installationId: "2" },
      },
      ['github.appId: given "Iv23abc"; allowed: the numeric App id: ARC 0.6.1 knows no client ids'],
    ],
    [
      "a number in quotes",
      base({ maxRunners: "5" }),
      ['scaleSets.runner-base.maxRunners: given "5"; allowed: a whole number from 0 to 10000; fix: remove the quotes'],
    ],
    [
      "a fraction",
      base({ minRunners: 1.5 }),
      ["scaleSets.runner-base.minRunners: given 1.5; allowed: a whole number from 0 to 10000"],
    ],
    [
      "more idle runners than runners",
      base({ minRunners: 5, maxRunners: 3 }),
      ["scaleSets.runner-base.minRunners: given 5; allowed: at most maxRunners, which is 3"],
    ],
    [
      "a set without bounds",
      { scaleSets: { "runner-new": {} } },
      [
        "scaleSets.runner-new.minRunners: not set; allowed: a whole number from 0 to 10000",
        "scaleSets.runner-new.maxRunners: not set; allowed: a whole number from 0 to 10000",
      ],
    ],
    [
      "a set named like a host",
      { scaleSets: { "ha-12": { minRunners: 0, maxRunners: 1 } } },
      [
        'scaleSets.ha-12: given "ha-12"; allowed: a name that says what the runners are for; fix: names like ha-... are host names: use one such as runner-gpu',
      ],
    ],
    [
      "a set with a bad name",
      { scaleSets: { "my set": { minRunners: 0, maxRunners: 1 } } },
      [
        'scaleSets["my set"]: given "my set"; allowed: 1 to 45 lower-case letters, digits and hyphens, beginning and ending with a letter or digit; fix: use a name such as runner-base',
      ],
    ],
    [
      "a malformed quantity",
      base({ resources: { dind: { requests: { memory: "1 GB" } } } }),
      [
        'scaleSets.runner-base.resources.dind.requests.memory: given "1 GB"; allowed: a quantity such as "250m", "1.5", "64Mi" or "10Gi"',
      ],
    ],
    [
      "a missing request",
      base({ resources: { dind: { requests: { cpu: null } } } }),
      ["scaleSets.runner-base.resources.dind.requests.cpu: not set; allowed: a quantity: the namespace has a quota"],
    ],
    [
      "an image without digest where one is required",
      { images: { requireDigest: true, controller: `r/c${digest}`, dind: `r/d:1${digest}`, node: `r/n${digest}` } },
      [
        'images.runner: given "ghcr.io/actions/actions-runner:2.336.0"; allowed: an image with @sha256:DIGEST, or one that images.lock.json holds; fix: run `npm run images -- lock`, or set images.requireDigest to false',
      ],
    ],
    [
      "a floating image",
      { images: { runner: "ghcr.io/actions/actions-runner:latest" } },
      [
        'images.runner: given "ghcr.io/actions/actions-runner:latest"; allowed: REGISTRY/NAME:TAG@sha256:DIGEST, with tag or digest or both, and no tag latest',
      ],
    ],
    [
      "one namespace for two trust levels",
      { namespaces: { dind: "arc-systems" } },
      [
        'namespaces.dind: given "arc-systems"; allowed: another namespace than namespaces.controller: its pods are privileged',
      ],
    ],
    [
      "a mistyped section",
      { netwrok: {} },
      [`netwrok: unknown key; allowed: ${keys.join(", ")}; fix: did you mean network?`],
    ],
    [
      "a mistyped key",
      { arc: { replica: 2 } },
      [
        "arc.replica: unknown key; allowed: version, controllerChart, replicas, logLevel, logFormat, resources, listenerResources, concurrency; fix: did you mean replicas?",
      ],
    ],
    [
      "a mistyped key in a list",
      { pools: { general: { tolerations: [{ efect: "NoSchedule" }] } } },
      [
        "pools.general.tolerations.0.efect: unknown key; allowed: key, operator, value, effect; fix: did you mean effect?",
      ],
    ],
    [
      "a secret under a wrong key, which is hidden",
      { github: { configUrl: "https://github.com/acme", token: "ghp_123" } },
      [
        "github.token: unknown key; allowed: configUrl, runnerGroup, appId, installationId, enterpriseServerVersion, scaleSetLabelsEnabled, allowHttp, ca",
      ],
    ],
    ["a text where a section belongs", { dind: "sidecar" }, ['dind: given "sidecar"; allowed: a map of settings']],
    ["a list where sets belong", { scaleSets: [] }, ["scaleSets: given []; allowed: a map of settings"]],
    [
      "images by tag in production",
      { production: true },
      ["images.requireDigest: given false; allowed: true in production: a tag may mean another image tomorrow"],
    ],
    ["no answer to yes or no", { production: "yes" }, ['production: given "yes"; allowed: true or false']],
  ];
  for (const [title, changes, expected] of cases) {
    it(`fails for ${title}`, () => {
      const [, ...lines] = messageOf("dev", changes).split("\n");
      assert.deepEqual(
        lines,
        expected.map((line) => `  ${line}`),
      );
    });
  }
});

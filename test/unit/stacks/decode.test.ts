import assert from "node:assert/strict";

import { type Changes, decode, localChart, messageOf, settingsOf } from "../../support/settings";

const digest = `@sha256:${"0".repeat(64)}`;
const url = "https://HOST/ORGANIZATION, https://HOST/OWNER/REPOSITORY or https://HOST/enterprises/ENTERPRISE";
const versions = "0.6.x, or 0.14.1 and later (0.14.0 only on github.com and *.ghe.com)";
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";

/** A scale set that changes some of `runner-base`. */
const base = (changes: object): Changes => ({ scaleSets: { "runner-base": changes } });

describe("settings that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "no credential",
      { githubToken: undefined },
      [
        "githubToken: not set, nor is githubAppPrivateKey; allowed: exactly one of githubToken and githubAppPrivateKey (both secrets); fix: pulumi config set --secret githubToken",
      ],
    ],
    [
      "two credentials",
      { githubAppPrivateKey: pem, github: { configUrl: "https://github.com/acme", appId: "1", installationId: "2" } },
      [
        "githubToken: given beside githubAppPrivateKey; allowed: exactly one of githubToken and githubAppPrivateKey (both secrets); fix: pulumi config rm githubToken",
      ],
    ],
    [
      "an App without ids",
      { githubToken: undefined, githubAppPrivateKey: pem },
      [
        "github.appId: not set, but githubAppPrivateKey is",
        "github.installationId: not set, but githubAppPrivateKey is",
      ],
    ],
    [
      "ids without an App",
      { github: { configUrl: "https://github.com/acme", appId: "1" } },
      ['github.appId: given "1", but githubAppPrivateKey is not set'],
    ],
    [
      "an App for an enterprise",
      {
        githubToken: undefined,
        githubAppPrivateKey: pem,
        github: { configUrl: "https://github.com/enterprises/acme", appId: "1", installationId: "2" },
      },
      [
        "githubAppPrivateKey: given for an enterprise; allowed: githubToken with the scope manage_runners:enterprise; fix: GitHub Apps cannot register runners of an enterprise",
      ],
    ],
    [
      "a token with a line break",
      { githubToken: "ghp_1\n" },
      ["githubToken: empty or with blanks [hidden]; allowed: a token alone; fix: set it again without line break"],
    ],
    [
      "a file name instead of a key",
      {
        githubToken: undefined,
        githubAppPrivateKey: "app.pem",
        github: { configUrl: "https://github.com/acme", appId: "1", installationId: "2" },
      },
      [
        "githubAppPrivateKey: no PEM private key [hidden]; allowed: the content of the App's .pem file; fix: pulumi config set --secret githubAppPrivateKey < FILE.pem",
      ],
    ],
    ["no address", { github: undefined }, [`github.configUrl: not set; allowed: ${url}`]],
    [
      "an address with three parts",
      { github: { configUrl: "https://github.com/a/b/c" } },
      [`github.configUrl: given "https://github.com/a/b/c"; allowed: ${url}`],
    ],
    [
      "an address with a password, which is hidden",
      { github: { configUrl: "https://me:ghp_123@github.com/acme" } },
      [`github.configUrl: given "https://[hidden]@github.com/acme"; allowed: ${url}`],
    ],
    [
      "a number where a text belongs",
      { github: { configUrl: "https://github.com/acme", appId: 12 } },
      ["github.appId: given 12; allowed: the App's numeric id in quotes, or its client id; fix: put it in quotes"],
    ],
    [
      "no cluster",
      { kubeconfig: undefined },
      [
        "kubeconfig: not set, nor is kubernetes.context; allowed: exactly one of kubeconfig (a secret) and kubernetes.context; fix: pulumi config set --secret kubeconfig < FILE",
      ],
    ],
    [
      "two clusters",
      { kubernetes: { context: "kind" } },
      [
        "kubeconfig: given beside kubernetes.context; allowed: exactly one of kubeconfig (a secret) and kubernetes.context",
      ],
    ],
    [
      "a version that YAML made a number",
      { kubernetes: { version: 1.3 } },
      [
        'kubernetes.version: given 1.3; allowed: the cluster\'s major.minor in quotes, such as "1.35"; fix: put it in quotes',
      ],
    ],
    [
      "an ARC release not served",
      { arc: { version: "0.13.0" } },
      [`arc.version: given "0.13.0"; allowed: ${versions}`],
    ],
    [
      "ARC 0.14.0 on GitHub Enterprise Server",
      { arc: { version: "0.14.0" }, github: { configUrl: "https://ghes.example.com/acme" } },
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
      { images: { requireDigest: true, controller: `r/c${digest}`, dind: `r/d:1${digest}` } },
      [
        'images.runner: given "ghcr.io/actions/actions-runner:2.336.0"; allowed: an image with @sha256:DIGEST; fix: read the digest with `docker buildx imagetools inspect`, or set images.requireDigest to false',
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
      [
        "netwrok: unknown key; allowed: production, kubernetes, namespaces, github, arc, images, dind, network, quota, monitoring, scaleSetDefaults, scaleSets, kubeconfig, githubToken, githubAppPrivateKey; fix: did you mean network?",
      ],
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
      base({ tolerations: [{ efect: "NoSchedule" }] }),
      [
        "scaleSets.runner-base.tolerations.0.efect: unknown key; allowed: key, operator, value, effect; fix: did you mean effect?",
      ],
    ],
    [
      "a secret under a wrong key, which is hidden",
      { github: { configUrl: "https://github.com/acme", token: "ghp_123" } },
      ["github.token: unknown key; allowed: configUrl, runnerGroup, appId, installationId"],
    ],
    ["a text where a section belongs", { dind: "sidecar" }, ['dind: given "sidecar"; allowed: a map of settings']],
    ["a list where sets belong", { scaleSets: [] }, ["scaleSets: given []; allowed: a map of settings"]],
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

  it("names all problems at once, also across sections of which one cannot be read", () => {
    const message = messageOf("dev", {
      githubToken: undefined,
      arc: { replicas: 0 },
      ...base({ minRunners: 5, maxRunners: "3" }),
    });
    assert.equal(
      message,
      [
        '3 problems in the settings of stack "dev":',
        "  arc.replicas: given 0; allowed: a whole number from 1 to 9",
        '  scaleSets.runner-base.maxRunners: given "3"; allowed: a whole number from 0 to 10000; fix: remove the quotes',
        "  githubToken: not set, nor is githubAppPrivateKey; allowed: exactly one of githubToken and githubAppPrivateKey (both secrets); fix: pulumi config set --secret githubToken",
      ].join("\n"),
    );
  });

  it("fails for an unknown stack with the stacks there are", () => {
    assert.equal(
      messageOf("locl", {}),
      '1 problem in the settings of stack "locl":\n  stack: given "locl"; allowed: dev, local; fix: did you mean local?',
    );
    assert.equal(
      messageOf("toString", {}),
      '1 problem in the settings of stack "toString":\n  stack: given "toString"; allowed: dev, local; fix: select one with `pulumi stack select`, or add stacks/<name>.ts to stacks/index.ts',
    );
  });
});

describe("settings that are right", () => {
  it("merge defaults, environment and configuration, the later over the earlier", () => {
    const settings = settingsOf("dev", { ...base({ maxRunners: 4 }), arc: { logLevel: "debug" } });
    assert.equal(settings.arc.replicas, 1, "from the environment");
    assert.equal(settings.arc.logLevel, "debug", "from the configuration");
    assert.equal(settings.arc.logFormat, "json", "from the defaults");
    assert.deepEqual(Object.keys(settings.scaleSets), ["runner-base"]);
    assert.deepEqual(
      [settings.scaleSets["runner-base"]?.minRunners, settings.scaleSets["runner-base"]?.maxRunners],
      [1, 4],
    );
  });

  it("take an added scale set with one entry, over the defaults of all sets", () => {
    const settings = settingsOf("dev", { scaleSets: { "runner-eighth": { minRunners: 0, maxRunners: 2 } } });
    assert.deepEqual(Object.keys(settings.scaleSets), ["runner-base", "runner-eighth"]);
    assert.deepEqual(settings.scaleSets["runner-eighth"]?.resources, settings.scaleSets["runner-base"]?.resources);
  });

  it("drop a scale set that is null", () => {
    assert.deepEqual(settingsOf("dev", { scaleSets: { "runner-base": null } }).scaleSets, {});
  });

  it("are frozen through and through and hold no secret", () => {
    const settings = settingsOf("dev");
    assert.ok(Object.isFrozen(settings) && Object.isFrozen(settings.scaleSets["runner-base"]?.resources.dind.requests));
    assert.ok(!/ghp_|kind: Config/.test(JSON.stringify(settings)));
  });

  it("accept either a kubeconfig or a context, and either a token or an App", () => {
    const github = { configUrl: "https://github.com/acme", appId: "Iv23abc", installationId: "2" };
    const changes = {
      kubeconfig: undefined,
      kubernetes: { context: "dev" },
      githubToken: undefined,
      githubAppPrivateKey: pem,
      github,
    };
    assert.equal(settingsOf("dev", changes).kubernetes.context, "dev");
  });

  it("accept images by tag, by digest and by both", () => {
    const images = {
      requireDigest: true,
      controller: `r/c${digest}`,
      runner: `r.io:5000/a/r:1.2${digest}`,
      dind: `docker.io/library/docker:28-dind${digest}`,
    };
    assert.equal(settingsOf("dev", { images }).images.runner, `r.io:5000/a/r:1.2${digest}`);
  });

  it("are the same object for the same input, and depend on nothing else", () => {
    assert.deepEqual(decode("local", localChart), decode("local", localChart));
  });
});

import assert from "node:assert/strict";

import { type Changes, messageOf } from "../../support/settings";

const url = "https://HOST/ORGANIZATION, https://HOST/OWNER/REPOSITORY or https://HOST/enterprises/ENTERPRISE";
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";

describe("settings of an installation that are wrong", () => {
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

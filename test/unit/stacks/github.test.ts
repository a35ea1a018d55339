import assert from "node:assert/strict";

import { authorityProblems } from "../../../stacks/github/certificate";
import { availability, type ServerFeature, serverFeatures } from "../../../stacks/github/enterprise-server";
import { certificate } from "../../support/certificate";
import { type Changes, decode, localChart, messageOf, settingsOf } from "../../support/settings";

const organization = "https://ghes.example.com/acme";
const server = { configUrl: organization, enterpriseServerVersion: "3.17" };
const app: Changes = {
  githubToken: undefined,
  githubAppPrivateKey: "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----",
};
const ids = { appId: "1", installationId: "2" };
const own = (configUrl: string, more: object = {}): Changes => ({
  scaleSets: { "runner-base": { github: { configUrl }, ...more } },
});
const noGroups = "nothing: only organizations and enterprises have runner groups";

function refuses(stack: string, changes: Changes, expected: readonly string[]): void {
  const [, ...lines] = messageOf(stack, changes).split("\n");
  assert.deepEqual(
    lines,
    expected.map((line) => `  ${line}`),
  );
}

describe("settings of GitHub that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "a set for an enterprise with an App",
      {
        ...app,
        github: { ...ids, configUrl: "https://github.com/acme" },
        ...own("https://github.com/enterprises/acme"),
      },
      [
        'scaleSets.runner-base.github.configUrl: given "https://github.com/enterprises/acme", but the credential is a GitHub App; allowed: an organization or a repository, or githubToken with the scope manage_runners:enterprise; fix: GitHub Apps cannot register runners of an enterprise',
      ],
    ],
    [
      "an enterprise on an Enterprise Server with an App",
      { ...app, github: { ...ids, ...server, configUrl: "https://ghes.example.com/enterprises/acme" } },
      [
        "githubAppPrivateKey: given for an enterprise; allowed: githubToken with the scope manage_runners:enterprise; fix: GitHub Apps cannot register runners of an enterprise",
      ],
    ],
    [
      "a set for another organization with an App",
      { ...app, github: { ...ids, configUrl: "https://github.com/acme" }, ...own("https://github.com/other/app") },
      [
        'scaleSets.runner-base.github.configUrl: given "https://github.com/other/app", but the credential is a GitHub App; allowed: acme or a repository of it: an installation of an App reaches one organization; fix: use githubToken, or a stack of its own for the other organization',
      ],
    ],
    [
      "a set on another host",
      own("https://ghes.example.com/acme"),
      [
        'scaleSets.runner-base.github.configUrl: given "https://ghes.example.com/acme"; allowed: an address on https://github.com, where github.configUrl is; fix: a stack of its own for each GitHub',
      ],
    ],
    [
      "a set with an address that is none",
      own("https://github.com/a/b/c"),
      [
        'scaleSets.runner-base.github.configUrl: given "https://github.com/a/b/c"; allowed: https://HOST/ORGANIZATION, https://HOST/OWNER/REPOSITORY or https://HOST/enterprises/ENTERPRISE',
      ],
    ],
    [
      "an address without TLS",
      { github: { configUrl: "http://10.0.0.1:8080/acme" } },
      [
        'github.configUrl: given "http://10.0.0.1:8080/acme"; allowed: https: credentials would travel in clear; fix: github.allowHttp: true, but only for a stand-in in tests',
      ],
    ],
    [
      "an address without TLS, with a version",
      { github: { ...server, configUrl: "http://ghes.example.com/acme" } },
      [
        'github.configUrl: given "http://ghes.example.com/acme"; allowed: https: credentials would travel in clear; fix: github.allowHttp: true, but only for a stand-in in tests',
      ],
    ],
    [
      "no version of an Enterprise Server",
      { github: { configUrl: organization } },
      [
        'github.enterpriseServerVersion: not set, but ghes.example.com is a GitHub Enterprise Server; allowed: its major.minor in quotes, such as "3.17"; fix: see the foot of any page of ghes.example.com, or https://ghes.example.com/api/v3/meta',
      ],
    ],
    [
      "a version that YAML made a number",
      { github: { ...server, enterpriseServerVersion: 3.2 } },
      [
        'github.enterpriseServerVersion: given 3.2; allowed: the major.minor of your GitHub Enterprise Server in quotes, such as "3.17"; fix: put it in quotes',
      ],
    ],
    [
      "a version for github.com",
      { github: { configUrl: "https://github.com/acme", enterpriseServerVersion: "3.17" } },
      ['github.enterpriseServerVersion: given "3.17"; allowed: nothing: github.com is no Enterprise Server'],
    ],
    [
      "scale sets on a server that knows none",
      { github: { ...server, enterpriseServerVersion: "3.8" } },
      ["scaleSets: given; allowed: nothing: GitHub Enterprise Server 3.8 has no runner scale sets (3.9 has)"],
    ],
    [
      "labels on a server that knows none",
      { github: server, scaleSets: { "runner-base": { labels: ["docker"] } } },
      [
        'scaleSets.runner-base.labels: given ["docker"]; allowed: nothing: GitHub Enterprise Server 3.17 has no labels of scale sets besides their name (3.18 has)',
      ],
    ],
    [
      "labels on a server that drops them",
      { github: { ...server, enterpriseServerVersion: "3.20" }, scaleSets: { "runner-base": { labels: ["docker"] } } },
      [
        'scaleSets.runner-base.labels: given ["docker"]; allowed: nothing: GitHub Enterprise Server 3.20 silently drops labels of scale sets besides their name unless its feature flag DistributedTask.AllowRunnerScaleSetCustomLabels is on (3.21 has it on); fix: github.scaleSetLabelsEnabled: true, if a site administrator has switched it on',
      ],
    ],
    [
      "the ARC release that cannot take jobs from an Enterprise Server",
      { github: server, arc: { version: "0.14.0" } },
      ['arc.version: given "0.14.0"; allowed: 0.6.x, or 0.14.1 and later (0.14.0 only on github.com and *.ghe.com)'],
    ],
    [
      "an authority for github.com",
      { github: { configUrl: "https://github.com/acme", ca: { configMap: "github-ca" } } },
      ["github.ca: given for github.com; allowed: nothing: its certificates are publicly trusted"],
    ],
    [
      "an authority where there is no TLS",
      { github: { configUrl: "http://10.0.0.1/acme", allowHttp: true, ca: { configMap: "github-ca" } } },
      ["github.ca: given, but github.configUrl is no https address; allowed: nothing: there is no TLS"],
    ],
    [
      "an authority that is no certificate",
      { github: { ...server, ca: { configMap: "github-ca", certificate: "/etc/ssl/ca.pem" } } },
      ['github.ca.certificate: given "/etc/ssl/ca.pem"; allowed: a PEM certificate'],
    ],
    [
      "a registry's authority in the place of GitHub's",
      { github: { ...server, ca: { configMap: "company-ca" } }, registry: { ca: { configMap: "github" } } },
      [
        'registry.ca.configMap: given "github"; allowed: another name beside github.ca, which takes github and github-server-tls-cert for a folder and a volume',
      ],
    ],
    [
      "a runner group of a repository",
      { github: { configUrl: "https://github.com/acme/app", runnerGroup: "builders" } },
      [`github.runnerGroup: given "builders", for runners of a repository; allowed: ${noGroups}`],
    ],
    [
      "a runner group of a set for a repository",
      own("https://github.com/acme/app", { runnerGroup: "builders" }),
      [`scaleSets.runner-base.runnerGroup: given "builders", for runners of a repository; allowed: ${noGroups}`],
    ],
    [
      "no way to the server",
      { github: server, network: { internet: false } },
      [
        "network.destinations: empty, but network.internet is false; allowed: at least one: runners must reach ghes.example.com, port 443, or a proxy that does",
      ],
    ],
    [
      "an address without TLS in production",
      {
        production: true,
        github: { configUrl: "http://10.0.0.1/acme", allowHttp: true },
        images: { requireDigest: true },
      },
      ["github.allowHttp: given true; allowed: false in production: credentials would travel in clear"],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    it(`fails for ${title}`, () => {
      const digests = /images\./;
      const [, ...lines] = messageOf("dev", changes)
        .split("\n")
        .filter((line) => !digests.test(line));
      assert.deepEqual(
        lines,
        expected.map((line) => `  ${line}`),
      );
    });
  }

  it("fails for addresses of the older kinds without TLS", () => {
    const controller = {
      githubApiUrl: "http://10.0.0.1/api",
      runnerGithubUrl: "http://10.0.0.1",
      certificates: { caBundle: "-----BEGIN CERTIFICATE-----" },
    };
    const images = {
      controller: "x.io/arc:1.0.0",
      runner: "x.io/runner:v2.306.0-ubuntu-22.04",
      dind: "x.io/dind:1.0.0",
    };
    refuses("dev", { legacy: { controller: { ...controller, images }, runnerDeployments: {} } }, [
      'legacy.controller.githubApiUrl: given "http://10.0.0.1/api"; allowed: https: credentials would travel in clear; fix: github.allowHttp: true, but only for a stand-in in tests',
      'legacy.controller.runnerGithubUrl: given "http://10.0.0.1"; allowed: https: credentials would travel in clear; fix: github.allowHttp: true, but only for a stand-in in tests',
    ]);
  });

  it("fails for an authority that both sections would make", async () => {
    const ca = { configMap: "company-ca", certificate: await certificate({}) };
    refuses("dev", { github: { ...server, ca }, registry: { ca } }, [
      'github.ca.configMap: given "company-ca"; allowed: another name than registry.ca.configMap: both are made',
    ]);
  });

  it("fails for an authority that has expired, saying which and when", async () => {
    const expired = await certificate({ subject: "CN=Old Root", until: "2024-05-06" });
    refuses("dev", { github: { ...server, ca: { configMap: "github-ca", certificate: expired } } }, [
      'github.ca.certificate: "CN=Old Root" expired on 2024-05-06; allowed: PEM certificates of authorities that are valid today, and nothing else',
    ]);
  });
});

describe("settings of GitHub that are right", () => {
  const cases: readonly (readonly [string, string, Changes])[] = [
    [
      "a set for a repository of the App's organization, in other letters",
      "dev",
      {
        ...app,
        github: { ...ids, configUrl: "https://github.com/acme" },
        ...own("https://github.com/Acme/app"),
      },
    ],
    ["a set for another organization with a token", "dev", own("https://github.com/other")],
    [
      "an enterprise with a token",
      "dev",
      { github: { ...server, configUrl: "https://ghes.example.com/enterprises/acme" } },
    ],
    [
      "labels behind a flag that is on",
      "dev",
      {
        github: { ...server, enterpriseServerVersion: "3.18", scaleSetLabelsEnabled: true },
        scaleSets: { "runner-base": { labels: ["docker"] } },
      },
    ],
    [
      "labels on a server that knows them",
      "dev",
      {
        github: { ...server, enterpriseServerVersion: "3.21" },
        scaleSets: { "runner-base": { labels: ["docker"] } },
      },
    ],
    [
      "a stand-in without TLS and without version",
      "local",
      {
        ...localChart,
        github: { configUrl: "http://10.88.0.1:8080/acme" },
      },
    ],
    ["an authority that somebody else provides", "dev", { github: { ...server, ca: { configMap: "github-ca" } } }],
  ];
  for (const [title, stack, changes] of cases) {
    it(`accepts ${title}`, () => {
      assert.ok(!("problems" in decode(stack, changes)), JSON.stringify(decode(stack, changes)));
    });
  }

  it("accepts an authority with several certificates", async () => {
    const pem = `${await certificate({})}\n${await certificate({ subject: "CN=Acme Issuing" })}\n`;
    const { github } = settingsOf("dev", { github: { ...server, ca: { configMap: "github-ca", certificate: pem } } });
    assert.equal(github.ca?.certificate, pem);
  });
});

describe("authorityProblems", () => {
  const now = new Date("2026-01-15T12:00:00Z");

  it("judges each certificate by itself", async () => {
    const pems = [
      await certificate({ subject: "CN=Server", authority: false, until: "2030-01-01" }),
      await certificate({ subject: "CN=Past", until: "2026-01-15" }),
      await certificate({ subject: "CN=Future", from: "2026-01-16" }),
      await certificate({ subject: "CN=Present", from: "2026-01-15", until: "2026-01-16" }),
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ];
    assert.deepEqual(authorityProblems(pems.join("\n"), now), [
      '"CN=Server" (until 2030-01-01) is no certificate authority',
      '"CN=Past" expired on 2026-01-15',
      '"CN=Future" begins on 2026-01-16',
      "cannot be read",
    ]);
  });

  it("wants whole certificates, and no key beside them", async () => {
    assert.deepEqual(authorityProblems("-----BEGIN CERTIFICATE-----\nMIIB"), ["has no whole certificate"]);
    const key = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----";
    assert.deepEqual(authorityProblems(`${await certificate({})}\n${key}`), ["holds a private key [hidden]"]);
  });
});

describe("availability", () => {
  const labels: ServerFeature = serverFeatures.labels;
  const cases = [
    [serverFeatures.scaleSets, "3.8", "absent"],
    [serverFeatures.scaleSets, "3.9", "on"],
    [serverFeatures.scaleSets, "3.10", "on"],
    [labels, "3.9", "absent"],
    [labels, "3.17", "absent"],
    [labels, "3.18", "flag"],
    [labels, "3.20", "flag"],
    [labels, "3.21", "on"],
    [labels, "4.0", "on"],
  ] as const;
  for (const [feature, version, expected] of cases) {
    it(`finds ${feature.name} ${expected} in ${version}`, () => {
      assert.equal(availability(feature, version), expected);
    });
  }
});

import assert from "node:assert/strict";

import { environments } from "../../../stacks/index";
import { type Changes, decode, localChart, messageOf, settingsOf } from "../../support/settings";

const digest = `@sha256:${"0".repeat(64)}`;
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";

/** A scale set that changes some of `runner-base`. */
const base = (changes: object): Changes => ({ scaleSets: { "runner-base": changes } });

const known = Object.keys(environments).join(", ");
const seven = [
  "runner-base",
  "runner-cpu",
  "runner-cpu-largememory",
  "runner-fpga",
  "runner-gpu",
  "runner-highcpu",
  "runner-hybrid",
];

describe("settings that are wrong", () => {
  it("names all problems at once, also across sections of which one cannot be read", () => {
    const message = messageOf("dev", {
      githubToken: undefined,
      arc: { replicas: 10 },
      ...base({ minRunners: 5, maxRunners: "3" }),
    });
    assert.equal(
      message,
      [
        '3 problems in the settings of stack "dev":',
        "  arc.replicas: given 10; allowed: a whole number from 0 to 9",
        '  scaleSets.runner-base.maxRunners: given "3"; allowed: a whole number from 0 to 10000; fix: remove the quotes',
        "  githubToken: not set, nor is githubAppPrivateKey; allowed: exactly one of githubToken and githubAppPrivateKey (both secrets); fix: pulumi config set --secret githubToken",
      ].join("\n"),
    );
  });

  it("fails for an unknown stack with the stacks there are", () => {
    assert.equal(
      messageOf("locl", {}),
      `1 problem in the settings of stack "locl":\n  stack: given "locl"; allowed: ${known}; fix: did you mean local?`,
    );
    assert.equal(
      messageOf("toString", {}),
      `1 problem in the settings of stack "toString":\n  stack: given "toString"; allowed: ${known}; fix: select one with \`pulumi stack select\`, or add stacks/<name>.ts to stacks/index.ts`,
    );
  });
});

describe("settings that are right", () => {
  it("merge defaults, environment and configuration, the later over the earlier", () => {
    const settings = settingsOf("dev", { ...base({ maxRunners: 4 }), arc: { logLevel: "debug" } });
    assert.equal(settings.arc.replicas, 1, "from the environment");
    assert.equal(settings.arc.logLevel, "debug", "from the configuration");
    assert.equal(settings.arc.logFormat, "json", "from the defaults");
    assert.deepEqual(Object.keys(settings.scaleSets), seven);
    assert.deepEqual(
      [settings.scaleSets["runner-base"]?.minRunners, settings.scaleSets["runner-base"]?.maxRunners],
      [1, 4],
    );
  });

  it("take an added scale set with one entry, over the defaults of all sets", () => {
    const settings = settingsOf("dev", { scaleSets: { "runner-eighth": { minRunners: 0, maxRunners: 2 } } });
    assert.deepEqual(Object.keys(settings.scaleSets), [...seven, "runner-eighth"]);
    assert.deepEqual(settings.scaleSets["runner-eighth"]?.resources, settings.scaleSets["runner-hybrid"]?.resources);
  });

  it("drop a scale set that is null", () => {
    const { scaleSets } = settingsOf("dev", { scaleSets: { "runner-base": null } });
    assert.deepEqual(Object.keys(scaleSets), seven.slice(1));
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
      node: `docker.io/library/node:24.9.0${digest}`,
    };
    assert.equal(settingsOf("dev", { images }).images.runner, `r.io:5000/a/r:1.2${digest}`);
  });

  it("are the same object for the same input, and depend on nothing else", () => {
    assert.deepEqual(decode("local", localChart), decode("local", localChart));
  });
});

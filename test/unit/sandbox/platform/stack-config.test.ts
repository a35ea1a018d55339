import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { ConfigMap } from "@pulumi/pulumi/automation";

import { stackConfig } from "../../../../sandbox/platform/stack-config";
import { temporaryFolder } from "../../../support/temporary";

const sandbox = {
  kubeconfig: "apiVersion: v1\nkind: Config",
  githubConfigUrl: "http://10.88.0.1:8080/acme",
  githubToken: "sandbox_0123",
  controllerChart: "/cache/chart",
};

describe("stackConfig", () => {
  const folder = temporaryFolder();

  function configOf(...lines: readonly string[]): ConfigMap {
    const file = join(folder(), "Pulumi.local.yaml");
    writeFileSync(file, lines.join("\n"));
    return stackConfig(sandbox, file);
  }

  /** The values as the program will read them, by key without the project's name. */
  function values(config: ConfigMap): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(config).map(([key, { value }]) => {
        const short = key.replace("runner-platform:", "");
        return [short, /^[[{]|^(null|true|false|\d+)$/.test(value) ? (JSON.parse(value) as unknown) : value];
      }),
    );
  }

  const supplied = {
    kubeconfig: sandbox.kubeconfig,
    githubToken: "sandbox_0123",
    github: { configUrl: "http://10.88.0.1:8080/acme" },
    arc: { controllerChart: { chart: "/cache/chart" } },
  };

  for (const [title, ...lines] of [
    ["an empty file"],
    ["a file of comments", "# nothing"],
    ["a file without config", "encryptionsalt: v1"],
    ["an empty config", "config:"],
  ] as const) {
    it(`is what the sandbox supplies for ${title}`, () => {
      assert.deepEqual(values(configOf(...lines)), supplied);
    });
  }

  it("is the whole of a checkout's own file when none is named", () => {
    assert.deepEqual(values(stackConfig(sandbox)), { ...supplied, "pulumi:disable-default-providers": ["*"] });
  });

  it("leaves the chart to the settings when the sandbox has none", () => {
    const { kubeconfig, githubConfigUrl, githubToken } = sandbox;
    const file = join(folder(), "empty.yaml");
    writeFileSync(file, "");
    const config = stackConfig({ kubeconfig, githubConfigUrl, githubToken }, file);
    assert.deepEqual(Object.keys(config).sort(), [
      "runner-platform:github",
      "runner-platform:githubToken",
      "runner-platform:kubeconfig",
    ]);
  });

  it("lays the user's file over what the sandbox supplies, key by key", () => {
    const config = configOf(
      "config:",
      "  runner-platform:githubToken: ghp_mine",
      "  runner-platform:github: { runnerGroup: builders }",
      "  runner-platform:arc: { controllerChart: { chart: ./mine }, replicas: 2 }",
      "  runner-platform:production: true",
      "  runner-platform:network: { runnerPorts: [443] }",
    );
    assert.deepEqual(values(config), {
      ...supplied,
      githubToken: "ghp_mine",
      github: { ...supplied.github, runnerGroup: "builders" },
      arc: { controllerChart: { chart: "./mine" }, replicas: 2 },
      production: true,
      network: { runnerPorts: [443] },
    });
  });

  it("takes a value of the sandbox away with null", () => {
    const { githubToken, ...rest } = values(configOf("config:", "  runner-platform:githubToken: null"));
    assert.equal(githubToken, undefined);
    assert.deepEqual(Object.keys(rest).sort(), ["arc", "github", "kubeconfig"]);
  });

  it("hands null on for a section that the environment may do without", () => {
    assert.equal(values(configOf("config:", "  runner-platform:vault: null"))["vault"], null);
  });

  it("hands null on inside settings, where it takes away what lower layers say", () => {
    const config = configOf(
      "config:",
      "  runner-platform:scaleSets: { runner-base: null }",
      "  runner-platform:dind: { registryCa: null }",
      "  runner-platform:arc: { controllerChart: { version: null } }",
    );
    const { scaleSets, dind, arc } = values(config);
    assert.deepEqual(scaleSets, { "runner-base": null });
    assert.deepEqual(dind, { registryCa: null });
    assert.deepEqual(arc, { controllerChart: { chart: "/cache/chart", version: null } });
  });

  it("marks secrets, and nothing else, as secret", () => {
    const config = configOf("config:", "  runner-platform:githubAppPrivateKey: PEM");
    const secret = Object.keys(config).filter((key) => config[key]?.secret === true);
    assert.deepEqual(secret.sort(), [
      "runner-platform:githubAppPrivateKey",
      "runner-platform:githubToken",
      "runner-platform:kubeconfig",
    ]);
  });

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["a text", "hello", /Pulumi\.local\.yaml: must be a map with the key config$/],
    ["a list as config", "config: [a]", /Pulumi\.local\.yaml: config must be a map of settings$/],
    ["no YAML", "config: {", /Pulumi\.local\.yaml cannot be read$/],
    [
      "an encrypted value",
      "config:\n  runner-platform:githubToken:\n    secure: v1:abc",
      /Pulumi\.local\.yaml: runner-platform:githubToken is encrypted, and the sandbox has no key for it: /,
    ],
  ];
  for (const [title, text, message] of wrong) {
    it(`fails for ${title}`, () => {
      assert.throws(() => configOf(text), message);
    });
  }

  it("fails for a file that does not exist, with its name", () => {
    assert.throws(() => stackConfig(sandbox, "/nowhere/Pulumi.local.yaml"), /^Error: \/nowhere\/Pulumi\.local\.yaml /);
  });

  describe("of the organization", () => {
    const organization = { section: { variables: {} }, token: "sandbox_0123", secrets: { ROLE: "r" } };
    const keysOf = (...lines: readonly string[]): string[] => {
      const file = join(folder(), "Pulumi.local.yaml");
      writeFileSync(file, lines.join("\n"));
      const config = stackConfig({ ...sandbox, organization }, file);
      return Object.entries(config).flatMap(([key, { secret }]) =>
        /:organization/.test(key) ? [`${key.split(":")[1] ?? ""}${secret === true ? " (secret)" : ""}`] : [],
      );
    };
    const all = ["organization", "organizationSecrets (secret)", "organizationToken (secret)"];

    it("is there with its secrets marked", () => assert.deepEqual(keysOf("config:").sort(), all));

    it("is laid under what the user wrote", () => {
      const lines = ["config:", "  runner-platform:organizationSecrets: { OTHER: o }"];
      assert.deepEqual(keysOf(...lines).sort(), all);
      const file = join(folder(), "Pulumi.local.yaml");
      const config = stackConfig({ ...sandbox, organization }, file);
      assert.deepEqual(values(config)["organizationSecrets"], { ROLE: "r", OTHER: "o" });
    });

    it("is not there beside another GitHub, whose organization it would change", () => {
      assert.deepEqual(keysOf("config:", "  runner-platform:github: { configUrl: 'https://github.com/acme' }"), []);
    });

    it("goes with its secrets when the section is taken away", () => {
      assert.deepEqual(keysOf("config:", "  runner-platform:organization: null"), ["organization"]);
    });
  });
});

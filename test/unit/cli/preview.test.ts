import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";

import { placeholder, placeholderMark } from "../../../cli/placeholders";
import { PreviewCollector, type StackPreview } from "../../../cli/preview/report";
import { formatPreview, listResources } from "../../../cli/preview/summary";
import { stackConfig } from "../../../cli/stack-config";
import { secretKeys, secretProblems } from "../../../stacks/secrets";
import { temporaryFolder } from "../../support/temporary";
import { chartAt } from "../../support/settings";

const root = "urn:pulumi:dev::runner-platform::runner-platform:index:Platform::platform";

function created(parent: string, type: string, name: string, custom = true): EngineEvent {
  const types = parent === "" ? "" : `${parent.split("::")[2] ?? ""}$`;
  const urn = `urn:pulumi:dev::runner-platform::${types}${type}::${name}`;
  const metadata = { op: "create", urn, type, new: { type, urn, custom, parent, inputs: {} } };
  return { sequence: 0, timestamp: 0, resourcePreEvent: { metadata } } as unknown as EngineEvent;
}

const component = (name: string, kind: string): string =>
  `urn:pulumi:dev::runner-platform::runner-platform:index:Platform$runner-platform:index:${kind}::${name}`;

function said(severity: string, message: string, urn?: string): EngineEvent {
  return { sequence: 0, timestamp: 0, diagnosticEvent: { severity, message, urn } } as unknown as EngineEvent;
}

function collect(...events: readonly EngineEvent[]): StackPreview {
  const collector = new PreviewCollector();
  for (const event of events) collector.add(event);
  const { objects, warnings, errors } = collector;
  return { stack: "dev", resources: objects, warnings, problems: errors, secretKeys: new Map() };
}

const stackUrn = "urn:pulumi:dev::runner-platform::pulumi:pulumi:Stack::runner-platform-dev";
const platform = [
  created("", "pulumi:pulumi:Stack", "runner-platform-dev", false),
  created(stackUrn, "runner-platform:index:Platform", "platform", false),
].map((event) => {
  const metadata = event.resourcePreEvent?.metadata;
  if (metadata?.type === "runner-platform:index:Platform") Object.assign(metadata, { urn: root });
  return event;
});

describe("what a preview says", () => {
  it("counts what lies in each part, and folds parts of one kind", () => {
    const preview = collect(
      ...platform,
      created(root, "pulumi:providers:kubernetes", "platform-kubernetes"),
      ...["runner-a", "runner-b"].flatMap((name) => [
        created(root, "runner-platform:index:RunnerScaleSet", name, false),
        created(component(name, "RunnerScaleSet"), "kubernetes:core/v1:Secret", `${name}-secret`),
        created(
          component(name, "RunnerScaleSet"),
          "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet",
          `${name}-scale-set`,
        ),
      ]),
      said("warning", "Chart x: not here\n"),
    );
    assert.equal(
      formatPreview(preview, 1.25),
      [
        "dev: 5 resources in 3 components, 2 scale sets (1.3 s)",
        "  platform-kubernetes  provider        1  kubernetes",
        "  runner-a, runner-b   RunnerScaleSet  4  2 AutoscalingRunnerSet, 2 Secret",
        "  warning: Chart x: not here",
      ].join("\n"),
    );
    assert.deepEqual(listResources(preview.resources).slice(0, 2), [
      "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet runner-a-scale-set < runner-a",
      "kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet runner-b-scale-set < runner-b",
    ]);
  });

  it("shows problems instead of parts when the engine failed, each once", () => {
    const preview = collect(
      ...platform,
      said("error", "it broke\n"),
      said("error", "it broke\n"),
      said("error", "preview failed"),
    );
    assert.equal(formatPreview(preview, 2), "dev: the preview failed (2.0 s)\n  problem: it broke");
  });
});

describe("the configuration of a stack for commands that only look", () => {
  const folder = temporaryFolder();
  const read = (text: string, stack = "dev") => {
    const file = join(folder(), "Pulumi.yaml");
    writeFileSync(file, text);
    return stackConfig(stack, chartAt, { file });
  };
  const app = 'config:\n  runner-platform:github: { configUrl: "https://github.com/acme"';

  it("has placeholders for the secrets that the settings ask for, and for no others", () => {
    assert.deepEqual(read(`${app} }`).placeholders, ["kubeconfig", "githubToken"]);
    const { placeholders, secret, result } = read(
      `${app}, appId: "1", installationId: "2" }\n  runner-platform:kubernetes: { context: dev }`,
    );
    assert.deepEqual(placeholders, ["githubAppPrivateKey"]);
    assert.deepEqual(secret, ["runner-platform:githubAppPrivateKey"]);
    assert.ok("settings" in result);
  });

  it("decrypts nothing: an encrypted secret has a placeholder too", () => {
    const { values, placeholders } = read(`${app} }\n  runner-platform:githubToken: { secure: v1:abc }`);
    assert.deepEqual(placeholders, ["kubeconfig", "githubToken"]);
    assert.ok(values["runner-platform:githubToken"]?.includes(placeholderMark));
  });

  it("refuses an encrypted setting that is no secret, and names what could be", () => {
    assert.throws(
      () => read(`${app} }\n  runner-platform:arc: { secure: v1:abc }`),
      /runner-platform:arc is encrypted, but no secret of the program: only kubeconfig, githubToken, /,
    );
  });

  it("keeps keys of other projects as they are", () => {
    assert.equal(
      read(`${app} }\n  pulumi:disable-default-providers: ["*"]`).values["pulumi:disable-default-providers"],
      '["*"]',
    );
  });

  it("refuses an unknown stack, a missing file, and a file of another form", () => {
    assert.throws(() => stackConfig("prd", chartAt), /there is no stack "prd": did you mean prod\?/);
    assert.throws(
      () => stackConfig("dev", chartAt, { file: "/nowhere.yaml" }),
      /\/nowhere\.yaml: there is no such file/,
    );
    assert.throws(() => read("- a list"), /must be a map with the key config/);
    assert.throws(() => read("config: none"), /config must be a map of settings/);
  });
});

describe("placeholders of secrets", () => {
  it("have the forms that checks of settings want, and are the same in every run", () => {
    const all = Object.fromEntries(secretKeys.map((key) => [key, placeholder(key)]));
    assert.deepEqual(secretProblems(all), []);
    for (const key of secretKeys) assert.equal(placeholder(key), all[key]);
  });

  it("can be recognised", () => {
    const plain = placeholderMark.replaceAll("-", "");
    for (const key of secretKeys) assert.ok(placeholder(key, ["NAME"]).replaceAll("-", "").includes(plain), key);
  });
});

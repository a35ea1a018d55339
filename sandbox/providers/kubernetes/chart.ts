import { resolve } from "node:path";
import { assetText, withAssets } from "./assets.js";
import type { ConstructOptions } from "./construct.js";
import { ProviderError } from "./errors.js";
import { isLocalChart, renderChart, type RepositoryOptions } from "./helm.js";
import { isObject, textAt, type JsonObject, type KubernetesObject } from "./json.js";
import { parseManifest, placeInNamespace } from "./manifest.js";
import { reveal, type PropertyMap } from "./values.js";

export const CHART = "kubernetes:helm.sh/v4:Chart";

/** Inputs of the real plugin's Chart that need a local helm set-up this provider does not touch. */
const UNSERVED_INPUTS = ["postRenderer", "keyring"];

/** The objects of a chart, as `helm template` renders them for the session's cluster, in their namespaces. */
export async function chartObjects(
  name: string,
  inputs: PropertyMap,
  options: ConstructOptions,
): Promise<KubernetesObject[]> {
  const { session, helm, programDirectory } = options;
  for (const input of UNSERVED_INPUTS) {
    if (inputs[input] !== undefined)
      throw new ProviderError(`${input} of ${CHART} is not served by the offline kubernetes provider`);
  }
  const plain = reveal(inputs) as JsonObject;
  const text = (key: string) => textAt(plain, key) || undefined;
  const flag = (key: string) => plain[key] === true;
  const chart = text("chart");
  if (chart === undefined) throw new ProviderError(`${CHART} ${name} names no chart`);
  const namespace = text("namespace") ?? session.defaultNamespace;
  const files = Array.isArray(plain.valueYamlFiles) ? plain.valueYamlFiles : [];
  const manifest = await renderChart(helm, {
    chart: isLocalChart(chart) ? resolve(programDirectory, chart.replace(/^file:\/\//, "")) : chart,
    release: text("name") ?? name,
    namespace,
    version: text("version"),
    devel: flag("devel"),
    dependencyUpdate: flag("dependencyUpdate"),
    verify: flag("verify"),
    plainHttp: flag("plainHttp"),
    skipCrds: flag("skipCrds"),
    values: (await withAssets(plain.values ?? {}, programDirectory)) as JsonObject,
    valueFiles: await Promise.all(files.map((file) => assetText(file, programDirectory))),
    repository: repositoryOf(plain),
    kubeVersion: session.serverVersion,
    apiVersions: await session.discovery.apiVersions(),
  });
  return placeInNamespace(parseManifest(manifest), namespace, session.discovery);
}

function repositoryOf(inputs: JsonObject): RepositoryOptions {
  const options = isObject(inputs.repositoryOpts) ? inputs.repositoryOpts : {};
  return {
    repo: textAt(options, "repo"),
    username: textAt(options, "username"),
    password: textAt(options, "password"),
    caFile: textAt(options, "caFile"),
    certFile: textAt(options, "certFile"),
    keyFile: textAt(options, "keyFile"),
  };
}

import { resolve } from "node:path";
import { assetText, withAssets } from "./assets.js";
import type { ConstructOptions } from "./construct.js";
import { ProviderError } from "./errors.js";
import { type ChartRequest, isLocalChart, renderChart, type RepositoryOptions } from "./helm.js";
import { isObject, textAt, type JsonObject, type KubernetesObject } from "./json.js";
import { parseManifest, placeInNamespace } from "./manifest.js";
import { findChart, wantedChart } from "./offline-charts.js";
import { reveal, type PropertyMap } from "../shared/values.js";

export const CHART = "kubernetes:helm.sh/v4:Chart";

/** Inputs of the real plugin's Chart that need a local helm set-up this provider does not touch. */
const UNSERVED_INPUTS = ["postRenderer", "keyring"];

/**
 * The objects of a chart, as `helm template` renders them for the session's cluster, in their namespaces.
 * @throws ChartUnavailable without a cluster, for a chart that is not on this machine
 */
export async function chartObjects(
  name: string,
  inputs: PropertyMap,
  options: ConstructOptions,
  warn: (text: string) => void,
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
    ...sourceOf(chart, plain, options, warn),
    release: text("name") ?? name,
    namespace,
    devel: flag("devel"),
    dependencyUpdate: flag("dependencyUpdate"),
    verify: flag("verify"),
    plainHttp: flag("plainHttp"),
    skipCrds: flag("skipCrds"),
    values: (await withAssets(plain.values ?? {}, programDirectory)) as JsonObject,
    valueFiles: await Promise.all(files.map((file) => assetText(file, programDirectory))),
    kubeVersion: session.serverVersion,
    apiVersions: await session.discovery.apiVersions(),
  });
  return placeInNamespace(parseManifest(manifest), namespace, session.discovery);
}

/** Where helm takes the chart from. Without a cluster there is no network either: then it is a folder, or nothing. */
function sourceOf(
  chart: string,
  inputs: JsonObject,
  { session, programDirectory }: ConstructOptions,
  warn: (text: string) => void,
): Pick<ChartRequest, "chart" | "version" | "repository"> {
  const asked = { version: textAt(inputs, "version") || undefined, repository: repositoryOf(inputs) };
  if (isLocalChart(chart)) return { ...asked, chart: resolve(programDirectory, chart.replace(/^file:\/\//, "")) };
  if (session.offline === undefined) return { ...asked, chart };
  const { folder, note } = findChart(wantedChart(inputs), session.offline.charts);
  if (note !== undefined) warn(note);
  return { chart: folder, repository: {} };
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

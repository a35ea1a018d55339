import { isObject, textAt, type JsonObject } from "./json.js";

/** A chart that lies in a folder of this machine. */
export interface AvailableChart {
  readonly chart: string;
  /** With or without a leading `v`. */
  readonly version: string;
  /** Addresses under which it is published; `oci://` ones without the chart's name. @default it stands for that of any */
  readonly repositories?: readonly string[];
  /** Or archive. */
  readonly folder: string;
}

/** What a program asks for. */
export interface WantedChart {
  readonly chart: string;
  readonly repository: string;
  /** Undefined: the newest. */
  readonly version?: string;
}

/** A chart that is not here; its message says which one and why. */
export class ChartUnavailable extends Error {}

/** Reads the inputs of a `helm.v4.Chart` that names no local folder or archive. */
export function wantedChart(inputs: JsonObject): WantedChart {
  const reference = (textAt(inputs, "chart") ?? "").replace(/\/+$/, "");
  const options = isObject(inputs.repositoryOpts) ? inputs.repositoryOpts : {};
  const slash = reference.lastIndexOf("/");
  const isAddress = /^[a-z]+:\/\//.test(reference);
  const version = textAt(inputs, "version");
  return {
    chart: isAddress ? reference.slice(slash + 1) : reference,
    repository: isAddress ? reference.slice(0, slash) : (textAt(options, "repo") ?? "").replace(/\/+$/, ""),
    ...(version !== undefined && version !== "" && { version }),
  };
}

export interface FoundChart {
  readonly folder: string;
  /** What is to be told about it. */
  readonly note?: string;
}

/**
 * The folder of a chart. A mirror's chart of the same name and version is taken for the published one, which is told.
 *
 * @throws ChartUnavailable when it is not among those on this machine, or not in this version
 */
export function findChart(wanted: WantedChart, available: readonly AvailableChart[]): FoundChart {
  const { chart, repository, version } = wanted;
  const from = repository === "" ? "" : ` of ${repository}`;
  const name = `chart ${chart} ${version ?? "without a version"}${from}`;
  const same = available.filter((item) => item.chart === chart);
  const fitting = same.filter((item) => version !== undefined && plain(item.version) === plain(version));
  const published = fitting.find(({ repositories }) => repositories?.includes(repository) ?? true);
  if (published !== undefined) return { folder: published.folder };
  const [copy] = fitting;
  if (copy !== undefined)
    return {
      folder: copy.folder,
      note: `${name} is rendered from what ${copy.repositories?.[0] ?? "its project"} publishes`,
    };
  const versions = same.map((item) => item.version).join(", ");
  const why =
    versions === "" ? "it can only be had from its repository" : `here it can be had in version ${versions} only`;
  throw new ChartUnavailable(`${name} is not rendered: ${why}. Its objects are missing here`);
}

function plain(version: string): string {
  return version.replace(/^v/, "");
}

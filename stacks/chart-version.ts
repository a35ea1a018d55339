import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { parse } from "yaml";

import { isObject } from "./merge";

/** What a chart source turned out to be. */
export type ChartSource =
  | { readonly kind: "oci" }
  | { readonly kind: "local"; readonly version: string }
  /** Not looked at: nothing is said about it. */
  | { readonly kind: "unknown" }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Looks at a chart reference: an `oci://` address is taken as it is, a folder or `.tgz` is opened for the version in its `Chart.yaml`.
 * Relative paths are relative to the working directory, as they are for the provider.
 */
export function inspectChart(chart: string): ChartSource {
  if (chart.startsWith("oci://")) return { kind: "oci" };
  if (!existsSync(chart)) return { kind: "unreadable", reason: "no such folder or file" };
  try {
    const manifest = statSync(chart).isDirectory()
      ? readFileSync(join(chart, "Chart.yaml"), "utf8")
      : manifestOfArchive(readFileSync(chart));
    const document: unknown = manifest === undefined ? undefined : parse(manifest);
    if (!isObject(document) || typeof document["version"] !== "string")
      return { kind: "unreadable", reason: "no Chart.yaml with a version inside" };
    return { kind: "local", version: document["version"] };
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** `<chart>/Chart.yaml` from a gzipped tar archive: 512-byte headers with name (offset 0) and octal size (offset 124), then the content. */
function manifestOfArchive(archive: Buffer): string | undefined {
  const tar = gunzipSync(archive);
  for (let offset = 0; offset + 512 <= tar.length;) {
    const name = tar.toString("utf8", offset, offset + 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(tar.toString("latin1", offset + 124, offset + 136), 8) || 0;
    const content = offset + 512;
    if (/^(\.\/)?[^/]+\/Chart\.yaml$/.test(name)) return tar.toString("utf8", content, content + size);
    offset = content + Math.ceil(size / 512) * 512;
  }
  return undefined;
}

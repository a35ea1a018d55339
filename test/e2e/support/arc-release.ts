import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arcImage, sandboxImages } from "../../../sandbox/images/catalog";
import { importImages } from "../../../sandbox/images/import";
import { ensureBuilt } from "../../../sandbox/tools/build";
import { builtTools } from "../../../sandbox/tools/catalog";
import { collectPrograms } from "../../../sandbox/tools/ensure";
import { ensureGo } from "../../../sandbox/tools/go-toolchain";
import { state } from "./sandbox";

/** What the settings of a stack need to run another release of ARC. */
export interface OtherRelease {
  readonly version: string;
  readonly image: string;
  /** Folder of the controller's chart. */
  readonly chart: string;
}

/**
 * The sandbox's ARC once more under another version number, as controller, image and chart: it compares its own number with the label of
 * each scale set and deletes those that differ, which is all that an upgrade has to get right.
 */
export async function otherRelease(version: string): Promise<OtherRelease> {
  const { arc } = builtTools;
  const tool = { ...arc, version, ldflags: arc.ldflags.replace(arc.version, version) };
  const folder = await ensureBuilt(tool, await ensureGo(() => undefined));
  const image = arcImage.replace(arc.version, version);
  const original = sandboxImages.find(({ name }) => name === arcImage);
  if (!original) throw new Error(`the sandbox has no image ${arcImage}`);
  const programs = new Map(await collectPrograms([]));
  for (const { name } of tool.programs) programs.set(name, join(folder, name));
  await importImages(state(), programs, [{ ...original, name: image }]);
  return { version, image, chart: relabelledChart(join(folder, "controller-chart"), arc.version, version) };
}

function relabelledChart(chart: string, from: string, to: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), "runner-platform-chart-")), "controller-chart");
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(chart, copy, { recursive: true });
  const manifest = join(copy, "Chart.yaml");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replaceAll(from, to));
  return copy;
}

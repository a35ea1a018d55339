import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ImageReference, parseReference, referenceAllowed } from "../../components/images/reference";
import { readStackFile, requireStack } from "../stack-file";
import { UserError } from "../user-error";
import { mergeLayers } from "../../stacks/decode";
import { defaults } from "../../stacks/defaults";
import { environments } from "../../stacks/index";
import { isObject } from "../../stacks/merge";
import { imageSettings } from "./image-settings";

/** An image that somebody wants locked. */
export interface WantedImage {
  /** As it was written. */
  readonly reference: string;
  readonly parsed: ImageReference;
  /** `STACK: SETTING` of each place that names it. */
  readonly usedBy: readonly string[];
  /** Prefix behind which it is looked up. */
  readonly mirror?: string;
}

/** Images that are packed on the machine where they run; no registry has them. */
const packedLocally = "docker.io/runner-platform/";

/** The merged settings of a stack, unchecked: defaults, environment, and `Pulumi.<stack>.yaml` where there is one. */
export function stackSettings(stack: string, checkout: string): unknown {
  requireStack(stack);
  return mergeLayers([defaults, environments[stack], stackConfiguration(stack, checkout)]);
}

export function stackNames(): string[] {
  return Object.keys(environments);
}

function stackConfiguration(stack: string, checkout: string): Record<string, unknown> {
  const file = join(checkout, `Pulumi.${stack}.yaml`);
  const config = existsSync(file) ? readStackFile(stack, file) : {};
  const own = Object.entries(config).map(([key, value]) => [key.replace(/^runner-platform:/, ""), value] as const);
  return Object.fromEntries(own);
}

/** What is to be looked up, and where. */
export interface Selection {
  /** @default all stacks, unless images are named */
  readonly stacks?: readonly string[];
  readonly images?: readonly string[];
  /** A prefix, or `false` for the registries themselves. @default the mirror of each stack */
  readonly mirror?: string | false;
}

/** Whether a selection is everything that any stack uses: only then can an entry of the lock be called unused. */
export function isEverything({ stacks = [], images = [] }: Selection): boolean {
  return stacks.length === 0 && images.length === 0;
}

/**
 * The images of a selection, each once. An image that several stacks use is looked up through the mirror of the first of them.
 * @throws UserError naming every reference that is none
 */
export function wantedImages(selection: Selection, checkout: string): WantedImage[] {
  const stacks = isEverything(selection) ? stackNames() : (selection.stacks ?? []);
  const named = [
    ...stacks.flatMap((stack) => imagesOfStack(stack, checkout)),
    ...(selection.images ?? []).map((reference) => ({ reference, usedBy: "--image", mirror: undefined })),
  ].filter(({ reference }) => !reference.startsWith(packedLocally));
  const wrong = named.filter(({ reference }) => parseReference(reference) === undefined);
  if (wrong.length > 0) {
    const lines = wrong.map(
      ({ reference, usedBy }) => `  ${usedBy}: given ${JSON.stringify(reference)}; allowed: ${referenceAllowed}`,
    );
    throw new UserError(["these are no references of images:", ...lines].join("\n"));
  }
  const wanted = new Map<string, WantedImage>();
  for (const { reference, usedBy, mirror: ofStack } of named) {
    const parsed = parseReference(reference);
    if (!parsed) continue;
    const before = wanted.get(reference);
    const mirror = selection.mirror === false ? undefined : (selection.mirror ?? before?.mirror ?? ofStack);
    const users = [...(before?.usedBy ?? []), usedBy];
    wanted.set(reference, { reference, parsed, usedBy: users, ...(mirror !== undefined && { mirror }) });
  }
  return [...wanted.values()].sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

function imagesOfStack(
  stack: string,
  checkout: string,
): { reference: string; usedBy: string; mirror: string | undefined }[] {
  const settings = stackSettings(stack, checkout);
  const images = isObject(settings) ? settings["images"] : undefined;
  const mirror = isObject(images) && typeof images["mirror"] === "string" ? images["mirror"] : undefined;
  return imageSettings(settings).map(({ path, reference }) => ({ reference, usedBy: `${stack}: ${path}`, mirror }));
}

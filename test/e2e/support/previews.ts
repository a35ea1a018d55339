import { type StackPreview } from "../../../cli/preview/report";
import { previewStack } from "../../../cli/preview/run";
import { type PreviewTools, previewTools } from "../../../cli/preview/tools";

let tools: Promise<PreviewTools> | undefined;

/** Engine, helm and charts; fetched or built once, as for a user. */
export function toolsOfPreview(): Promise<PreviewTools> {
  return (tools ??= previewTools((message) => console.log(`      ${message}`)));
}

/** A preview with the seconds it took. */
export interface TimedPreview extends StackPreview {
  readonly seconds: number;
}

const previews = new Map<string, Promise<TimedPreview>>();

/** The offline preview of a stack by the real engine; each is run once for all tests. */
export function offlinePreview(stack: string): Promise<TimedPreview> {
  const known = previews.get(stack) ?? run(stack);
  previews.set(stack, known);
  return known;
}

async function run(stack: string): Promise<TimedPreview> {
  const ready = await toolsOfPreview();
  const began = Date.now();
  const result = await previewStack(stack, ready);
  return { ...result, seconds: (Date.now() - began) / 1000 };
}

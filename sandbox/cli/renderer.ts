import { type ListrOptions, PRESET_TIMER } from "listr2";

/** How steps are shown: a live list in a terminal, one line for each event elsewhere. */
export const rendering = {
  renderer: "default",
  fallbackRenderer: "simple",
  fallbackRendererCondition: () => !process.stdout.isTTY,
  rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} as const satisfies Partial<ListrOptions> & Record<string, unknown>;

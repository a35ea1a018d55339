import { dev } from "./dev";
import { local } from "./local";
import type { Layer } from "./settings";

/** Environments by the name of their Pulumi stack. */
export const environments: Readonly<Record<string, Layer>> = { dev, local };

import { dev } from "./dev";
import { eks } from "./eks";
import { ghes } from "./ghes";
import { local } from "./local";
import { prod } from "./prod";
import type { Layer } from "./settings";

/** Environments by the name of their Pulumi stack. */
export const environments: Readonly<Record<string, Layer>> = { dev, prod, eks, ghes, local };

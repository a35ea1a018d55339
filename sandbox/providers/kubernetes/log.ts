import { logger } from "../shared/log.js";

/** Writes one line to stderr. Callers pass kinds, names and durations only, never property values. */
export const log = logger("kubernetes");

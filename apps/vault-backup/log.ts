import { logOf } from "../shared/log";

export { hide, type Log, messageOf, withoutSecrets } from "../shared/log";

/** One line of JSON for what happened in which step of a run. */
export const log = logOf("step");

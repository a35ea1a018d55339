import type * as z from "zod/mini";

import { formatProblem } from "../../stacks/problems";

/** One problem of a program's configuration, in a line: where, what was given, what is allowed. */
export function explainIssue(issue: z.core.$ZodIssue, configuration: unknown): string {
  const path = issue.path.map(String).join(".") || "configuration";
  if (issue.code === "unrecognized_keys") return formatProblem({ path, what: `unknown key ${issue.keys.join(", ")}` });
  const given: unknown = issue.path.reduce<unknown>(
    (inner, key) => (Object(inner) as Record<PropertyKey, unknown>)[key],
    configuration,
  );
  // Settings hold names and paths; what somebody pasted here by mistake is not repeated at length.
  const shown = given === undefined ? "not set" : `given ${JSON.stringify(given).slice(0, 60)}`;
  return formatProblem({
    path,
    what: shown,
    // A rule without words of its own is one about a map; zod's own say more where its locales are loaded.
    allowed: issue.code === "invalid_type" && issue.message.startsWith("Invalid input") ? "a map" : issue.message,
  });
}

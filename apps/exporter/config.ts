import * as z from "zod/mini";

import { formatProblem } from "../../stacks/problems";
import { explainIssue } from "../shared/config-problems";
import { matching, text, whole } from "../shared/config-schema";
import { usualGenericRunnerLabels } from "./core/labels";

const list = <T extends z.ZodMiniType>(item: T, error: string) => z._default(z.array(item, { error }), []);
const port = whole(1, 65_535);
const repository = matching(/^[\w.-]+\/[\w.-]+$/, "OWNER/NAME");
const glob = text("a glob such as acme/service-*");

const auth = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("app"),
      appId: matching(/^\d+$/, "the number of a GitHub App, as a text"),
      installationId: whole(1, Number.MAX_SAFE_INTEGER),
      privateKeyFile: text("path of a file"),
    }),
    z.strictObject({ kind: z.literal("token"), tokenFile: text("path of a file") }),
  ],
  { error: "a map with kind: app or token" },
);

const pattern = z
  .string({ error: "a regular expression" })
  .check(z.refine((value) => isPattern(value), { error: "a regular expression" }));

const config = z.strictObject({
  github: z.strictObject({
    apiUrl: matching(/^https?:\/\/[^\s/]+(\/[^\s/]+)*$/, "https://api.github.com or https://HOST/api/v3"),
    auth,
  }),
  watch: z.strictObject({
    organizations: list(matching(/^[\w-]+$/, "the name of an organization"), "a list of organizations"),
    repositories: list(repository, "a list of OWNER/NAME"),
    include: list(glob, "a list of globs"),
    exclude: list(glob, "a list of globs"),
  }),
  /** Absent: nothing is pushed, everything is asked for. */
  webhook: z.optional(
    z.strictObject({
      port,
      /** One secret a line: any may have signed. */
      secretFile: text("path of a file"),
    }),
  ),
  poll: z._default(
    z.strictObject({
      /** How often the runs of a repository are asked for; absent: each minute, with webhooks each hour. */
      intervalSeconds: z.optional(whole(10, 86_400)),
      /** Share of the hour's limit that is left to others with the same credential. */
      reserve: z._default(z.number().check(z.minimum(0), z.maximum(0.9)), 0.2),
      /** GitHub allows 900. */
      requestsPerMinute: z._default(whole(10, 900), 600),
      mostInFlight: z._default(whole(1, 50), 10),
    }),
    { reserve: 0.2, requestsPerMinute: 600, mostInFlight: 10 },
  ),
  labels: z._default(
    z.strictObject({
      branchClasses: list(
        z.strictObject({
          name: matching(/^[a-z0-9_-]+$/, "lower-case letters, digits, - _"),
          branches: z.array(text("a glob such as release/*"), { error: "a list of globs" }),
        }),
        "a list of classes",
      ),
      genericRunnerLabels: z._default(
        z.array(text("a label"), { error: "a list of labels" }),
        usualGenericRunnerLabels,
      ),
      rewriteRunnerLabels: list(
        z.strictObject({ from: pattern, to: z.string({ error: "a text" }) }),
        "a list of from and to",
      ),
      mostRunnerLabels: z._default(whole(1, 1_000), 50),
      mostSeries: z._default(whole(100, 1_000_000), 20_000),
    }),
    {
      branchClasses: [],
      genericRunnerLabels: usualGenericRunnerLabels,
      rewriteRunnerLabels: [],
      mostRunnerLabels: 50,
      mostSeries: 20_000,
    },
  ),
  stateFolder: text("path of a folder"),
  port,
});

/** Settings of the exporter, as its file holds them. Secrets are in files of their own. */
export type ExporterConfig = z.output<typeof config>;

/**
 * @throws Error naming everything that is wrong, one problem a line.
 */
export function parseConfig(file: string, content: string): ExporterConfig {
  const given = jsonOf(file, content);
  const parsed = config.safeParse(given);
  const problems = parsed.success
    ? nothingWatched(parsed.data)
    : parsed.error.issues.map((issue) => explainIssue(issue, given));
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new Error(`${file}:\n  ${problems.join("\n  ")}`);
}

function nothingWatched({ watch }: ExporterConfig): string[] {
  if (watch.organizations.length + watch.repositories.length > 0) return [];
  return [
    formatProblem({
      path: "watch",
      what: "neither organizations nor repositories",
      allowed: "one of both at least",
      fix: "name whose runs are to be counted",
    }),
  ];
}

function jsonOf(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new Error(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

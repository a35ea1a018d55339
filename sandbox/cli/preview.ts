import { existsSync } from "node:fs";
import { namespacesExist } from "../cluster/namespaces";
import { preview } from "../platform/engine";
import { countChanges, formatChanges } from "../platform/engine-report";
import { sandboxConfig } from "../platform/input";
import type { Target } from "../platform/target";
import { collectPrograms } from "../tools/ensure";
import { exclusively } from "./ownership";
import { UserError } from "../../cli/user-error";

/** Shows what `up` would change on the running cluster, checked by its API server, and changes nothing. */
export async function showPreview(target: Target, options: { readonly json?: boolean }): Promise<void> {
  const { state, embedded } = target;
  if (embedded ? !namespacesExist(state) : !existsSync(state.kubeconfig))
    throw new UserError("there is no running sandbox to compare with: start it with `npm run local`");
  const report = await exclusively(state, async () =>
    preview(state, await collectPrograms(target.tools), { config: sandboxConfig(target).config }),
  );
  if (options.json === true) {
    console.log(JSON.stringify({ changes: report.changes, unchanged: report.unchanged }, undefined, 2));
    return;
  }
  const lines = formatChanges(report);
  console.log(
    lines.length === 0
      ? `Nothing to change (${String(report.unchanged)} resources).`
      : [...lines, "", countChanges(report)].join("\n"),
  );
}

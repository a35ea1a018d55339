import type { LabelRules } from "./labels";
import { usualGenericRunnerLabels } from "./labels";

export interface LedgerOptions {
  readonly labels: LabelRules;
  /** Series of counters and histograms. */
  readonly mostSeries: number;
  /** Runner labels with a series of their own; more are `other`. */
  readonly mostRunnerLabels: number;
  /** Over how long the rate of failures looks back. */
  readonly rateWindowMs: number;
  /** Over how long the average of queue times looks back. */
  readonly queueWindowMs: number;
  /** How late facts may come for a queue time to be exact. */
  readonly reorderMs: number;
  /** How long a list of a run's jobs is waited for after its end became known. */
  readonly settleMs: number;
  /** How long a settled attempt is remembered, so that facts of it that come again are known. Longer than GitHub delivers anything again. */
  readonly keepMs: number;
  /** A workflow without runs for that long has no series any more. */
  readonly expireMs: number;
  /** No run lives longer at GitHub; one that seems to was lost. */
  readonly longestRunMs: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

export const usualLedgerOptions: LedgerOptions = {
  labels: { branchClasses: [], genericRunnerLabels: usualGenericRunnerLabels, rewriteRunnerLabels: [] },
  mostSeries: 20_000,
  mostRunnerLabels: 50,
  rateWindowMs: day,
  queueWindowMs: 10 * minute,
  reorderMs: 30_000,
  settleMs: 10 * minute,
  // GitHub keeps deliveries for three days and lets people deliver them again until then.
  keepMs: 4 * day,
  expireMs: 30 * day,
  // "Workflow run time: 35 days", of GitHub's usage limits.
  longestRunMs: 35 * day,
};

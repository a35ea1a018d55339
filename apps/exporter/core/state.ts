import type { Attempt } from "./attempts";
import type { Millis } from "./facts";
import type { JobRecord } from "./merge";
import type { QueueTimesState } from "./queue-times";
import type { SeriesState } from "./series";
import type { WorkflowsState } from "./workflows";

/** All of a ledger as plain data, for a file. The version grows when an older program could not read it. */
export interface LedgerState {
  readonly version: 1;
  readonly countFrom: Millis;
  readonly now: Millis;
  readonly series: SeriesState;
  readonly workflows: WorkflowsState;
  readonly queueTimes: QueueTimesState;
  readonly settled: readonly (readonly [key: string, began: Millis])[];
  readonly defaultBranches: readonly (readonly [repository: string, branch: string])[];
  readonly attempts: readonly (Omit<Attempt, "jobs" | "observed"> & {
    readonly jobs: readonly (readonly [jobId: number, job: JobRecord])[];
    readonly observed: readonly number[];
  })[];
}

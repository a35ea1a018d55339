import type { State } from "./state";
import type { Statistics } from "./types";

/** The service's counters for one scale set, or for all of them. Always counted anew, so they cannot drift. */
export function statistics(state: State, scaleSetId?: number): Statistics {
  const counts = { available: 0, assigned: 0, running: 0, registered: 0, busy: 0, idle: 0 };
  for (const id of state.openJobs) {
    const job = state.jobs.get(id);
    if (job?.scaleSetId === undefined || (scaleSetId !== undefined && job.scaleSetId !== scaleSetId)) continue;
    if (job.state === "available") counts.available += 1;
    // Running jobs, and completed ones that were not reported yet, stay counted as assigned: ARC wants one runner for each of them.
    else counts.assigned += 1;
    if (job.state === "started") counts.running += 1;
  }
  for (const agent of state.agents.values()) {
    if (scaleSetId !== undefined && agent.scaleSetId !== scaleSetId) continue;
    counts.registered += 1;
    if (agent.jobId !== undefined) counts.busy += 1;
    else if (agent.connection !== undefined) counts.idle += 1;
  }
  return {
    totalAvailableJobs: counts.available,
    // An acquired job is assigned at once here, so none is ever seen in between.
    totalAcquiredJobs: 0,
    totalAssignedJobs: counts.assigned,
    totalRunningJobs: counts.running,
    totalRegisteredRunners: counts.registered,
    totalBusyRunners: counts.busy,
    totalIdleRunners: counts.idle,
  };
}

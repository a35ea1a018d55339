import { UserError } from "../user-error";
import { nextStep, type ObservedCluster, type Step } from "./plan";

/** What an upgrade does to a cluster. */
export interface UpgradeAccess {
  readonly observe: () => Promise<ObservedCluster>;
  /** Deletes the pod; the StatefulSet makes another one of the present revision. `false` if a disruption budget refuses it for now. */
  readonly replace: (server: string) => Promise<boolean>;
  /** Makes the leader hand over. */
  readonly stepDown: (server: string) => Promise<void>;
}

export interface UpgradeOptions {
  /** How long one server may take until the next step. */
  readonly timeoutSeconds: number;
  readonly report: (line: string) => void;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Seconds of a clock that never goes back. */
  readonly now: () => number;
}

const pollSeconds = 5;

/** A server that hands over may be elected again. More often than this it is no accident. */
const mostStepDowns = 3;

/**
 * Replaces the servers one by one until all have the revision.
 *
 * @throws UserError when nothing has come of a step in time: then the cluster is left as it is, which is at most one server short
 */
export async function upgrade(access: UpgradeAccess, options: UpgradeOptions): Promise<number> {
  const { report, sleep, now, timeoutSeconds } = options;
  let replaced = 0;
  let stepDowns = 0;
  let lastReason = "";
  let lastProgress = now();
  for (;;) {
    const step: Step = nextStep(await access.observe());
    if (step.kind === "done") return replaced;
    const done = await take(step);
    if (done) {
      lastProgress = now();
      lastReason = "";
    }
    if (now() - lastProgress > timeoutSeconds) throw stuck(step);
    await sleep(pollSeconds);
  }

  async function take(step: Exclude<Step, { kind: "done" }>): Promise<boolean> {
    switch (step.kind) {
      case "wait":
        if (step.reason !== lastReason) report(`  waiting: ${step.reason}`);
        lastReason = step.reason;
        return false;
      case "replace": {
        const accepted = await access.replace(step.server);
        if (accepted) {
          replaced += 1;
          report(`replacing ${step.server}`);
        }
        return accepted;
      }
      case "stepDown":
        stepDowns += 1;
        if (stepDowns > mostStepDowns)
          throw new UserError(
            `${step.server} has become the leader again ${mostStepDowns} times; see why the others do not take over`,
          );
        report(`${step.server} is the leader and the last one: it hands over`);
        await access.stepDown(step.server);
        return true;
    }
  }

  function stuck(step: Exclude<Step, { kind: "done" }>): UserError {
    const reason = step.kind === "wait" ? step.reason : `a disruption budget does not let ${step.server} go`;
    return new UserError(
      `nothing has moved for ${timeoutSeconds} s: ${reason}. No further server is touched; when it is solved, start the command again`,
    );
  }
}

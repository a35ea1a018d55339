import { setTimeout as sleep } from "node:timers/promises";
import type { ApiObject } from "./api";

/** Status of a pod, as far as it tells why the pod does not run. */
interface PodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly exitCode: number; readonly reason?: string; readonly message?: string };
  };
}

export interface Patience {
  readonly seconds: number;
  readonly now?: () => number;
  readonly pause?: (millis: number) => Promise<unknown>;
}

/** The original begins with a second and doubles it, up to 20 s; a job of the sandbox lasts a few seconds in all. */
const firstPauseMillis = 250;
const longestPauseMillis = 5_000;

/**
 * Asks for a pod until it runs. The right to watch pods is not among those that the hooks demand.
 * @throws Error at once when the pod has failed or is gone, and with what holds it up when it is still pending after so many seconds
 */
export async function waitUntilRunning(
  read: () => Promise<ApiObject>,
  name: string,
  { seconds, now = Date.now, pause = sleep }: Patience,
): Promise<void> {
  const deadline = now() + seconds * 1000;
  for (let millis = firstPauseMillis; ; millis = Math.min(millis * 1.5, longestPauseMillis)) {
    const status = (await read()).status as PodStatus | undefined;
    const phase = status?.phase ?? "Unknown";
    if (phase === "Running") return;
    if (phase !== "Pending") throw unhealthy(name, phase, status);
    if (now() + millis > deadline) throw unhealthy(name, phase, status, `${seconds} s were not enough`);
    await pause(millis);
  }
}

function unhealthy(name: string, phase: string, status: PodStatus | undefined, limit?: string): Error {
  const why = [limit, whatHoldsUp(status)].filter((part) => part !== undefined).join("; ");
  return new Error(`Pod ${name} is unhealthy with phase status ${phase}${why === "" ? "" : `: ${why}`}`);
}

/** The most telling part of the status: the pod's own reason, then the scheduler's, then that of a container. */
function whatHoldsUp(status: PodStatus | undefined): string | undefined {
  if (status?.reason) return sentence(status.reason, status.message);
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is !== "True");
  if (unscheduled?.message) return unscheduled.message;
  for (const { name, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason && waiting.reason !== "PodInitializing" && waiting.reason !== "ContainerCreating")
      return sentence(`container ${name}: ${waiting.reason}`, waiting.message);
    if (terminated && terminated.exitCode !== 0)
      return sentence(`container ${name}: exit code ${terminated.exitCode}`, terminated.message ?? terminated.reason);
  }
  return undefined;
}

function sentence(reason: string, message: string | undefined): string {
  return message ? `${reason}: ${message}` : reason;
}

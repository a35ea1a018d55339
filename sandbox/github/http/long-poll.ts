/** Lets requests wait until something changes. */
export class Wakeups {
  private waiting = new Set<() => void>();
  private ringing = false;

  /** Wakes all who wait, once the present turn is over: changes made together are seen together. */
  ring(): void {
    if (this.ringing) return;
    this.ringing = true;
    setImmediate(() => {
      this.ringing = false;
      const woken = this.waiting;
      this.waiting = new Set();
      for (const wake of woken) wake();
    });
  }

  /** Waits for a ring, for the time to pass, or for the signal. */
  wait(millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, millis);
      signal.addEventListener("abort", done);
      this.waiting.add(done);
      if (signal.aborted) done();
    });
  }
}

/** An attempt is repeated at least so often, because each one also counts as a sign of life. */
const attemptMillis = 1000;

/** Holds a request until `attempt` gives something, the time is over, or the client is gone. */
export async function hold<T>(
  attempt: () => T | undefined,
  wakeups: Wakeups,
  millis: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const end = Date.now() + millis;
  while (!signal.aborted) {
    const result = attempt();
    if (result !== undefined) return result;
    const left = end - Date.now();
    if (left <= 0) return undefined;
    await wakeups.wait(Math.min(left, attemptMillis), signal);
  }
  return undefined;
}

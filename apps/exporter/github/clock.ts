import type { Millis } from "../core/facts";

/** Time as a dependency, so that hours pass in a test at once. */
export interface Clock {
  now(): Millis;
  /** Calls once after that time; what is returned takes it back. */
  after(ms: number, call: () => void): () => void;
}

/** `setTimeout` takes a larger number for 1. */
const longestTimeout = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(Math.max(0, ms), longestTimeout));
    return () => clearTimeout(timer);
  },
};

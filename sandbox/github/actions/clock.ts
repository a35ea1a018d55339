import type { Millis } from "./types";

/** Where the model's time comes from, and how things are put off in it. */
export interface Clock {
  now(): Millis;
  /** Does something after so long in the clock's time; gives a function that calls it off. */
  after(millis: Millis, action: () => void): () => void;
}

/** The machine's clock, or one that runs faster: with `speed` 60 a minute passes in a second. */
export class RunningClock implements Clock {
  private readonly began = Date.now();
  private readonly timers = new Set<NodeJS.Timeout>();

  /** @param speed above 0 */
  constructor(private readonly speed = 1) {
    if (!(speed > 0)) throw new Error(`speed of the clock: ${speed} is not allowed, must be a number above 0`);
  }

  now(): Millis {
    return Math.round(this.began + (Date.now() - this.began) * this.speed);
  }

  after(millis: Millis, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, millis / this.speed);
    this.timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.timers.delete(timer);
    };
  }

  /** Forgets all that was put off. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}

interface Due {
  readonly at: Millis;
  readonly action: () => void;
}

/** Stands still until it is told to go on: for tests that play hours in a moment. */
export class ManualClock implements Clock {
  /** In the order in which they become due. */
  private readonly waiting: Due[] = [];

  constructor(private time: Millis = Date.UTC(2026, 0, 5)) {}

  now(): Millis {
    return this.time;
  }

  after(millis: Millis, action: () => void): () => void {
    const entry = { at: this.time + Math.max(0, millis), action };
    this.waiting.splice(this.placeOf(entry.at), 0, entry);
    return () => {
      const index = this.waiting.indexOf(entry);
      if (index >= 0) this.waiting.splice(index, 1);
    };
  }

  /** Lets time pass. What becomes due on the way is done in order, at its own time, also what was put off only then. */
  advance(millis: Millis): void {
    const end = this.time + millis;
    for (let next = this.waiting[0]; next && next.at <= end; next = this.waiting[0]) {
      this.waiting.shift();
      this.time = next.at;
      next.action();
    }
    this.time = end;
  }

  /** Behind all that are due at the same time or earlier. */
  private placeOf(at: Millis): number {
    let [low, high] = [0, this.waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.waiting[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

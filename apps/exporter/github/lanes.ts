/** What requests are for, the most valuable first. */
export const lanes = ["jobs", "active", "recent", "idle", "sweep", "discovery"] as const;
export type Lane = (typeof lanes)[number];

interface Waiting {
  readonly start: () => void;
}

/** Requests that wait for their turn, by lane and within a lane in the order of their coming. */
export class LaneQueue {
  private readonly waiting = new Map<Lane, Waiting[]>(lanes.map((lane) => [lane, []]));

  public push(lane: Lane, start: () => void): void {
    this.waiting.get(lane)?.push({ start });
  }

  public shift(): (() => void) | undefined {
    for (const lane of lanes) {
      const next = this.waiting.get(lane)?.shift();
      if (next !== undefined) return next.start;
    }
    return undefined;
  }

  public get size(): number {
    return [...this.waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }
}

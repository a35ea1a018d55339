/** Values of a series' labels, by name. */
export type Labels = Readonly<Record<string, string>>;

export interface HistogramValue {
  /** How many observations were at most as large as the bound of the same place; not cumulated. The last one counts those above all bounds. */
  readonly buckets: number[];
  sum: number;
  count: number;
}

export interface SeriesState {
  readonly counters: Readonly<Record<string, readonly (readonly [labels: string, value: number])[]>>;
  readonly histograms: Readonly<Record<string, readonly (readonly [labels: string, value: HistogramValue])[]>>;
  readonly dropped: number;
}

/**
 * Counters and histograms that can be written down and taken up again, which those of the Prometheus client cannot. There is an upper limit
 * for the number of series in all; observations of what would be one more are dropped and counted.
 */
export class Series {
  private readonly counters = new Map<string, Map<string, number>>();
  private readonly histograms = new Map<string, Map<string, HistogramValue>>();
  private size = 0;
  public dropped = 0;

  public constructor(
    private readonly most: number,
    state?: SeriesState,
  ) {
    for (const [name, entries] of Object.entries(state?.counters ?? {})) this.counters.set(name, new Map(entries));
    for (const [name, entries] of Object.entries(state?.histograms ?? {})) {
      this.histograms.set(name, new Map(entries.map(([labels, value]) => [labels, structuredClone(value)])));
    }
    this.size = [...this.counters.values(), ...this.histograms.values()].reduce((sum, { size }) => sum + size, 0);
    this.dropped = state?.dropped ?? 0;
  }

  /** Adds to a counter; `by` 0 makes the series known, so that its first step is seen as one. */
  public count(name: string, labels: Labels, by = 1): void {
    const family = familyOf(this.counters, name);
    const key = keyOf(labels);
    const value = family.get(key);
    if (value === undefined && !this.hasRoom()) return;
    family.set(key, (value ?? 0) + by);
  }

  public observe(name: string, bounds: readonly number[], labels: Labels, value: number): void {
    const family = familyOf(this.histograms, name);
    const key = keyOf(labels);
    let histogram = family.get(key);
    if (histogram === undefined) {
      if (!this.hasRoom()) return;
      histogram = { buckets: Array<number>(bounds.length + 1).fill(0), sum: 0, count: 0 };
      family.set(key, histogram);
    }
    const place = bounds.findIndex((bound) => value <= bound);
    const index = place === -1 ? bounds.length : place;
    histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
    histogram.sum += value;
    histogram.count += 1;
  }

  public countersOf(name: string): { labels: Labels; value: number }[] {
    return entries(this.counters.get(name));
  }

  public histogramsOf(name: string): { labels: Labels; value: HistogramValue }[] {
    return entries(this.histograms.get(name));
  }

  /** Takes away all series that the labels apply to. */
  public remove(applies: (labels: Labels) => boolean): void {
    for (const family of [...this.counters.values(), ...this.histograms.values()]) {
      for (const key of [...family.keys()]) {
        if (!applies(labelsOf(key))) continue;
        family.delete(key);
        this.size -= 1;
      }
    }
  }

  public state(): SeriesState {
    return {
      counters: Object.fromEntries([...this.counters].map(([name, family]) => [name, [...family]])),
      histograms: structuredClone(
        Object.fromEntries([...this.histograms].map(([name, family]) => [name, [...family]])),
      ),
      dropped: this.dropped,
    };
  }

  private hasRoom(): boolean {
    if (this.size < this.most) {
      this.size += 1;
      return true;
    }
    this.dropped += 1;
    return false;
  }
}

function familyOf<T>(families: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const family = families.get(name) ?? new Map<string, T>();
  families.set(name, family);
  return family;
}

function entries<T>(family: ReadonlyMap<string, T> | undefined): { labels: Labels; value: T }[] {
  return [...(family ?? [])].map(([key, value]) => ({ labels: labelsOf(key), value }));
}

/** The same labels make the same key, in whatever order they are given. */
function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function labelsOf(key: string): Labels {
  return Object.fromEntries(JSON.parse(key) as [string, string][]);
}

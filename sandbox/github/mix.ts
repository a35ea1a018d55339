import { normalNumber, randomNumbers } from "./random";

/** One job to come: for whom, when after the beginning, and how long a runner is busy with it. */
export interface PlannedJob {
  readonly scaleSet: string;
  readonly atSeconds: number;
  readonly seconds: number;
  /** Where it comes from. @default what the stand-in takes for jobs that say nothing of it */
  readonly source?: JobSource;
}

/** The workflow of a job, and what started it. */
export interface JobSource {
  readonly repository: string;
  readonly workflow: string;
  readonly event: string;
  readonly branch: string;
}

export interface MixOptions {
  /** Names of the scale sets that take part. */
  readonly scaleSets: readonly string[];
  readonly count: number;
  /** Over how long the jobs arrive. */
  readonly minutes: number;
  /** The same seed gives the same jobs at the same times. */
  readonly seed: number;
}

/** How the jobs of an organisation spread over what machines are for: most builds and tests are ordinary, devices are for few of them. */
const weights: readonly (readonly [RegExp, number])[] = [
  [/gpu$/, 6],
  [/fpga$/, 4],
  [/^runner-cpu$/, 40],
  [/base$/, 16],
  [/largememory$/, 12],
  [/highcpu$/, 12],
  [/hybrid$/, 10],
];
const usualWeight = 10;

/** Durations follow a log-normal distribution, as those of real jobs do; only the unit is seconds where theirs is minutes. */
const duration = { medianSeconds: 3, sigma: 0.6, least: 1, most: 20 };

/** A day's work of an organisation in a few minutes: jobs for all sets in random order, at random times, of random length. */
export function planMix({ scaleSets, count, minutes, seed }: MixOptions): PlannedJob[] {
  const random = randomNumbers(seed);
  const names = shuffled(
    [...allocate(scaleSets, count)].flatMap(([name, jobs]) => Array<string>(jobs).fill(name)),
    random,
  );
  // Sorted uniform times are what a Poisson process looks like whose count is known.
  const times = names.map(() => random() * minutes * 60).sort((left, right) => left - right);
  // Numbers of its own: where jobs come from says nothing about when and how long.
  const others = randomNumbers(~seed);
  return names.map((scaleSet, index) => ({
    scaleSet,
    atSeconds: times[index] ?? 0,
    seconds: jobSeconds(random),
    source: jobSource(others),
  }));
}

const repositories = ["sandbox", "api", "web"];
const workflows = ["ci", "deploy"];
/** Share of jobs that are for pull requests. */
const pullRequests = 0.6;

function jobSource(random: () => number): JobSource {
  const pick = (names: readonly string[]) => names[Math.floor(random() * names.length)] ?? "";
  const [repository, workflow] = [pick(repositories), `.github/workflows/${pick(workflows)}.yaml`];
  const number = Math.floor(random() * 9) + 1;
  return random() < pullRequests
    ? { repository, workflow, event: "pull_request", branch: `feature/${number}` }
    : { repository, workflow, event: "push", branch: "main" };
}

/** All jobs of all sets at once, each of the same length. */
export function planBurst(counts: ReadonlyMap<string, number>, seconds: number): PlannedJob[] {
  return [...counts].flatMap(([scaleSet, count]) =>
    Array.from({ length: count }, () => ({ scaleSet, atSeconds: 0, seconds })),
  );
}

/** Shares jobs out by weight, largest remainder first; each set gets one at least, as long as there are as many jobs as sets. */
export function allocate(scaleSets: readonly string[], count: number): Map<string, number> {
  const names = [...new Set(scaleSets)].sort();
  const guaranteed = count >= names.length ? 1 : 0;
  const free = count - guaranteed * names.length;
  const total = names.reduce((sum, name) => sum + weightOf(name), 0);
  const shares = names.map((name) => {
    const exact = (free * weightOf(name)) / total;
    return { name, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const left = free - shares.reduce((sum, { whole }) => sum + whole, 0);
  const favoured = [...shares].sort((a, b) => b.rest - a.rest || (a.name < b.name ? -1 : 1)).slice(0, left);
  return new Map(
    shares.map((share) => [share.name, guaranteed + share.whole + (favoured.includes(share) ? 1 : 0)] as const),
  );
}

function weightOf(name: string): number {
  return weights.find(([pattern]) => pattern.test(name))?.[1] ?? usualWeight;
}

function jobSeconds(random: () => number): number {
  const seconds = duration.medianSeconds * Math.exp(duration.sigma * normalNumber(random));
  return Math.round(Math.min(duration.most, Math.max(duration.least, seconds)) * 10) / 10;
}

function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ value }) => value);
}

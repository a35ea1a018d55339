import { UserError } from "../../cli/user-error";

export interface JobsFlags {
  readonly count?: number;
  readonly seconds?: number;
  readonly timeout?: number;
  readonly json?: boolean;
  readonly mix?: boolean;
  /** `runner-cpu=40,runner-gpu=1` */
  readonly burst?: string;
  readonly minutes?: number;
  readonly seed?: number;
  /** Image of the job's container; `true`: the sandbox's own; `false`: the jobs have none. @default true */
  readonly container?: string | boolean;
}

/** Which jobs a call of `jobs` asks for. */
export type WantedJobs =
  | { readonly kind: "one"; readonly scaleSet: string; readonly count: number; readonly seconds: number }
  | { readonly kind: "mix"; readonly count: number; readonly minutes: number; readonly seed: number }
  | { readonly kind: "burst"; readonly counts: ReadonlyMap<string, number>; readonly seconds: number };

const defaultSeconds = 3;

/** So slowly that two cores keep up: a job costs a runner's pod, mostly a pod of its own and two short runs of Node.js. */
const mixSecondsPerJob = 4.8;

/** @throws UserError with all that does not go together */
export function whichJobs(scaleSet: string | undefined, flags: JobsFlags): WantedJobs {
  const { mix = false, burst } = flags;
  const ways = [scaleSet !== undefined && "a scale set", mix && "--mix", burst !== undefined && "--burst"].filter(
    (way) => way !== false,
  );
  if (ways.length !== 1) {
    const given = ways.length === 0 ? "nothing" : ways.join(" and ");
    throw new UserError(
      `${given} was given: name one scale set, or give --mix for all of them, or --burst for several`,
    );
  }
  refuseOthers(ways[0] ?? "", flags);
  if (mix) {
    const { count = 100, seed = 1 } = flags;
    return { kind: "mix", count: atLeastOne("--count", count), minutes: minutesOf(flags, count), seed };
  }
  const { count = 1, seconds = defaultSeconds } = flags;
  if (burst !== undefined) return { kind: "burst", counts: parseBurst(burst), seconds };
  return { kind: "one", scaleSet: scaleSet ?? "", count: atLeastOne("--count", count), seconds };
}

function minutesOf({ minutes }: JobsFlags, count: number): number {
  return minutes ?? (count * mixSecondsPerJob) / 60;
}

function atLeastOne(flag: string, value: number): number {
  if (value >= 1) return value;
  throw new UserError(`${flag} is ${value}: give 1 or more`);
}

/** Flags that another way of calling reads, but this one does not. */
function refuseOthers(way: string, flags: JobsFlags): void {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    "a scale set": ["count", "seconds"],
    "--mix": ["count", "minutes", "seed"],
    "--burst": ["seconds"],
  };
  const given = (["count", "seconds", "minutes", "seed"] as const).filter((flag) => flags[flag] !== undefined);
  const wrong = given.filter((flag) => allowed[way]?.includes(flag) !== true).map((flag) => `--${flag}`);
  if (wrong.length === 0) return;
  const right = (allowed[way] ?? []).map((flag) => `--${flag}`).join(", ");
  throw new UserError(`${wrong.join(", ")} cannot be given with ${way}, which knows ${right}`);
}

/** `runner-cpu=40,runner-gpu=1` as a map. */
function parseBurst(text: string): Map<string, number> {
  const parts = text.split(",").map((part) => part.trim());
  const wrong = parts.filter((part) => !/^[^=\s]+=[1-9]\d*$/.test(part));
  if (wrong.length > 0)
    throw new UserError(
      `--burst has ${wrong.map((part) => `"${part}"`).join(", ")}: write SET=COUNT, several with commas between them, as runner-cpu=40,runner-gpu=1`,
    );
  const counts = new Map<string, number>();
  for (const [name = "", count] of parts.map((part) => part.split("="))) {
    if (counts.has(name)) throw new UserError(`--burst names "${name}" twice: give each set once`);
    counts.set(name, Number(count));
  }
  return counts;
}

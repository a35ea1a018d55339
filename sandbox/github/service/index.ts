import { Agents } from "./agents";
import { defaultLimits, type Context, type IdSource, type Limits } from "./context";
import { Jobs } from "./jobs";
import { LegacyRunners } from "./legacy-runners";
import { Organizations } from "./organizations";
import { RunnerGroups } from "./runner-groups";
import { ScaleSets } from "./scale-sets";
import { Sessions } from "./sessions";
import { State, type Change } from "./state";
import { statistics } from "./statistics";
import type { Millis, Statistics } from "./types";

export interface ActionsServiceOptions {
  readonly now: () => Millis;
  readonly ids: IdSource;
  /** Owner of the repository that queued jobs come from. */
  readonly organization: string;
  readonly limits?: Partial<Limits>;
  readonly runnerGroups?: readonly string[];
  /** What a former run of the service left in its journal. */
  readonly journal?: Iterable<Change>;
  /** Called after each change that a waiting listener or runner may care about. */
  readonly wake?: () => void;
}

/** The Actions scale-set service as a state machine in memory: no network, no clock, no randomness of its own. */
export class ActionsService {
  readonly jobs: Jobs;
  readonly scaleSets: ScaleSets;
  readonly sessions: Sessions;
  readonly agents: Agents;
  readonly legacyRunners: LegacyRunners;
  readonly organizations: Organizations;
  readonly runnerGroups: RunnerGroups;
  readonly state = new State();

  constructor(options: ActionsServiceOptions) {
    const context: Context = {
      state: this.state,
      now: options.now,
      ids: options.ids,
      limits: { ...defaultLimits, ...options.limits },
      wake: options.wake ?? (() => undefined),
    };
    this.jobs = new Jobs(context, options.organization);
    this.sessions = new Sessions(context, this.jobs);
    this.scaleSets = new ScaleSets(context, this.jobs, this.sessions);
    this.agents = new Agents(context, this.jobs);
    this.legacyRunners = new LegacyRunners(context, this.agents);
    this.organizations = new Organizations(context);
    this.runnerGroups = new RunnerGroups(context, this.scaleSets);
    this.state.restore(options.journal ?? []);
    for (const name of ["Default", ...(options.runnerGroups ?? [])]) this.scaleSets.declareGroup(name);
    this.sessions.forgive();
    this.agents.forgive();
  }

  /** Lets time pass: to be called a few times a second. */
  tick(): void {
    this.agents.expire();
    this.jobs.report();
  }

  statistics(scaleSetId?: number): Statistics {
    return statistics(this.state, scaleSetId);
  }
}

export { ServiceError } from "./errors";

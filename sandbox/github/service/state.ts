import type {
  ActionsPermissions,
  Agent,
  Job,
  OrganizationValue,
  Repository,
  RunnerGroup,
  ScaleSet,
  Session,
} from "./types";

export interface Tables {
  groups: RunnerGroup;
  scaleSets: ScaleSet;
  sessions: Session;
  agents: Agent;
  jobs: Job;
  repositories: Repository;
  organizationValues: OrganizationValue;
  actionsPermissions: ActionsPermissions;
}

export type TableName = keyof Tables;

/** One line of the journal: the entity as it is now, or `null` when it is gone. */
export interface Change {
  readonly table: TableName | "counters";
  readonly id: string | number;
  readonly value: unknown;
}

/** The tables, the counters behind the ids, and the list of what has changed since it was last asked for. */
export class State {
  readonly groups = new Map<number, RunnerGroup>();
  readonly scaleSets = new Map<number, ScaleSet>();
  readonly sessions = new Map<string, Session>();
  readonly agents = new Map<number, Agent>();
  readonly jobs = new Map<number, Job>();
  readonly repositories = new Map<number, Repository>();
  readonly organizationValues = new Map<string, OrganizationValue>();
  readonly actionsPermissions = new Map<string, ActionsPermissions>();
  /** Ids of the jobs that still count, oldest first: counting them stays cheap however long the ledger grows. */
  readonly openJobs = new Set<number>();
  /** Told of each change of a job. */
  onJob: ((job: Job) => void) | undefined;
  private readonly counters = new Map<string, number>();
  private dirty = new Map<string, Change>();

  /** The next number of a series, starting at 1. */
  next(series: string): number {
    const value = (this.counters.get(series) ?? 0) + 1;
    this.counters.set(series, value);
    this.mark("counters", series, value);
    return value;
  }

  save<T extends TableName>(table: T, entity: Tables[T]): void {
    (this[table] as Map<string | number, Tables[T]>).set(entity.id, entity);
    if (table === "jobs") this.index(entity as Job);
    this.mark(table, entity.id, entity);
    if (table === "jobs") this.onJob?.(entity as Job);
  }

  remove(table: TableName, id: string | number): void {
    (this[table] as Map<string | number, unknown>).delete(id);
    this.mark(table, id, null);
  }

  /** Hands over the changes since the last call, one per entity, in the order of their first change. */
  drain(): Change[] {
    const changes = [...this.dirty.values()];
    this.dirty = new Map();
    return changes;
  }

  get changed(): boolean {
    return this.dirty.size > 0;
  }

  /** All that is needed to build this state again. */
  everything(): Change[] {
    const tables: TableName[] = [
      ...(["groups", "scaleSets", "sessions", "agents", "jobs"] as const),
      ...(["repositories", "organizationValues", "actionsPermissions"] as const),
    ];
    return [
      ...[...this.counters].map(([id, value]): Change => ({ table: "counters", id, value })),
      ...tables.flatMap((table) => [...this[table].values()].map((value): Change => ({ table, id: value.id, value }))),
    ];
  }

  /** Applies changes read back from a journal; they do not count as new changes. */
  restore(changes: Iterable<Change>): void {
    for (const { table, id, value } of changes) {
      if (table === "counters") this.counters.set(String(id), value as number);
      else if (value === null) (this[table] as Map<string | number, unknown>).delete(id);
      else (this[table] as Map<string | number, unknown>).set(id, value);
    }
    this.openJobs.clear();
    for (const job of [...this.jobs.values()].sort((a, b) => a.id - b.id)) this.index(job);
  }

  private index(job: Job): void {
    if (job.state === "completed" && !job.unreported) this.openJobs.delete(job.id);
    else this.openJobs.add(job.id);
  }

  private mark(table: Change["table"], id: string | number, value: unknown): void {
    this.dirty.set(`${table}/${id}`, { table, id, value });
  }
}

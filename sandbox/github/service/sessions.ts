import { record, type Context } from "./context";
import { scaleSetNotFound, sessionConflict, sessionNotFound } from "./errors";
import type { Jobs } from "./jobs";
import { statistics } from "./statistics";
import type { Job, Message, MessageItem, ScaleSet, Session } from "./types";

/** Message sessions: one listener at a time per scale set, which polls for messages and deletes them when handled. */
export class Sessions {
  constructor(
    private readonly context: Context,
    private readonly jobs: Jobs,
  ) {}

  open(scaleSetId: number, owner: string): Session {
    const { state, ids, now, wake } = this.context;
    const set = this.scaleSet(scaleSetId);
    const current = this.of(scaleSetId);
    if (current) {
      if (!this.expired(current)) throw sessionConflict(set.name, current.owner);
      this.close(current.id);
    }
    const session: Session = {
      id: ids.uuid(),
      scaleSetId,
      owner,
      openedAt: now(),
      lastSeen: now(),
      generation: 1,
      lastMessageId: 0,
      messages: [],
    };
    state.save("sessions", session);
    wake();
    return session;
  }

  get(id: string): Session {
    const session = this.context.state.sessions.get(id);
    if (!session) throw sessionNotFound(id);
    return session;
  }

  of(scaleSetId: number): Session | undefined {
    return [...this.context.state.sessions.values()].find((session) => session.scaleSetId === scaleSetId);
  }

  expired(session: Session): boolean {
    return this.context.now() - session.lastSeen > this.context.limits.sessionMillis;
  }

  /** Makes the queue tokens handed out so far worthless. */
  refresh(id: string): Session {
    const session = this.get(id);
    session.generation += 1;
    this.touch(session);
    this.context.state.save("sessions", session);
    return session;
  }

  /** Not worth a line in the journal: a restart forgives everybody's silence. */
  touch(session: Session): void {
    session.lastSeen = this.context.now();
  }

  /** After a pause of the service itself nobody can be blamed for silence. */
  forgive(): void {
    for (const session of this.context.state.sessions.values()) this.touch(session);
  }

  /** Ends the session; events that its client never confirmed are kept for the next one. */
  close(id: string): void {
    const { state, wake } = this.context;
    const session = this.get(id);
    const set = state.scaleSets.get(session.scaleSetId);
    if (set) {
      const unconfirmed = session.messages.flatMap((message) => message.items);
      set.outbox.unshift(...unconfirmed.filter((item) => item.kind !== "JobAvailable"));
      state.save("scaleSets", set);
    }
    state.remove("sessions", id);
    wake();
  }

  /**
   * The oldest message after `lastMessageId` that was not deleted, or nothing. A client that names its capacity gets jobs
   * assigned up to it; one that does not is told which jobs are available and acquires them itself.
   */
  nextMessage(id: string, lastMessageId: number, capacity?: number): Message | undefined {
    const session = this.get(id);
    this.touch(session);
    this.setMode(session, capacity);
    if (capacity !== undefined) this.assignUpTo(session.scaleSetId, capacity);
    return session.messages.find((message) => message.id > lastMessageId) ?? this.compose(session);
  }

  acknowledge(id: string, messageId: number): void {
    const session = this.get(id);
    this.touch(session);
    session.messages = session.messages.filter((message) => message.id !== messageId);
    this.context.state.save("sessions", session);
  }

  /** Assigns those of the jobs that are still available to the set and names them. */
  acquireJobs(id: string, requestIds: readonly number[]): number[] {
    const session = this.get(id);
    this.touch(session);
    const wanted = new Set(requestIds);
    const acquired = this.jobs.open(session.scaleSetId, "available").filter((job) => wanted.has(job.id));
    for (const job of acquired) {
      record(this.context, job, "acquired");
      this.jobs.assign(job);
    }
    if (acquired.length > 0) this.context.wake();
    return acquired.map((job) => job.id);
  }

  /** What a listener that has just opened its session may acquire. They are not offered to it a second time. */
  acquirableJobs(scaleSetId: number): Job[] {
    this.scaleSet(scaleSetId);
    const available = this.jobs.open(scaleSetId, "available");
    const session = this.of(scaleSetId);
    if (session) for (const job of available) this.offer(job, session);
    return available;
  }

  private scaleSet(id: number): ScaleSet {
    const set = this.context.state.scaleSets.get(id);
    if (!set) throw scaleSetNotFound(id);
    return set;
  }

  private setMode(session: Session, capacity: number | undefined): void {
    if (session.mode !== undefined && session.capacity === capacity) return;
    session.mode = capacity === undefined ? "offer" : "direct";
    session.capacity = capacity;
    this.context.state.save("sessions", session);
  }

  private assignUpTo(scaleSetId: number, capacity: number): void {
    const taken = statistics(this.context.state, scaleSetId).totalAssignedJobs;
    const assignable = this.jobs.open(scaleSetId, "available").slice(0, Math.max(0, capacity - taken));
    for (const job of assignable) this.jobs.assign(job);
    if (assignable.length > 0) this.context.wake();
  }

  private compose(session: Session): Message | undefined {
    const { state, limits } = this.context;
    const set = this.scaleSet(session.scaleSetId);
    const items: MessageItem[] = set.outbox.splice(0, limits.messageItems);
    if (items.length > 0) state.save("scaleSets", set);
    if (session.mode === "offer") {
      const fresh = this.jobs.open(set.id, "available").filter((job) => job.offeredTo !== session.id);
      for (const job of fresh.slice(0, limits.messageItems - items.length)) {
        this.offer(job, session);
        items.push({ kind: "JobAvailable", job: job.id });
      }
    }
    if (items.length === 0) return undefined;
    const message: Message = { id: (session.lastMessageId += 1), items };
    session.messages.push(message);
    state.save("sessions", session);
    return message;
  }

  private offer(job: Job, session: Session): void {
    job.offeredTo = session.id;
    this.context.state.save("jobs", job);
  }
}

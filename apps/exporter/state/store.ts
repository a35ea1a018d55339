import type { Fact } from "../core/facts";
import type { LedgerState } from "../core/state";
import type { Files } from "./files";

/** What was on the disk. */
export interface Loaded {
  /** Absent on the first start, or when the file could not be used. */
  readonly state?: LedgerState;
  /** Facts written after the state, or before it and part of it already: a ledger takes both. */
  readonly facts: readonly Fact[];
  /** What was wrong, for people. Files that could not be used have been set aside, not removed. */
  readonly problems: readonly string[];
}

const snapshotName = "snapshot.json";
const journalPattern = /^journal-(\d+)\.ndjson$/;

interface Snapshot {
  readonly journal: number;
  readonly ledger: LedgerState;
}

/**
 * Keeps a ledger on a disk: a snapshot, and journals of the facts since then. A fact is on the disk before anybody is told that it was
 * taken. Because a ledger may be given any fact again, it is no harm when a journal reaches back before the snapshot; so at whatever step
 * the program is killed, what is left makes the same ledger.
 */
export class Store {
  private journal = 1;

  /** @param now for the names of files that are set aside. */
  public constructor(
    private readonly files: Files,
    private readonly now: () => Date = () => new Date(),
  ) {}

  public load(): Loaded {
    const problems: string[] = [];
    const snapshot = this.loadSnapshot(problems);
    const journals = this.journals();
    const facts = journals
      .filter((number) => number >= (snapshot?.journal ?? 0))
      .flatMap((number) => this.loadJournal(journalName(number), problems));
    // A new one: the end of the last may be half a line.
    this.journal = Math.max(snapshot?.journal ?? 0, ...journals) + 1;
    return { ...(snapshot && { state: snapshot.ledger }), facts, problems };
  }

  /** On the disk when it returns. */
  public append(facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    this.files.append(journalName(this.journal), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(""));
  }

  /** Writes all of the ledger, after which older journals are of no use. */
  public snapshot(ledger: LedgerState): void {
    const journal = this.journal + 1;
    const snapshot: Snapshot = { journal, ledger };
    const unfinished = `${snapshotName}.new`;
    this.files.write(unfinished, JSON.stringify(snapshot));
    this.files.rename(unfinished, snapshotName);
    this.journal = journal;
    for (const number of this.journals()) if (number < journal) this.files.remove(journalName(number));
  }

  private journals(): number[] {
    return this.files
      .list()
      .flatMap((name) => journalPattern.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => one - other);
  }

  private loadSnapshot(problems: string[]): Snapshot | undefined {
    const text = this.files.read(snapshotName);
    if (text === undefined) return undefined;
    try {
      const snapshot = JSON.parse(text) as Partial<Snapshot>;
      if (snapshot.ledger?.version === 1 && typeof snapshot.journal === "number") return snapshot as Snapshot;
      problems.push(
        this.aside(snapshotName, `is of version ${String(snapshot.ledger?.version)}; this program reads 1`),
      );
    } catch {
      problems.push(this.aside(snapshotName, "is no JSON"));
    }
    return undefined;
  }

  private loadJournal(name: string, problems: string[]): Fact[] {
    const lines = (this.files.read(name) ?? "").split("\n");
    // After the last line break: nothing, or what was being written when the program was killed and nobody was told of.
    lines.pop();
    const facts: Fact[] = [];
    let broken = 0;
    for (const line of lines) {
      try {
        facts.push(JSON.parse(line) as Fact);
      } catch {
        broken += 1;
      }
    }
    if (broken > 0) problems.push(this.aside(name, `has ${broken} lines that are no JSON; the others were used`));
    return facts;
  }

  private aside(name: string, what: string): string {
    const kept = `${name}.corrupt-${this.now().toISOString().replaceAll(":", "")}`;
    const text = this.files.read(name) ?? "";
    // A journal stays in use as well, until the next snapshot makes it superfluous.
    if (name === snapshotName) this.files.rename(name, kept);
    else this.files.write(kept, text);
    return `${name} ${what}; it is kept as ${kept}`;
  }
}

function journalName(number: number): string {
  return `journal-${number}.ndjson`;
}

import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import type { Fact } from "../../../../apps/exporter/core/facts";
import { Ledger } from "../../../../apps/exporter/core/ledger";
import { usualLedgerOptions } from "../../../../apps/exporter/core/ledger-options";
import { type Files, filesIn } from "../../../../apps/exporter/state/files";
import { Store } from "../../../../apps/exporter/state/store";
import { epoch, factsOf, worlds } from "./world";

const end = epoch + 3 * 24 * 3_600_000;

class Killed extends Error {}

/** Ends the program in the middle of the given change of the disk: before it, after half of it, or after it. */
function dyingFiles(files: Files, step: number, how: "before" | "half" | "after"): Files {
  let left = step;
  const change = (whole: () => void, half: () => void = () => undefined): void => {
    left -= 1;
    if (left !== 0) {
      if (left < 0) throw new Killed();
      whole();
      return;
    }
    if (how === "half") half();
    if (how === "after") whole();
    throw new Killed();
  };
  const cut = (text: string): string => text.slice(0, Math.floor(text.length / 2));
  return {
    list: () => files.list(),
    read: (name) => files.read(name),
    append: (name, text) =>
      change(
        () => files.append(name, text),
        () => files.append(name, cut(text)),
      ),
    write: (name, text) =>
      change(
        () => files.write(name, text),
        () => files.write(name, cut(text)),
      ),
    rename: (from, to) => change(() => files.rename(from, to)),
    remove: (name) => change(() => files.remove(name)),
  };
}

/** An exporter's life: loads, takes facts in fours, and writes a snapshot after every third four. */
function live(files: Files, facts: readonly Fact[], onTaken: (count: number) => void): Ledger {
  const store = new Store(files);
  const { state, facts: journal, problems } = store.load();
  assert.deepEqual(problems, []);
  const ledger = new Ledger(usualLedgerOptions, epoch, state);
  for (const fact of journal) ledger.apply(fact);
  for (let from = 0, batch = 1; from < facts.length; from += 4, batch += 1) {
    const some = facts.slice(from, from + 4);
    store.append(some);
    for (const fact of some) ledger.apply(fact);
    onTaken(from + some.length);
    ledger.advance(epoch + from);
    if (batch % 3 === 0) store.snapshot(ledger.state());
  }
  ledger.advance(end);
  return ledger;
}

function counters(ledger: Ledger): unknown {
  const { counters, histograms } = ledger.series.state();
  return JSON.parse(JSON.stringify([counters, histograms].map((each) => Object.entries(each).sort())));
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    Array.isArray(each) ? [...(each as unknown[])].map((one) => JSON.stringify(one)).sort() : each,
  );
}

describe("the exporter's store", () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), "exporter-store-"));
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const each of folders.splice(0)) rmSync(each, { recursive: true });
  });

  it("loses and doubles nothing that was taken, at whatever change of the disk the program is killed", function () {
    this.timeout(120_000);
    const [world] = fc.sample(worlds, { numRuns: 1, seed: 7 });
    const facts = (world ?? []).flatMap(factsOf).slice(0, 40);
    assert.ok(facts.length > 30, `the world has ${facts.length} facts`);
    const expected = sorted(counters(live(filesIn(folder()), facts, () => undefined)));
    let ends = 0;
    for (let step = 1; ; step += 1) {
      let survived = false;
      for (const how of ["before", "half", "after"] as const) {
        const files = filesIn(folder());
        let taken = 0;
        try {
          live(dyingFiles(files, step, how), facts, (count) => {
            taken = count;
          });
          survived = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          ends += 1;
        }
        // What was not taken comes again from GitHub, what was taken need not.
        const again = live(files, facts.slice(taken), () => undefined);
        assert.equal(sorted(counters(again)), expected, `killed ${how} change ${step}`);
      }
      if (survived) break;
    }
    assert.ok(ends > 40, `killed ${ends} times`);
  });

  it("sets aside what it cannot read, says so, and goes on with the rest", () => {
    const path = folder();
    writeFileSync(join(path, "snapshot.json"), '{"journal": 3, "led');
    const fact: Fact = { kind: "repository", repository: "acme/api", defaultBranch: "trunk" };
    writeFileSync(
      join(path, "journal-3.ndjson"),
      `${JSON.stringify(fact)}\n{"kind": "ru\n${JSON.stringify(fact)}\n{"ki`,
    );
    const store = new Store(filesIn(path), () => new Date(epoch));
    const { state, facts, problems } = store.load();
    assert.equal(state, undefined);
    assert.deepEqual(facts, [fact, fact]);
    assert.deepEqual(problems, [
      "snapshot.json is no JSON; it is kept as snapshot.json.corrupt-2026-01-05T000000.000Z",
      "journal-3.ndjson has 1 lines that are no JSON; the others were used; it is kept as journal-3.ndjson.corrupt-2026-01-05T000000.000Z",
    ]);
    assert.equal(
      readFileSync(join(path, "snapshot.json.corrupt-2026-01-05T000000.000Z"), "utf8"),
      '{"journal": 3, "led',
    );
    store.append([fact]);
    assert.ok(readdirSync(path).includes("journal-4.ndjson"), "never after half a line");
  });

  it("does not read a snapshot of a newer program", () => {
    const path = folder();
    writeFileSync(join(path, "snapshot.json"), '{"journal": 1, "ledger": {"version": 2}}');
    const { problems } = new Store(filesIn(path), () => new Date(epoch)).load();
    assert.match(problems.join(), /snapshot\.json is of version 2; this program reads 1; it is kept as/);
  });
});

/**
 * Measures apps/exporter beside the stand-in for GitHub: `npx tsx bench/exporter.ts [--push] [--minutes M] [--runs-per-minute R] [N ...]`, by default 3
 * minutes, 4 runs a minute and 100 and 500 repositories. Each answer takes 100 ms, more or less by half. bench/README.md has figures.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { Load } from "../sandbox/github/actions/load";
import { serveActions } from "../sandbox/github/actions/serve";
import { freePort } from "../test/support/free-port";
import { ExporterProcess } from "./support/exporter-process";
import { floorOf, percentile, staleness } from "./support/exporter-figures";
import { waitUntil } from "./support/wait";

interface Options {
  readonly repositories: number;
  readonly minutes: number;
  readonly runsPerMinute: number;
  readonly push: boolean;
}

const intervalMs = 60_000;
const mebibyte = 1024 * 1024;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      push: { type: "boolean", default: false },
      minutes: { type: "string", default: "3" },
      "runs-per-minute": { type: "string", default: "4" },
    },
  });
  const sizes = positionals.length > 0 ? positionals.map(Number) : [100, 500];
  for (const repositories of sizes) {
    await measure({
      repositories,
      minutes: Number(values.minutes),
      runsPerMinute: Number(values["runs-per-minute"]),
      push: values.push,
    });
  }
}

async function measure({ repositories, minutes, runsPerMinute, push }: Options): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "exporter-bench-"));
  const github = await serveActions({ latency: { millis: 100, spread: 0.5 }, limits: { tokenPerHour: 15_000 } });
  // Jobs of a minute, so that runs begin and end within the measurement.
  const load = new Load(github.model, { repositories, runsPerMinute, jobSeconds: 40, queueSeconds: 8, history: 2 });
  const [port, hookPort] = [await freePort(), await freePort()];
  const secret = "of the bench";
  if (push) github.webhooks.add({ organization: "acme", url: `http://127.0.0.1:${hookPort}/webhook`, secret });
  const begun = performance.now();
  const exporter = await ExporterProcess.start(folder, {
    ...{ apiUrl: github.url, port, secret },
    ...(push && { webhookPort: hookPort }),
  });
  try {
    await waitUntil(600, "the first look at all repositories", () => exporter.isReady());
    const firstPass = (performance.now() - begun) / 1000;
    // Jobs of the history are read once, which is no part of a cycle.
    await sleep(intervalMs);
    const [from, before] = [github.clock.now(), exporter.usage()];
    load.start();
    const scrapes: { readonly at: number; readonly text: string; readonly ms: number }[] = [];
    const end = from + minutes * 60_000;
    while (github.clock.now() < end) {
      const scraped = await exporter.scrape();
      scrapes.push({ at: github.clock.now(), ...scraped });
      await sleep(1_000);
    }
    const [to, after] = [github.clock.now(), exporter.usage()];
    load.stop();
    const requests = github.requests.filter(({ time }) => Date.parse(time) >= from && Date.parse(time) <= to);
    const { lists, ends } = floorOf(github.ledger.entries, from, to, intervalMs);
    const charged = requests.filter(({ status }) => status === 200).length;
    const refused = requests.filter(({ status }) => status === 403 || status === 429).length;
    const cycles = (to - from) / intervalMs;
    const late = staleness(github.ledger.entries, scrapes, from);
    const ms = scrapes.map((scrape) => scrape.ms);
    process.stdout.write(
      [
        `${repositories} repositories, ${runsPerMinute} runs a minute, ${push ? "webhooks" : "polling"}, ${minutes} min:`,
        `  first look at all: ${firstPass.toFixed(1)} s`,
        `  requests a minute: ${(requests.length / cycles).toFixed(0)}, charged ${(charged / cycles).toFixed(1)}, refused ${refused}`,
        `  charged / (D + F): ${charged} / (${lists} + ${ends}) = ${(charged / Math.max(1, lists + ends)).toFixed(2)}`,
        `  staleness of ends of runs: p50 ${percentile(late, 50).toFixed(1)} s, p95 ${percentile(late, 95).toFixed(1)} s (${late.length} of ${ends} ends; the others came last)`,
        `  memory: ${(after.now / mebibyte).toFixed(0)} MiB, at most ${(after.peak / mebibyte).toFixed(0)} MiB`,
        `  processor: ${((100 * (after.cpuSeconds - before.cpuSeconds)) / ((to - from) / 1000)).toFixed(1)} %`,
        `  scrapes: p50 ${percentile(ms, 50).toFixed(0)} ms, p99 ${percentile(ms, 99).toFixed(0)} ms, ${scrapes.at(-1)?.text.length ?? 0} bytes`,
        "",
      ].join("\n"),
    );
  } finally {
    await exporter.stop();
    await github.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

import type { Metric, Registry } from "prom-client";

import { gaugesOf, type Gauges } from "../core/gauges";
import type { Ledger } from "../core/ledger";
import type { HistogramValue, Labels } from "../core/series";
import { type Family, families, prefix } from "./families";

interface Value {
  readonly value: number;
  readonly labels: Record<string, string | number>;
  readonly metricName?: string;
}

/**
 * Shows a ledger in a registry of the Prometheus client. The client's own counters cannot take up a value where another process left
 * it, so these are metrics of our own in the form that the registry asks of any.
 */
export function registerLedger(registry: Registry, ledger: Ledger): void {
  // One look at the ledger serves all gauges of a scrape.
  let gauges: { readonly time: number; readonly all: Gauges } | undefined;
  const current = (): Gauges => {
    if (gauges?.time !== ledger.time()) gauges = { time: ledger.time(), all: gaugesOf(ledger) };
    return gauges.all;
  };
  for (const family of families) {
    const name = `${prefix}${family.name}`;
    const metric = {
      name,
      help: family.help,
      type: family.type,
      aggregator: "sum",
      get: () => Promise.resolve({ name, help: family.help, type: family.type, aggregator: "sum", values: valuesOf() }),
      reset: () => undefined,
    };
    const valuesOf = (): Value[] => values(family, name, ledger, current);
    registry.registerMetric(metric as unknown as Metric);
  }
}

function values(family: Family, name: string, ledger: Ledger, gauges: () => Gauges): Value[] {
  switch (family.type) {
    case "counter":
      return ledger.series.countersOf(family.name).map(({ labels, value }) => ({ labels: { ...labels }, value }));
    case "gauge":
      return gauges()[family.name].map(({ labels, value }) => ({ labels: { ...labels }, value }));
    case "histogram":
      return ledger.series
        .histogramsOf(family.name)
        .flatMap(({ labels, value }) => histogramValues(name, family.bounds, labels, value));
  }
}

function histogramValues(
  name: string,
  bounds: readonly number[],
  labels: Labels,
  { buckets, sum, count }: HistogramValue,
): Value[] {
  let below = 0;
  const cumulated = bounds.map((bound, index): Value => {
    below += buckets[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: below };
  });
  return [
    ...cumulated,
    { metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: count },
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ];
}

import type { Exchange } from "./exchange";

/** A part of a list, as the REST API hands it out. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Length of the whole list. */
  readonly total: number;
  /** `Link`, by which clients find the other pages; absent when all is on one. */
  readonly headers: Readonly<Record<string, string>>;
}

/** GitHub's limits: 30 a page unless asked otherwise, 100 at most. */
const usualSize = 30;
const largestSize = 100;

/** How many the request wants on a page. */
export function pageSize(exchange: Exchange): number {
  return Math.min(largestSize, exchange.queryNumber("per_page") || usualSize);
}

/**
 * The page that `per_page` and `page` of the request ask for.
 * @param cap what lies beyond so many results is counted but never shown
 */
export function page<T>(exchange: Exchange, all: readonly T[], cap = Infinity): Page<T> {
  const size = pageSize(exchange);
  const number = exchange.queryNumber("page") || 1;
  const shown = Math.min(all.length, cap);
  const last = Math.max(1, Math.ceil(shown / size));
  const others = [
    ...(number < last
      ? ([
          ["next", number + 1],
          ["last", last],
        ] as const)
      : []),
    ...(number > 1
      ? ([
          ["first", 1],
          ["prev", Math.min(number - 1, last)],
        ] as const)
      : []),
  ];
  const links = others.map(([relation, target]) => `<${pageUrl(exchange.url, target)}>; rel="${relation}"`);
  return {
    items: all.slice((number - 1) * size, Math.min(number * size, shown)),
    total: all.length,
    headers: links.length === 0 ? {} : { Link: links.join(", ") },
  };
}

function pageUrl(url: URL, number: number): string {
  const target = new URL(url);
  target.searchParams.set("page", String(number));
  return target.href;
}

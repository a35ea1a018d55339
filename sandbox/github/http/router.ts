import type { Exchange } from "./exchange";
import type { Reply } from "./reply";

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

export interface Route {
  readonly method: string;
  /** Path with `:name` for one segment. */
  readonly pattern: string;
  readonly handler: Handler;
}

export const route = (method: string, pattern: string, handler: Handler): Route => ({ method, pattern, handler });

interface Compiled extends Route {
  readonly expression: RegExp;
}

/** Finds the handler of a request; the first route that fits wins. */
export class Router {
  private readonly routes: readonly Compiled[];

  constructor(routes: readonly Route[]) {
    this.routes = routes.map((route) => ({ ...route, expression: compile(route.pattern) }));
  }

  find(method: string, path: string): { handler: Handler; params: Record<string, string> } | undefined {
    for (const { method: wanted, expression, handler } of this.routes) {
      const match = wanted === method ? expression.exec(path) : null;
      if (match) return { handler, params: decode(match.groups ?? {}) };
    }
    return undefined;
  }
}

function compile(pattern: string): RegExp {
  const source = pattern
    .split("/")
    .map((part) => (part.startsWith(":") ? `(?<${part.slice(1)}>[^/]+)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("/");
  return new RegExp(`^${source}$`);
}

function decode(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, safeDecode(value)]));
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

import type { Exchange } from "../http/exchange";
import type { Page } from "../http/page";
import type { Credential } from "./limits";

/** What an endpoint shows. */
export interface Shown {
  /** Differs whenever the body does: the body is made only for those who do not have it yet. */
  readonly version: string;
  readonly body: () => string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One GET of the REST API. */
export interface Endpoint {
  readonly pattern: string;
  /** It does not count against the hourly limit. */
  readonly free?: true;
  /** Undefined hides the thing behind 404. */
  readonly show: (exchange: Exchange, credential: Credential) => Shown | undefined;
}

/** One object. */
export function single(value: unknown): Shown {
  const text = JSON.stringify(value);
  return { version: text, body: () => text };
}

interface Part<T> {
  readonly version: (item: T) => string;
  readonly text: (item: T) => string;
}

/** A page of a list. @param name of the list in an object beside `total_count`; without one the body is the list alone */
export function listed<T>({ items, total, headers }: Page<T>, { version, text }: Part<T>, name?: string): Shown {
  const array = () => `[${items.map(text).join(",")}]`;
  return {
    version: `${total} ${items.map(version).join(" ")}`,
    body: () => (name === undefined ? array() : `{"total_count":${total},"${name}":${array()}}`),
    headers,
  };
}

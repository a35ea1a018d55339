import { isDeepStrictEqual } from "node:util";

import { type PropertyMap, reveal } from "../shared/values.js";

/** Which inputs differ, in order. What is secret counts by its value. A value of `null` is none. */
export function changedInputs(olds: PropertyMap, news: PropertyMap): string[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => !key.startsWith("__"));
  const plain = (map: PropertyMap, key: string): unknown => reveal(map[key] ?? null);
  return keys.filter((key) => !isDeepStrictEqual(plain(olds, key), plain(news, key))).sort();
}

import { isObject, type Json, type JsonObject } from "../shared/json.js";
import { decode, reveal } from "../shared/values.js";
import type { provider } from "../shared/proto.js";

/** The arguments of a provider resource. The SDKs of bridged providers write all but texts as JSON: `{"filename":"..."}`, `true`, `10`. */
export function providerArguments(request: provider.ConfigureRequest): JsonObject {
  const given = reveal(decode(request.getArgs()));
  const entries = Object.entries(isObject(given) ? given : {});
  return Object.fromEntries(entries.map(([key, value]) => [key, typeof value === "string" ? unpacked(value) : value]));
}

function unpacked(text: string): Json {
  if (!/^([[{]|true$|false$)/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

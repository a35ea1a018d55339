import { isObject } from "../merge";
import { joinPath, type Problem } from "../problems";

/** GitHub's limit for the value of a secret or variable, in bytes. */
export const mostValueBytes = 48 * 1024;

const path = "organizationSecrets";
const allowed = "a JSON map of names to texts";
const fix = "pulumi config set --secret --path 'organizationSecrets.NAME'";

/** Names for which the stack's secret `organizationSecrets` has a value; `null` takes one away. What is no map has none. */
export function organizationSecretNames(text: string | undefined): readonly string[] {
  const value = parsed(text);
  return isObject(value) ? Object.keys(value).filter((name) => value[name] !== null) : [];
}

/** Mistakes in that secret that can be named without showing it. */
export function organizationSecretProblems(text: string | undefined): Problem[] {
  if (text === undefined) return [];
  const value = parsed(text);
  if (!isObject(value)) return [{ path, what: "no JSON map [hidden]", allowed, fix }];
  return Object.entries(value).flatMap(([name, each]): Problem[] => {
    const at = joinPath(path, name);
    if (each === null) return [];
    if (typeof each !== "string" || each === "")
      return [{ path: at, what: "empty, or no text [hidden]", allowed: "a text that is not empty", fix }];
    if (Buffer.byteLength(each) > mostValueBytes)
      return [{ path: at, what: `${Buffer.byteLength(each)} bytes`, allowed: `at most ${mostValueBytes} bytes` }];
    return [];
  });
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { ProviderError } from "../errors.js";
import type { Json } from "../json.js";
import { evaluateJsonPath, parseJsonPath, type JsonPath } from "./json-path.js";
import { conditionOf, READY, waiting, type ReadinessCheck } from "./readiness.js";

export type WaitForExpression =
  | { readonly kind: "jsonpath"; readonly text: string; readonly path: JsonPath; readonly value?: string }
  | { readonly kind: "condition"; readonly type: string; readonly status: string };

/** Reads the annotation `pulumi.com/waitFor`: one expression, or a JSON array of them, all of which must hold. */
export function parseWaitFor(annotation: string): WaitForExpression[] {
  const trimmed = annotation.trim();
  if (!trimmed.startsWith("[")) return [parseExpression(trimmed)];
  let parsed: unknown;
  try {
    parsed = JSON.parse(trimmed);
  } catch {
    throw new ProviderError(
      `pulumi.com/waitFor is neither an expression nor a JSON array of expressions: ${annotation}`,
    );
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every((item) => typeof item === "string")) {
    throw new ProviderError(`pulumi.com/waitFor must be a non-empty array of strings: ${annotation}`);
  }
  return parsed.map(parseExpression);
}

export function waitForChecks(annotation: string): ReadinessCheck[] {
  return parseWaitFor(annotation).map((expression) => (live) => {
    if (expression.kind === "condition") {
      const condition = conditionOf(live, expression.type);
      if (condition !== undefined && condition.status.toLowerCase() === expression.status.toLowerCase()) return READY;
      const found =
        condition === undefined ? "is not set" : `is ${condition.status} (${condition.message || condition.reason})`;
      return waiting(`its condition ${expression.type} ${found}`);
    }
    const values = evaluateJsonPath(expression.path, live);
    const holds =
      expression.value === undefined ? values.length > 0 : values.some((value) => asText(value) === expression.value);
    if (holds) return READY;
    const wanted = expression.value === undefined ? "to be set" : `to be ${JSON.stringify(expression.value)}`;
    const found =
      values.length === 0 ? "it is not set" : `it is ${values.map((value) => JSON.stringify(value)).join(", ")}`;
    return waiting(`expected ${expression.text} ${wanted}, but ${found}`);
  });
}

function parseExpression(text: string): WaitForExpression {
  if (text.startsWith("condition=")) {
    const [type = "", status = "True"] = text.slice("condition=".length).split("=");
    if (type === "") throw new ProviderError(`pulumi.com/waitFor names no condition: ${text}`);
    return { kind: "condition", type, status };
  }
  if (!text.startsWith("jsonpath=")) {
    throw new ProviderError(`pulumi.com/waitFor must start with "jsonpath=" or "condition=": ${text}`);
  }
  const { path, value } = splitValue(text.slice("jsonpath=".length));
  return { kind: "jsonpath", text: path, path: parseJsonPath(path), value };
}

/** Splits `{.status.phase}=Running` at the first `=` that is outside of brackets, braces and quotes. */
function splitValue(text: string): { path: string; value?: string } {
  let depth = 0;
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if ("[{(".includes(char)) depth++;
    else if ("]})".includes(char)) depth--;
    else if (char === "=" && depth === 0)
      return { path: text.slice(0, index), value: text.slice(index + 1).replace(/^(["'])(.*)\1$/, "$2") };
  }
  return { path: text };
}

function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

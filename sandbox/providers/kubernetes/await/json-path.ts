import { ProviderError } from "../errors.js";
import { isObject, sameJson, type Json } from "../json.js";

/** The part of kubectl's JSONPath that `kubectl wait` users write: fields, indexes, `[*]`, and `[?(@.a=="b")]` filters. */
export type JsonPath = readonly Step[];
type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: JsonPath; readonly value: Json; readonly equal: boolean };

/** Parses `{.status.conditions[?(@.type=="Ready")].status}`; braces and the leading dot may be left out. */
export function parseJsonPath(text: string): JsonPath {
  let rest = text.trim();
  if (rest.startsWith("{") !== rest.endsWith("}")) throw invalid(text, "its braces do not match");
  if (rest.startsWith("{")) rest = rest.slice(1, -1).trim();
  rest = rest.replace(/^\$/, "");
  if (rest !== "" && !/^[.[]/.test(rest)) rest = `.${rest}`;
  if (rest === "" || rest === ".") throw invalid(text, "it is empty");
  const steps: Step[] = [];
  while (rest !== "") {
    const [step, length] = nextStep(rest, text);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

/** All values the path leads to; none if a field on the way is missing. */
export function evaluateJsonPath(path: JsonPath, root: Json | undefined): Json[] {
  let values: Json[] = root === undefined ? [] : [root];
  for (const step of path) values = values.flatMap((value) => take(step, value));
  return values;
}

function nextStep(rest: string, whole: string): [Step, number] {
  const field = /^\.((?:\\.|[^.[\]\\])+)/.exec(rest);
  if (field?.[1] !== undefined) {
    const name = field[1].replace(/\\(.)/g, "$1");
    return [name === "*" ? { kind: "all" } : { kind: "field", name }, field[0].length];
  }
  const index = /^\[(-?\d+)\]/.exec(rest);
  if (index?.[1] !== undefined) return [{ kind: "index", index: Number(index[1]) }, index[0].length];
  const all = /^\[\*\]/.exec(rest);
  if (all !== null) return [{ kind: "all" }, all[0].length];
  const quoted = /^\[(["'])(.*?)\1\]/.exec(rest);
  if (quoted?.[2] !== undefined) return [{ kind: "field", name: quoted[2] }, quoted[0].length];
  const filter = /^\[\?\(\s*@((?:\.|\[)[^=!]*?)\s*(==|!=)\s*("[^"]*"|'[^']*'|[^)\s]+)\s*\)\]/.exec(rest);
  if (filter?.[1] !== undefined && filter[3] !== undefined) {
    const step: Step = {
      kind: "filter",
      path: parseJsonPath(filter[1]),
      value: literal(filter[3]),
      equal: filter[2] === "==",
    };
    return [step, filter[0].length];
  }
  throw invalid(whole, `${JSON.stringify(rest)} is not understood`);
}

function literal(text: string): Json {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}

function take(step: Step, value: Json): Json[] {
  switch (step.kind) {
    case "field": {
      const found = isObject(value) ? value[step.name] : undefined;
      return found === undefined ? [] : [found];
    }
    case "index": {
      const found = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case "all":
      return items(value);
    case "filter":
      return items(value).filter((item) => {
        const found = evaluateJsonPath(step.path, item);
        return found.length > 0 && found.some((candidate) => sameJson(candidate, step.value)) === step.equal;
      });
  }
}

function items(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
}

function invalid(text: string, why: string): ProviderError {
  return new ProviderError(`the JSONPath ${text} cannot be read: ${why}`);
}

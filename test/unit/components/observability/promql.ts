import { parser } from "@prometheus-io/lezer-promql";

/** Where an expression is no PromQL: the text around each place that the parser of Prometheus' own editor does not understand. */
export function promqlErrors(expression: string): string[] {
  const errors: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) errors.push(expression.slice(Math.max(0, from - 10), to + 10));
    },
  });
  return errors;
}

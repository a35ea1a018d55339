import type { TemplateContext } from "../../../../../components/arc/hooks/template-parts";
import { hookTemplateProblems } from "../../../../../components/arc/hooks/template-problems";
import type { Problem } from "../../../../../stacks/problems";
import { goodTemplate } from "./hook-fixtures";

/** A mistake: its name, how to make it, the message, and where that depends on more than the template, on what. */
export type Refused = readonly [string, Change, string, Partial<TemplateContext>?];

export type Change = (template: Draft) => void;
export interface Draft {
  metadata: Record<string, unknown> & { labels: Record<string, unknown> };
  spec: Record<string, unknown> & { containers: Record<string, unknown>[]; volumes: Record<string, unknown>[] };
}

/** One line of a message, as the settings print it. */
export function line({ path, what, allowed, fix }: Problem): string {
  return [`${path}: ${what}`, ...(allowed === undefined ? [] : [allowed]), ...(fix === undefined ? [] : [fix])].join(
    "; ",
  );
}

/** The problems of the good template after one change. */
export function after(change: Change, context: Partial<TemplateContext> = {}): string[] {
  const draft = structuredClone(goodTemplate) as unknown as Draft;
  change(draft);
  return hookTemplateProblems(draft, { mode: "kubernetes", ...context }).map(line);
}

export const job = ({ spec }: Draft): Record<string, unknown> => spec.containers[0] ?? {};
export const redis = ({ spec }: Draft): Record<string, unknown> => spec.containers[1] ?? {};
export const logs = ({ spec }: Draft): Record<string, unknown> => spec.containers[2] ?? {};
export const novolume = { mode: "kubernetes-novolume" } as const;

import { z } from "zod";

/** A key that the user chooses, in the path of a setting. */
export const anyName = "<name>";

/** A setting as its schema has it. */
export interface SettingRow {
  /** Keys from the section on; {@link anyName} stands for the user's own, `[]` for the items of a list. */
  readonly path: readonly string[];
  /** What may be given, in the words of the message that one gets otherwise. */
  readonly allowed: string;
  /** Whether the settings are refused without it, unless a layer below gives it. */
  readonly required: boolean;
  /** What the schema itself puts in its place. */
  readonly fallback?: unknown;
}

/** The settings below `path`, in the order of the schema: maps part by part, lists of maps with the keys of their items. */
export function settingRows(path: readonly string[], schema: unknown, required = true): readonly SettingRow[] {
  if (schema instanceof z.ZodOptional) return settingRows(path, schema.unwrap(), false);
  if (schema instanceof z.ZodDefault) {
    const fallback: unknown = schema.def.defaultValue;
    return settingRows(path, schema.unwrap(), false).map((row) => ({ ...row, fallback }));
  }
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, unknown>> = schema.shape;
    return Object.entries(shape).flatMap(([key, part]) => settingRows([...path, key], part, required));
  }
  if (schema instanceof z.ZodRecord && schema.valueType instanceof z.ZodObject)
    return settingRows([...path, anyName], schema.valueType);
  const row: SettingRow = { path, allowed: allowedBy(schema), required };
  if (!(schema instanceof z.ZodArray) || !(schema.element instanceof z.ZodObject)) return [row];
  const last = path.at(-1) ?? "";
  return [row, ...settingRows([...path.slice(0, -1), `${last}[]`], schema.element)];
}

/** What a schema says to a value that no setting can have. A schema that takes even that takes anything. */
function allowedBy(schema: unknown): string {
  if (!(schema instanceof z.ZodType)) throw new Error("a part of a schema is none");
  const result = schema.safeParse(Symbol("none"));
  return result.success ? "anything" : (result.error.issues[0]?.message ?? "");
}

import Ajv from "ajv";
import { parseAllDocuments } from "yaml";

/** As much of a CustomResourceDefinition as its schema takes. */
interface Definition {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: object } }[];
  };
}

/** An object of a custom kind. */
export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Formats say how a value is stored, and are not checked here. */
const asSchema = { strict: false, validateFormats: false, allErrors: true };

/**
 * What a definition says against an object, as the API server would with server-side apply: wrong values, missing ones, and fields that it does
 * not know.
 *
 * @param definitions a YAML stream with definitions, among other things if need be.
 */
export function schemaErrors(definitions: string, object: CustomObject): string[] {
  const validate = new Ajv(asSchema).compile(schemaOf(definitions, object));
  validate(JSON.parse(JSON.stringify(object)));
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const field = Reflect.get(params, "additionalProperty") as string | undefined;
    return `${instancePath}: ${field === undefined ? (message ?? "") : `unknown field ${field}`}`;
  });
}

function schemaOf(definitions: string, { apiVersion, kind }: CustomObject): object {
  for (const document of parseAllDocuments(definitions)) {
    const definition = document.toJS() as Definition | null;
    if (definition?.kind !== "CustomResourceDefinition" || definition.spec.names.kind !== kind) continue;
    const version = definition.spec.versions.find(({ name }) => `${definition.spec.group}/${name}` === apiVersion);
    if (version) return closed(version.schema.openAPIV3Schema) as object;
  }
  throw new Error(`there is no definition of ${kind} in ${apiVersion}`);
}

/** The same schema where objects have no fields but those that it names, unless it says that it keeps others. */
function closed(schema: unknown, isMetadata = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => closed(item));
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    key === "properties" ? eachClosed(value) : closed(value),
  ]);
  const same = Object.fromEntries(entries) as Record<string, unknown>;
  const open = "additionalProperties" in same || same["x-kubernetes-preserve-unknown-fields"] === true || isMetadata;
  return "properties" in same && !open ? { ...same, additionalProperties: false } : same;
}

function eachClosed(properties: unknown): Record<string, unknown> {
  const entries = Object.entries(properties as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, schema]) => [name, closed(schema, name === "metadata")]));
}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

/** The published descriptions that hold the endpoints in question. */
export type Description = "api.github.com" | "ghec" | "ghes-3.19";

interface Media {
  readonly content?: { readonly "application/json"?: { readonly schema: object } };
  readonly $ref?: string;
}

interface Operation {
  readonly requestBody?: Media & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Media>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Media>> };
}

/** Validates requests and replies against GitHub's OpenAPI description; see https://github.com/octokit/openapi. */
export class OpenApi {
  private readonly document: Document;
  private readonly ajv = new Ajv({ strict: false, allErrors: true });

  constructor(description: Description) {
    // The package's index would load all descriptions, 390 MB of them.
    const file = createRequire(__filename).resolve(`@octokit/openapi/generated/${description}.json`);
    this.document = toJsonSchema(JSON.parse(readFileSync(file, "utf8"))) as Document;
    (addFormats as unknown as (ajv: Ajv) => void)(this.ajv);
    this.ajv.addSchema(this.document, "description");
  }

  /** Problems of a request body; none for an operation that takes no body and got none. */
  request(method: string, path: string, body: unknown): string[] {
    const { requestBody } = this.operation(method, path);
    if (body === undefined && requestBody?.required !== true) return [];
    if (!requestBody) return [`${method} ${path} takes no body`];
    return this.validate(requestBody, ["paths", path, method.toLowerCase(), "requestBody"], body);
  }

  /** Problems of a reply, also when its status is not among the described ones. */
  reply(method: string, path: string, status: number, body: unknown): string[] {
    const response = this.operation(method, path).responses[String(status)];
    if (!response) return [`${method} ${path} has no reply ${status}`];
    return this.validate(response, ["paths", path, method.toLowerCase(), "responses", String(status)], body);
  }

  /** Problems of a value against one of the shared schemas. */
  schema(name: string, value: unknown): string[] {
    return this.check(["components", "schemas", name], value);
  }

  private operation(method: string, path: string): Operation {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`the description has no ${method} ${path}`);
    return operation;
  }

  private validate(media: Media, place: string[], body: unknown): string[] {
    if (media.$ref !== undefined) {
      const target = media.$ref.replace("#/", "").split("/");
      return this.validate(this.document.components.responses[target.at(-1) ?? ""] ?? {}, target, body);
    }
    if (!media.content?.["application/json"]) return body === undefined ? [] : ["a body where none is described"];
    return this.check([...place, "content", "application/json", "schema"], body);
  }

  private check(place: string[], value: unknown): string[] {
    const pointer = place.map((part) => encodeURIComponent(part.replace(/~/g, "~0").replace(/\//g, "~1"))).join("/");
    const validate = this.ajv.getSchema(`description#/${pointer}`);
    if (!validate) throw new Error(`the description has no ${place.join(" ")}`);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
  }
}

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value as Record<string, unknown>);
  const { nullable, ...schema } = Object.fromEntries(entries.map(([key, part]) => [key, toJsonSchema(part)]));
  return nullable === true && "type" in schema ? { anyOf: [schema, { type: "null" }] } : schema;
}

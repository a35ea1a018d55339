import assert from "node:assert/strict";

import * as client from "@kubernetes/client-node";

import { apiFields } from "../../../../../components/arc/hooks/api-fields";

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/** Fields of a type of the Kubernetes API, by the client's own table. */
function fieldsOfClient(type: string): readonly Attribute[] {
  const models = new Map<string, unknown>(Object.entries(client));
  const model: unknown = models.get(`V1${type}`) ?? models.get(`CoreV1${type}`);
  const map: unknown = typeof model === "function" ? Reflect.get(model, "getAttributeTypeMap") : undefined;
  assert.ok(typeof map === "function", type);
  return Reflect.apply(map, model, []) as readonly Attribute[];
}

describe("apiFields", () => {
  for (const [type, entries] of Object.entries(apiFields))
    it(`has the fields of ${type} that the Kubernetes API has`, () => {
      const known = entries.split(" ").map((entry) => entry.split(":")[0]);
      const wanted = fieldsOfClient(type)
        .map(({ baseName }) => baseName)
        .filter((field) => field !== "ephemeralContainers");
      assert.deepEqual(known, wanted);
    });

  it("has every type that a field refers to", () => {
    const plain = ["string", "number", "boolean", "port", "map", "quantities", "any"];
    const kinds = Object.values(apiFields)
      .flatMap((entries) => entries.split(" "))
      .flatMap((entry) => entry.split(":")[1]?.replace("[]", "") ?? []);
    assert.deepEqual(
      kinds.filter((kind) => !plain.includes(kind) && apiFields[kind] === undefined),
      [],
    );
  });
});

import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Json, JsonObject } from "../../../../sandbox/providers/kubernetes/json.js";
import { provider, resource, Struct } from "../../../../sandbox/providers/shared/proto.js";
import {
  decodeStruct,
  delimitedField,
  encodeStruct,
  splitFields,
} from "../../../../sandbox/providers/shared/struct-codec.js";
import { STRUCT_FIELDS } from "../../../../sandbox/providers/shared/struct-fields.js";

// the generated class stores an empty key's and __proto__'s entries its own way; Kubernetes has neither
const key = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text !== "__proto__");
const { object } = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));

type StructInput = Parameters<typeof Struct.fromJavaScript>[0];

describe("struct codec", () => {
  it("reads back what it writes", () => {
    fc.assert(fc.property(object, (value) => assert.deepEqual(decodeStruct(encodeStruct(value)), value)));
  });

  it("is read by the generated class", () => {
    fc.assert(
      fc.property(object, (value) => {
        assert.deepEqual(Struct.deserializeBinary(encodeStruct(value)).toJavaScript(), value);
      }),
    );
  });

  it("reads what the generated class writes", () => {
    fc.assert(
      fc.property(object, (value) => {
        const bytes = Buffer.from(Struct.fromJavaScript(value as StructInput).serializeBinary());
        assert.deepEqual(decodeStruct(bytes), value);
      }),
    );
  });

  it("writes more than its first buffer holds", () => {
    const value = {
      list: Array.from({ length: 5000 }, (_, index) => ({ name: `item-${index}`, text: "é".repeat(20) })),
    };
    assert.deepEqual(decodeStruct(encodeStruct(value)), value);
  });

  it("leaves out undefined entries", () => {
    assert.deepEqual(decodeStruct(encodeStruct({ a: undefined, b: 1 })), { b: 1 });
  });

  it("cuts fields out of a message and appends them again", () => {
    const request = new provider.CheckRequest();
    request.setUrn("urn:pulumi:stack::project::type::name");
    request.setNews(Struct.fromJavaScript({ kind: "Secret" }));
    const { rest, taken } = splitFields(Buffer.from(request.serializeBinary()), [3]);
    const bare = provider.CheckRequest.deserializeBinary(rest);
    assert.equal(bare.getUrn(), request.getUrn());
    assert.equal(bare.hasNews(), false);
    const content = taken.get(3);
    assert(content !== undefined);
    const whole = provider.CheckRequest.deserializeBinary(Buffer.concat([rest, delimitedField(3, content)]));
    assert.deepEqual(whole.toObject(), request.toObject());
  });
});

describe("struct fields", () => {
  const classes: Record<string, unknown> = { ...provider, RegisterResourceRequest: resource.RegisterResourceRequest };
  for (const [message, fields] of Object.entries(STRUCT_FIELDS)) {
    for (const [field, number] of Object.entries(fields)) {
      it(`has the number of ${message}.${field}`, () => {
        const Message = classes[message] as new () => Record<string, (value?: unknown) => unknown>;
        const instance = new Message();
        instance[`set${field.charAt(0).toUpperCase()}${field.slice(1)}`]?.(Struct.fromJavaScript({ probe: true }));
        const bytes = Buffer.from(instance.serializeBinary?.() as Uint8Array);
        const { taken } = splitFields(bytes, [number]);
        assert.deepEqual(decodeStruct(taken.get(number) ?? Buffer.alloc(0)), { probe: true });
      });
    }
  }
});

import { isObject } from "./json.js";
import type { grpc } from "./proto.js";
import { decodeStruct, delimitedField, encodeStruct, splitFields } from "./struct-codec.js";
import { decodeValue, encodeValue, isPropertyMap, type PropertyMap } from "./values.js";

/**
 * Property values inside protocol messages, past the generated classes: the fields below are cut out of a message before the
 * generated class reads it and appended after it is written. The numbers are those of pulumi/provider.proto and resource.proto; a unit
 * test compares them with the generated classes.
 */
export const STRUCT_FIELDS = {
  CheckRequest: { olds: 2, news: 3 },
  CheckResponse: { inputs: 1 },
  DiffRequest: { olds: 3, news: 4, oldInputs: 6 },
  CreateRequest: { properties: 2 },
  CreateResponse: { properties: 2 },
  ReadRequest: { properties: 3, inputs: 4 },
  ReadResponse: { properties: 2, inputs: 3 },
  UpdateRequest: { olds: 3, news: 4, oldInputs: 8 },
  UpdateResponse: { properties: 1 },
  DeleteRequest: { properties: 3, oldInputs: 5 },
  InvokeRequest: { args: 2 },
  InvokeResponse: { return: 1 },
  RegisterResourceRequest: { object: 5 },
} as const;

/** The messages of each method whose request carries property values. */
const REQUESTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  check: STRUCT_FIELDS.CheckRequest,
  checkConfig: STRUCT_FIELDS.CheckRequest,
  diff: STRUCT_FIELDS.DiffRequest,
  diffConfig: STRUCT_FIELDS.DiffRequest,
  create: STRUCT_FIELDS.CreateRequest,
  read: STRUCT_FIELDS.ReadRequest,
  update: STRUCT_FIELDS.UpdateRequest,
  delete: STRUCT_FIELDS.DeleteRequest,
  invoke: STRUCT_FIELDS.InvokeRequest,
};

const contents = new WeakMap<object, Map<number, Buffer>>();

/** The property values of a message that came through `withStructFields`; empty if the field was not sent. */
export function readStruct(message: object, field: number): PropertyMap {
  const bytes = contents.get(message)?.get(field);
  const value = bytes === undefined ? {} : decodeValue(decodeStruct(bytes));
  return isPropertyMap(value) ? value : {};
}

/** Sets property values of a message that goes out through `withStructFields` or `serializeWithStructs`. */
export function writeStruct(message: object, field: number, map: PropertyMap): void {
  const encoded = encodeValue(map);
  const fields = contents.get(message) ?? new Map<number, Buffer>();
  fields.set(field, encodeStruct(isObject(encoded) ? encoded : {}));
  contents.set(message, fields);
}

/** The service with property values read and written directly. */
export function withStructFields(service: grpc.ServiceDefinition): grpc.ServiceDefinition {
  const entries = Object.entries(service).map(([name, method]): [string, grpc.MethodDefinition<object, object>] => {
    const definition = method as grpc.MethodDefinition<object, object>;
    const fields = Object.values(REQUESTS[name] ?? {});
    return [
      name,
      {
        ...definition,
        requestDeserialize: (bytes) => {
          if (fields.length === 0) return definition.requestDeserialize(bytes);
          const { rest, taken } = splitFields(bytes, fields);
          const message = definition.requestDeserialize(rest);
          contents.set(message, taken);
          return message;
        },
        responseSerialize: (message) => serializeWithStructs(message, definition.responseSerialize),
      },
    ];
  });
  return Object.fromEntries(entries);
}

export function serializeWithStructs<Message extends object>(
  message: Message,
  serialize: (message: Message) => Buffer,
): Buffer {
  const fields = contents.get(message);
  const plain = serialize(message);
  if (fields === undefined) return plain;
  return Buffer.concat([plain, ...[...fields].map(([field, content]) => delimitedField(field, content))]);
}

import { Struct } from "./proto.js";
import { isObject, type Json, type JsonObject } from "./json.js";

/**
 * Property values between the engine and this provider: JSON in which secrets, unknowns and outputs are marked.
 * The keys and sentinels are those of the engine's wire format (facts/pulumi.md 3.5).
 */
export const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17";

/** The unknown value of the type string, which stands for an unknown of any type. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

const SECRET = Symbol("secret");

/** A value that must not be shown or stored in clear; made by `secret`. */
export interface Secret {
  readonly [SECRET]: PropertyValue;
}

export type PropertyValue = null | boolean | number | string | Secret | PropertyValue[] | PropertyMap;
export interface PropertyMap {
  [key: string]: PropertyValue | undefined;
}

export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isSecret(value);
}

export function isUnknown(value: unknown): boolean {
  return UNKNOWNS.has(value);
}

/** Reads a message of the engine. */
export function decode(struct: Struct | undefined): PropertyMap {
  const decoded = decodeValue(struct?.toJavaScript() ?? {});
  return isPropertyMap(decoded) ? decoded : {};
}

/** Decodes one JSON value of the wire format; nested secrets collapse into one. */
export function decodeValue(value: Json): PropertyValue {
  if (Array.isArray(value)) return value.map(decodeValue);
  if (!isObject(value)) return value;
  if (value[SIGNATURE_KEY] === SECRET_SIGNATURE) return secret(decodeValue(value.value ?? null));
  if (value[SIGNATURE_KEY] === OUTPUT_SIGNATURE) {
    const inner = value.value === undefined ? UNKNOWN : decodeValue(value.value);
    return value.secret === true ? secret(inner) : inner;
  }
  const result: PropertyMap = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = decodeValue(item);
  }
  return result;
}

/** Writes a message for the engine. */
export function encode(map: PropertyMap): Struct {
  return Struct.fromJavaScript(encodeValue(map) as Parameters<typeof Struct.fromJavaScript>[0]);
}

export function encodeValue(value: PropertyValue): Json {
  if (isSecret(value)) return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encodeValue(value[SECRET]) };
  if (Array.isArray(value)) return value.map(encodeValue);
  if (!isPropertyMap(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = encodeValue(item);
  }
  return result;
}

export function isSecret(value: PropertyValue | undefined): value is Secret {
  return typeof value === "object" && value !== null && SECRET in value;
}

export function secret(value: PropertyValue): Secret {
  return isSecret(value) ? value : { [SECRET]: value };
}

/** The value inside a secret, or the value itself. */
export function unwrap(value: PropertyValue | undefined): PropertyValue | undefined {
  return isSecret(value) ? value[SECRET] : value;
}

/** The value without secret marks. Unknowns stay as their sentinel strings; see `containsUnknown`. */
export function reveal(value: PropertyValue): Json {
  if (isSecret(value)) return reveal(value[SECRET]);
  if (Array.isArray(value)) return value.map(reveal);
  if (!isPropertyMap(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = reveal(item);
  }
  return result;
}

export function containsUnknown(value: PropertyValue | undefined): boolean {
  return some(value, isUnknown);
}

export function containsSecret(value: PropertyValue | undefined): boolean {
  return some(value, isSecret);
}

function some(value: PropertyValue | undefined, test: (item: PropertyValue) => boolean): boolean {
  if (value === undefined) return false;
  if (test(value)) return true;
  if (isSecret(value)) return some(value[SECRET], test);
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isPropertyMap(value) && Object.values(value).some((item) => some(item, test));
}

/**
 * Marks in `target` what is secret at the same path of `marked`. A list that holds secrets but changed its length becomes
 * secret as a whole: its items can no longer be told apart by index.
 */
export function markLike(target: PropertyValue, marked: PropertyValue | undefined): PropertyValue {
  if (isSecret(marked)) return secret(target);
  if (Array.isArray(marked) && containsSecret(marked)) {
    if (!Array.isArray(target) || target.length !== marked.length) return secret(target);
    return target.map((item, index) => markLike(item, marked[index]));
  }
  if (!isPropertyMap(marked)) return target;
  if (!isPropertyMap(target)) return containsSecret(marked) ? secret(target) : target;
  const result: PropertyMap = { ...target };
  for (const [key, item] of Object.entries(result)) {
    if (item !== undefined) result[key] = markLike(item, marked[key]);
  }
  return result;
}

import type { Json, JsonObject } from "./json.js";
import { BOOL, DELIMITED, FIXED32, FIXED64, LIST, NUMBER, STRING, STRUCT, VARINT } from "./struct-format.js";

/** Reads a protobuf message from the start to the end. */
export class Reader {
  position = 0;

  constructor(private readonly bytes: Buffer) {}

  struct(end: number): JsonObject {
    const result: JsonObject = {};
    while (this.position < end) {
      const tag = this.varint();
      if (tag !== ((1 << 3) | DELIMITED)) {
        this.skip(tag & 7);
        continue;
      }
      const entryEnd = this.delimited();
      let key = "";
      let value: Json = null;
      while (this.position < entryEnd) {
        const entryTag = this.varint();
        if (entryTag === ((1 << 3) | DELIMITED)) key = this.text();
        else if (entryTag === ((2 << 3) | DELIMITED)) value = this.value(this.delimited());
        else this.skip(entryTag & 7);
      }
      // a plain assignment to __proto__ would set the prototype
      Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return result;
  }

  varint(): number {
    let result = 0;
    let factor = 1;
    for (;;) {
      const byte = this.bytes[this.position++];
      if (byte === undefined) throw new RangeError("the message ends inside a number");
      result += (byte & 127) * factor;
      if (byte < 128) return result;
      factor *= 128;
    }
  }

  /** Passes over a field's content and gives back that of a delimited one. */
  skip(wireType: number): Buffer {
    const start = this.position;
    if (wireType === VARINT) this.varint();
    else if (wireType === FIXED64) this.position += 8;
    else if (wireType === FIXED32) this.position += 4;
    else if (wireType === DELIMITED) {
      const end = this.delimited();
      const content = this.bytes.subarray(this.position, end);
      this.position = end;
      return content;
    } else throw new RangeError(`the message has a field of wire type ${wireType}`);
    return this.bytes.subarray(start, this.position);
  }

  private value(end: number): Json {
    let result: Json = null;
    while (this.position < end) {
      const tag = this.varint();
      switch (tag >>> 3) {
        case NUMBER:
          result = this.bytes.readDoubleLE(this.position);
          this.position += 8;
          break;
        case STRING:
          result = this.text();
          break;
        case BOOL:
          result = this.varint() !== 0;
          break;
        case STRUCT:
          result = this.struct(this.delimited());
          break;
        case LIST:
          result = this.list(this.delimited());
          break;
        default:
          this.skip(tag & 7);
      }
    }
    return result;
  }

  private list(end: number): Json[] {
    const result: Json[] = [];
    while (this.position < end) {
      const tag = this.varint();
      if (tag === ((1 << 3) | DELIMITED)) result.push(this.value(this.delimited()));
      else this.skip(tag & 7);
    }
    return result;
  }

  private text(): string {
    const end = this.delimited();
    const text = this.bytes.toString("utf8", this.position, end);
    this.position = end;
    return text;
  }

  private delimited(): number {
    const length = this.varint();
    const end = this.position + length;
    if (end > this.bytes.length) throw new RangeError("the message ends inside a field");
    return end;
  }
}

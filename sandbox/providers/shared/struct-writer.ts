import { isObject, type Json, type JsonObject } from "./json.js";
import { BOOL, DELIMITED, FIXED64, LIST, NULL, NUMBER, STRING, STRUCT, VARINT } from "./struct-format.js";

/** Writes from the end to the start, so that the length of a nested message is known when its head is written. */
export class BackwardWriter {
  private buffer: Buffer;
  private position: number;

  constructor(size = 1 << 16) {
    this.buffer = Buffer.allocUnsafe(size);
    this.position = size;
  }

  finish(): Buffer {
    return this.buffer.subarray(this.position);
  }

  struct(map: JsonObject): void {
    for (const [key, value] of Object.entries(map).reverse()) {
      if (value === undefined) continue;
      this.nested(1, () => {
        this.nested(2, () => this.value(value));
        this.text(key);
        this.varint((1 << 3) | DELIMITED);
      });
    }
  }

  value(value: Json): void {
    if (value === null) {
      this.varint(0);
      this.varint((NULL << 3) | VARINT);
    } else if (typeof value === "number") {
      this.reserve(8);
      this.position -= 8;
      this.buffer.writeDoubleLE(value, this.position);
      this.varint((NUMBER << 3) | FIXED64);
    } else if (typeof value === "string") {
      this.text(value);
      this.varint((STRING << 3) | DELIMITED);
    } else if (typeof value === "boolean") {
      this.varint(value ? 1 : 0);
      this.varint((BOOL << 3) | VARINT);
    } else if (isObject(value)) this.nested(STRUCT, () => this.struct(value));
    else {
      this.nested(LIST, () => {
        for (let index = value.length - 1; index >= 0; index--) this.nested(1, () => this.value(value[index] ?? null));
      });
    }
  }

  bytes(content: Buffer): void {
    this.reserve(content.length);
    this.position -= content.length;
    content.copy(this.buffer, this.position);
  }

  varint(value: number): void {
    const groups = [value % 128];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) groups.push(left % 128);
    this.reserve(groups.length);
    this.position -= groups.length;
    groups.forEach((group, index) => {
      this.buffer[this.position + index] = index < groups.length - 1 ? group | 128 : group;
    });
  }

  private text(text: string): void {
    const length = Buffer.byteLength(text);
    this.reserve(length);
    this.position -= length;
    this.buffer.write(text, this.position, length, "utf8");
    this.varint(length);
  }

  private nested(field: number, write: () => void): void {
    const before = this.written;
    write();
    this.varint(this.written - before);
    this.varint((field << 3) | DELIMITED);
  }

  /** Positions move when the buffer grows; the number of bytes written does not. */
  private get written(): number {
    return this.buffer.length - this.position;
  }

  private reserve(length: number): void {
    if (this.position >= length) return;
    const used = this.written;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, used + length * 2));
    this.buffer.copy(larger, larger.length - used, this.position);
    this.position = larger.length - used;
    this.buffer = larger;
  }
}

/** Parts of a public key as OpenPGP has them, as far as is looked at: numbers and signatures are made up. */
export interface KeyPart {
  readonly tag?: number;
  /** Seconds since 1970. */
  readonly created?: number;
  readonly algorithm?: number;
  /** `undefined`: the owner says nothing about its use. */
  readonly flags?: number;
  /** Seconds after it was made. */
  readonly expires?: number;
  readonly signature?: number;
}

const signs: KeyPart = { tag: 6, flags: 0x03, signature: 0x13 };
const encrypts: KeyPart = { tag: 14, flags: 0x0c, signature: 0x18 };

/** A key in base64; by default one that signs, with a part that encrypts. */
export function pgpKey(...parts: readonly KeyPart[]): string {
  const all = parts.length > 0 ? parts : [signs, encrypts];
  return Buffer.concat(all.flatMap(packetsOf)).toString("base64");
}

function packetsOf({
  tag = 6,
  created = 1_700_000_000,
  algorithm = 1,
  flags,
  expires,
  signature = 0x18,
}: KeyPart): Buffer[] {
  const key = Buffer.alloc(300, 7);
  key[0] = 4;
  key.writeUInt32BE(created, 1);
  key[5] = algorithm;
  const hashed = Buffer.concat([
    ...(expires === undefined ? [] : [Buffer.from([5, 9]), word(expires)]),
    ...(flags === undefined ? [] : [Buffer.from([2, 27, flags])]),
  ]);
  const signed = Buffer.concat([Buffer.from([4, signature, 1, 8, 0, hashed.length]), hashed, Buffer.alloc(20)]);
  return [packet(tag, key), packet(2, signed)];
}

function word(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** Long ones in the older form, short ones in the newer one: programs write both. */
function packet(tag: number, body: Buffer): Buffer {
  if (body.length < 192) return Buffer.concat([Buffer.from([0xc0 | tag, body.length]), body]);
  return Buffer.concat([Buffer.from([0x80 | (tag << 2) | 1, body.length >> 8, body.length & 0xff]), body]);
}

/**
 * As much of OpenPGP as tells whether something can be encrypted to a key. A server that finds it cannot has initialised itself already, and
 * gives nothing back: nobody could ever log in. Source: RFC 9580, chapters 4 and 5.
 */

interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

const tags = { signature: 2, secretKey: 5, publicKey: 6, secretSubkey: 7, publicSubkey: 14 };
const signatureTypes = { keyRevocation: 0x20, subkeyRevocation: 0x28 };
const subpackets = { created: 2, keyExpiration: 9, keyFlags: 27 };
/** Flags of keys that encrypt messages, and storage. */
const encrypts = 0x04 | 0x08;
/** RSA, ElGamal, ECDH, X25519, X448. */
const encryptingAlgorithms = [1, 2, 16, 18, 25, 26];

/** One of the keys that are exported together, with what its owner has signed about it. */
interface Key {
  readonly created: number;
  readonly algorithm: number;
  readonly signatures: Signature[];
}

interface Signature {
  readonly type: number;
  readonly created: number;
  /** Seconds after the key was made; 0 for never. */
  readonly expires: number;
  readonly flags?: number;
}

/**
 * What keeps a server from encrypting to a key.
 *
 * @param base64 as `gpg --export KEY | base64 -w0` prints it
 * @returns `undefined` if nothing does
 */
export function pgpKeyProblem(base64: string, now: Date): string | undefined {
  const packets = packetsOf(Buffer.from(base64, "base64"));
  const [first] = packets ?? [];
  if (!packets || !first) return "it is no exported key in base64";
  if (packets.some(({ tag }) => tag === tags.secretKey || tag === tags.secretSubkey))
    return "it is a private key, which must never leave its owner";
  if (first.tag !== tags.publicKey) return "it does not begin with a public key";
  const keys = keysOf(packets);
  const revoked = keys[0]?.signatures.some(({ type }) => type === signatureTypes.keyRevocation) ?? false;
  if (revoked) return "it has been revoked";
  const able = keys.filter(canEncrypt);
  if (able.length === 0) return "it has no part that encrypts, as a key that only signs";
  const [primary] = keys;
  if ((primary && isExpired(primary, now)) || able.every((key) => isExpired(key, now))) return "it has expired";
  return undefined;
}

function canEncrypt({ algorithm, signatures }: Key): boolean {
  if (signatures.some(({ type }) => type === signatureTypes.subkeyRevocation)) return false;
  const stated = signatures.flatMap(({ flags }) => (flags === undefined ? [] : [flags]));
  if (!encryptingAlgorithms.includes(algorithm)) return false;
  return stated.length === 0 || stated.some((flags) => (flags & encrypts) !== 0);
}

/** The owner's latest word counts, which is told from those of others by saying what the key is for. */
function isExpired({ created, signatures }: Key, now: Date): boolean {
  const own = signatures.filter(({ flags }) => flags !== undefined);
  const [latest] = [...own].sort((a, b) => b.created - a.created);
  const expires = latest?.expires ?? 0;
  return expires !== 0 && (created + expires) * 1000 <= now.getTime();
}

function keysOf(packets: readonly Packet[]): Key[] {
  const keys: Key[] = [];
  for (const { tag, body } of packets) {
    const isKey = tag === tags.publicKey || tag === tags.publicSubkey;
    if (isKey && body.length > 6) keys.push({ created: body.readUInt32BE(1), algorithm: body[5] ?? 0, signatures: [] });
    const signature = tag === tags.signature ? signatureOf(body) : undefined;
    if (signature) keys.at(-1)?.signatures.push(signature);
  }
  return keys;
}

/** Of version 4, which is what programs write; others are passed over. */
function signatureOf(body: Buffer): Signature | undefined {
  if (body[0] !== 4 || body.length < 6) return undefined;
  const hashed = body.subarray(6, 6 + body.readUInt16BE(4));
  let expires = 0;
  let created = 0;
  let flags: number | undefined;
  for (const { tag, body: content } of subpacketsOf(hashed)) {
    if (tag === subpackets.keyExpiration && content.length === 4) expires = content.readUInt32BE(0);
    if (tag === subpackets.created && content.length === 4) created = content.readUInt32BE(0);
    if (tag === subpackets.keyFlags) flags = content[0] ?? 0;
  }
  return { type: body[1] ?? 0, created, expires, ...(flags !== undefined && { flags }) };
}

function subpacketsOf(buffer: Buffer): Packet[] {
  const found: Packet[] = [];
  let at = 0;
  while (at < buffer.length) {
    const length = newLength(buffer, at);
    if (!length || length.value < 1 || length.end + length.value > buffer.length) break;
    const tag = (buffer[length.end] ?? 0) & 0x7f;
    found.push({ tag, body: buffer.subarray(length.end + 1, length.end + length.value) });
    at = length.end + length.value;
  }
  return found;
}

/** `undefined` for what is no sequence of packets. */
function packetsOf(buffer: Buffer): Packet[] | undefined {
  const found: Packet[] = [];
  let at = 0;
  while (at < buffer.length) {
    const head = buffer[at] ?? 0;
    if ((head & 0x80) === 0) return undefined;
    const isNew = (head & 0x40) !== 0;
    const length = isNew ? newLength(buffer, at + 1) : oldLength(buffer, at + 1, head & 0x03);
    if (!length || length.end + length.value > buffer.length) return undefined;
    found.push({
      tag: isNew ? head & 0x3f : (head >> 2) & 0x0f,
      body: buffer.subarray(length.end, length.end + length.value),
    });
    at = length.end + length.value;
  }
  return found;
}

interface Length {
  readonly value: number;
  /** Where what it measures begins. */
  readonly end: number;
}

/** Of one, two or five bytes. Lengths that come in parts are for messages. */
function newLength(buffer: Buffer, at: number): Length | undefined {
  const first = buffer[at];
  if (first === undefined) return undefined;
  if (first < 192) return { value: first, end: at + 1 };
  if (first < 224) return { value: ((first - 192) << 8) + (buffer[at + 1] ?? 0) + 192, end: at + 2 };
  if (first < 255 || at + 5 > buffer.length) return undefined;
  return { value: buffer.readUInt32BE(at + 1), end: at + 5 };
}

function oldLength(buffer: Buffer, at: number, type: number): Length | undefined {
  const bytes = [1, 2, 4][type];
  if (bytes === undefined || at + bytes > buffer.length) return undefined;
  return { value: buffer.readUIntBE(at, bytes), end: at + bytes };
}

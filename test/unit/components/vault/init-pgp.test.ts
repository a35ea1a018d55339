import assert from "node:assert/strict";

import fc from "fast-check";

import { pgpKeyProblem } from "../../../../components/vault/init-pgp";
import { type KeyPart, pgpKey } from "./init-pgp-fixtures";

const now = new Date("2026-01-01");
const seconds = now.getTime() / 1000;
const primary: KeyPart = { tag: 6, flags: 0x03 };
const subkey: KeyPart = { tag: 14, flags: 0x0c };

describe("keys that shares are encrypted to", () => {
  const good: Record<string, readonly KeyPart[]> = {
    "one with a part that encrypts": [primary, subkey],
    "one whose use is not stated": [{ tag: 6 }],
    "one that expires later": [primary, { ...subkey, created: seconds - 10, expires: 20 }],
    "one with an older part that has expired": [
      primary,
      { ...subkey, created: seconds - 20, expires: 10 },
      { ...subkey, created: seconds - 10 },
    ],
    "one on a curve": [
      { ...primary, algorithm: 22 },
      { ...subkey, algorithm: 18 },
    ],
  };
  for (const [what, parts] of Object.entries(good)) {
    it(`may be ${what}`, () => assert.equal(pgpKeyProblem(pgpKey(...parts), now), undefined));
  }

  const bad: Record<string, [string, RegExp]> = {
    "one that only signs": [pgpKey(primary), /no part that encrypts/],
    "one on a curve that only signs": [pgpKey({ tag: 6, algorithm: 22 }), /no part that encrypts/],
    "one that has expired": [pgpKey(primary, { ...subkey, created: seconds - 20, expires: 10 }), /has expired/],
    "one of which the signing part has expired": [
      pgpKey({ ...primary, created: seconds - 20, expires: 10 }, subkey),
      /has expired/,
    ],
    "one whose encrypting part is revoked": [pgpKey(primary, { ...subkey, signature: 0x28 }), /no part that encrypts/],
    "one that is revoked": [pgpKey({ ...primary, signature: 0x20 }, subkey), /has been revoked/],
    "a private one": [pgpKey({ ...primary, tag: 5 }), /private key/],
    "a signature": [pgpKey(primary).slice(404), /no exported key|does not begin/],
    "a name": ["someone@example.com", /no exported key in base64/],
    nothing: ["", /no exported key in base64/],
    "one that was cut": [pgpKey(primary, subkey).slice(0, 600), /no exported key in base64/],
  };
  for (const [what, [key, problem]] of Object.entries(bad)) {
    it(`may not be ${what}`, () => assert.match(pgpKeyProblem(key, now) ?? "no problem", problem));
  }

  it("are judged whatever they hold", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const problem = pgpKeyProblem(Buffer.from(bytes).toString("base64"), now);
        assert.ok(problem === undefined || problem.length > 0);
      }),
    );
  });
});

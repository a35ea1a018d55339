import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { exportJWK, type JWK, SignJWT } from "jose";

/** How long a token lasts, as the example in GitHub's documentation has it. */
export const lifetimeSeconds = 300;
const notBeforeSeconds = 600;

/** Signs the identity tokens of jobs, with a key that outlives a restart. */
export class OidcIssuer {
  private readonly key: KeyObject;
  private readonly keyId: string;

  public constructor(
    folder: string,
    private readonly now: () => number,
  ) {
    this.key = signingKey(join(folder, "oidc-signing.pem"));
    const publicKey = createPublicKey(this.key).export({ type: "spki", format: "der" });
    this.keyId = createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
  }

  /** The public half, for those who check tokens. */
  public async keys(): Promise<{ readonly keys: readonly JWK[] }> {
    const jwk = await exportJWK(createPublicKey(this.key));
    return { keys: [{ ...jwk, kid: this.keyId, alg: "RS256", use: "sig" }] };
  }

  /** @param ageSeconds how long ago the token was made; one older than its lifetime is expired. */
  public sign(
    issuer: string,
    audience: string,
    claims: Readonly<Record<string, string>>,
    ageSeconds = 0,
  ): Promise<string> {
    const issuedAt = Math.floor(this.now() / 1000) - ageSeconds;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: this.keyId })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setNotBefore(issuedAt - notBeforeSeconds)
      .setExpirationTime(issuedAt + lifetimeSeconds)
      .sign(this.key);
  }
}

function signingKey(file: string): KeyObject {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(`${file}.next`, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    renameSync(`${file}.next`, file);
  }
  return createPrivateKey(readFileSync(file, "utf8"));
}

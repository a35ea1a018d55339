import { jwtVerify, SignJWT } from "jose";

/** What each kind of token says about its bearer. */
export interface Claims {
  /** Of a GitHub App's installation, for the REST API. */
  installation: { readonly app: string; readonly installation: number };
  /** For the runner-registration call, from the registration-token call. */
  registration: { readonly scope: string };
  /** For the Actions service, from the runner-registration call. */
  service: { readonly scope: string };
  /** For the message queue of one session. */
  queue: { readonly scaleSet: number; readonly session: string; readonly generation: number };
}

export type TokenKind = keyof Claims;

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Issues and checks the stand-in's own tokens: signed JWTs, so that nothing about them needs to be stored. */
export class Tokens {
  constructor(
    private readonly key: Uint8Array,
    private readonly now: () => number,
    private readonly lifetimeSeconds: Readonly<Record<TokenKind, number>>,
  ) {}

  async issue<K extends TokenKind>(kind: K, claims: Claims[K]): Promise<IssuedToken> {
    const issuedAt = Math.floor(this.now() / 1000);
    const expiresAt = issuedAt + this.lifetimeSeconds[kind];
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuedAt(issuedAt)
      // ARC dereferences exp without looking whether it is there (actions/scaleset client.go).
      .setExpirationTime(expiresAt)
      .setAudience(kind)
      .sign(this.key);
    return { token, expiresAt: new Date(expiresAt * 1000) };
  }

  /** The claims, or nothing for a token that is forged, of another kind, or expired. */
  async check<K extends TokenKind>(kind: K, token: string): Promise<Claims[K] | undefined> {
    try {
      const options = { audience: kind, algorithms: ["HS256"], currentDate: new Date(this.now()) };
      const { payload } = await jwtVerify<Claims[K]>(token, this.key, options);
      return payload;
    } catch {
      return undefined;
    }
  }
}

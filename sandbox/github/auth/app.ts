import { readFileSync } from "node:fs";
import { importSPKI, jwtVerify } from "jose";

export interface GitHubApp {
  /** The App's id; its client id is accepted as well when given. */
  readonly id: string;
  readonly clientId?: string;
  readonly publicKeyFile: string;
}

/** GitHub refuses an App token that lives longer than ten minutes, and allows the clocks a minute of difference. */
const maxLifetimeSeconds = 600;
const clockSkewSeconds = 60;

/** Checks the JWT by which a GitHub App shows who it is; gives the reason why not. */
export async function checkAppToken(app: GitHubApp, token: string, now: number): Promise<string | undefined> {
  try {
    const key = await importSPKI(readFileSync(app.publicKeyFile, "utf8"), "RS256");
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["RS256"],
      currentDate: new Date(now),
      clockTolerance: clockSkewSeconds,
      requiredClaims: ["exp", "iat", "iss"],
    });
    if (payload.iss !== app.id && payload.iss !== app.clientId) return "'Issuer' claim ('iss') must be the App's id";
    if ((payload.exp ?? 0) - now / 1000 > maxLifetimeSeconds) {
      return "'Expiration time' claim ('exp') is too far in the future";
    }
    return undefined;
  } catch {
    return "A JSON web token could not be decoded";
  }
}

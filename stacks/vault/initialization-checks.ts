import { pgpKeyProblem } from "../../components/vault/init-pgp";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import type { VaultSettings } from "./schema";

const section = "vault.initialization";

/** Who will hold the shares of the key that unseals (Shamir) or recovers (all other methods). */
export function initializationProblems({ initialization }: VaultSettings, { production }: Readable): Problem[] {
  return [...thresholdProblems(initialization), ...holderProblems(initialization, production === true)];
}

type Initialization = VaultSettings["initialization"];

/** Both servers refuse a threshold of 1 with several shares: any one of them would be the whole key. */
function thresholdProblems({ shares, threshold }: Initialization): Problem[] {
  const path = `${section}.threshold`;
  const what = show(path, threshold);
  if (threshold > shares) return [{ path, what, allowed: `at most shares, which is ${shares}` }];
  if (shares === 1 || threshold > 1) return [];
  return [{ path, what, allowed: `from 2 to ${shares}: each of the shares would be the whole key` }];
}

function holderProblems({ shares, pgpKeys, keepSharesInSecret }: Initialization, production: boolean): Problem[] {
  if (keepSharesInSecret) {
    return [
      ...(production
        ? [
            {
              path: `${section}.keepSharesInSecret`,
              what: show("", keepSharesInSecret),
              allowed: "false in production: whoever reads Secrets of the cluster would have all of Vault",
              fix: "give pgpKeys",
            },
          ]
        : []),
      ...(pgpKeys
        ? [{ path: `${section}.pgpKeys`, what: "given beside keepSharesInSecret", allowed: "one of the two" }]
        : []),
    ];
  }
  const path = `${section}.pgpKeys`;
  if (!pgpKeys) {
    const allowed = `${shares} public PGP keys, one for each share`;
    const fix = production ? "gpg --export KEY | base64 -w0" : "give them, or set keepSharesInSecret in development";
    return [{ path, what: "not set", allowed, fix }];
  }
  if (pgpKeys.length !== shares)
    return [{ path, what: `${pgpKeys.length} given`, allowed: `${shares}, one for each share` }];
  return pgpKeys.flatMap((key, index) => keyProblems(pgpKeys, key, index));
}

/** A key that nothing can be encrypted to is noticed by the server when it is too late: it has initialised itself, and gives nothing out. */
function keyProblems(keys: readonly string[], key: string, index: number): Problem[] {
  const path = joinPath("vault", "initialization", "pgpKeys", index);
  const first = keys.indexOf(key);
  if (first !== index) {
    const allowed = "keys of different people: shares in one hand are one share";
    return [{ path, what: `the same as key ${first}`, allowed }];
  }
  const what = pgpKeyProblem(key, new Date());
  if (what === undefined) return [];
  const allowed = "a public key that messages can be encrypted to";
  return [{ path, what, allowed, fix: "gpg --export KEY | base64 -w0" }];
}

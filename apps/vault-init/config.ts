import { readFileSync } from "node:fs";

import { exitCodes, type VaultInitConfig } from "../../components/vault/init-config";
import { pgpKeyProblem } from "../../components/vault/init-pgp";
import { InitError } from "./errors";

/**
 * Reads what the platform has mounted. Only what would lose keys or ask the impossible is judged again.
 *
 * @throws InitError naming everything that is wrong.
 */
export function readConfig(file: string): VaultInitConfig {
  const config = JSON.parse(readFileSync(file, "utf8")) as VaultInitConfig;
  const { peers, shares, threshold, pgpKeys } = config;
  const problems = [
    ...(peers.length === 0 ? ["peers is empty"] : []),
    ...(threshold > shares ? [`threshold is ${threshold}, more than the ${shares} shares`] : []),
    ...(pgpKeys && pgpKeys.length !== shares ? [`${pgpKeys.length} PGP keys for ${shares} shares`] : []),
    ...(pgpKeys ?? []).flatMap((key, index) => {
      const problem = pgpKeyProblem(key, new Date());
      return problem === undefined ? [] : [`PGP key ${index + 1}: ${problem}`];
    }),
  ];
  if (problems.length > 0) throw new InitError({ path: file, what: problems.join("; ") }, exitCodes.configuration);
  return config;
}

import assert from "node:assert/strict";

import { situation } from "../../../../apps/vault-init/situation";
import { InitError } from "../../../../apps/vault-init/errors";
import { exitCodes, type VaultInitConfig } from "../../../../components/vault/init-config";

type Data = Readonly<Record<string, string>>;

// Only names are looked at.
const config = {
  namespace: "vault",
  claims: ["data-vault-0", "data-vault-1"],
  recoverySecret: "vault-recovery",
  bootstrapSecret: "vault-bootstrap",
} as unknown as VaultInitConfig;

const begun: Data = { phase: "initialising" };
const shares: Data = { phase: "initialised", "share-1": "a" };
const everything: Data = { ...shares, "root-token": "r" };
const root: Data = { "root-token": "r" };
const adopted: Data = { phase: "adopted" };
const { answerLost, initializedBySomebodyElse, otherMaterial } = exitCodes;

describe("where an initialisation stands", () => {
  const cases: [string, initialized: boolean, recovery: Data, bootstrap: Data, expected: string | number][] = [
    ["nothing was begun", false, {}, {}, "initialise"],
    ["it was begun", false, begun, begun, "initialise"],
    ["the answer was stored", true, begun, everything, "keep shares"],
    ["both have the shares", true, shares, everything, "go on"],
    ["all was done", true, shares, {}, "go on"],
    ["it was adopted", true, adopted, {}, "go on"],
    ["somebody's Vault comes with a root token", true, {}, root, "adopt"],
    ["somebody's Vault comes without", true, {}, {}, initializedBySomebodyElse],
    ["the answer was lost", true, begun, begun, answerLost],
    ["the answer was lost, but somebody made a root token", true, begun, root, "adopt"],
    ["the volumes were lost", false, shares, {}, otherMaterial],
    ["the volumes were lost early", false, begun, everything, otherMaterial],
    ["the volumes of an adopted one were lost", false, adopted, {}, otherMaterial],
    ["a root token has no Vault", false, {}, root, otherMaterial],
  ];
  for (const [what, initialized, recovery, bootstrap, expected] of cases) {
    it(`${what}: ${typeof expected === "string" ? expected : `status ${expected}`}`, () => {
      const judge = (): string => situation(initialized, recovery, bootstrap, config);
      if (typeof expected === "string") assert.equal(judge(), expected);
      else assert.throws(judge, (error) => error instanceof InitError && error.exitCode === expected);
    });
  }

  it("tells how to start over when the keys were lost, by name", () => {
    assert.throws(
      () => situation(true, begun, {}, config),
      /nobody can ever log in, and nothing is in it; fix: start over: delete the claims data-vault-0, data-vault-1 with the pods that use them and Secret vault-recovery, all in namespace vault/,
    );
  });
});

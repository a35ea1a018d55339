import { exitCodes, materialKeys, type VaultInitConfig } from "../../components/vault/init-config";
import { InitError } from "./errors";
import { sharesIn } from "./material";

type Data = Readonly<Record<string, string>>;

/** What is to be done about the initialisation. */
export type Situation = "initialise" | "keep shares" | "adopt" | "go on";

/**
 * Judges where things stand. Only what is certain leads to an initialisation: no server says that it is initialised, and no Secret holds
 * anything of an earlier one.
 *
 * @param initialized whether any server says that it is
 * @param recovery data of the Secret that stays
 * @param bootstrap data of the Secret with everything
 * @throws InitError when only a person can go on
 */
export function situation(initialized: boolean, recovery: Data, bootstrap: Data, config: VaultInitConfig): Situation {
  const phase = recovery[materialKeys.phase];
  const kept = phase === "initialised" || phase === "adopted" || sharesIn(recovery).length > 0;
  const answered = sharesIn(bootstrap).length > 0;
  const rooted = bootstrap[materialKeys.rootToken] !== undefined;
  if (!initialized) {
    if (kept || answered || rooted) throw otherMaterial(config, kept ? config.recoverySecret : config.bootstrapSecret);
    return "initialise";
  }
  if (kept) return "go on";
  if (answered) return "keep shares";
  if (rooted) return "adopt";
  throw phase === "initialising" ? answerLost(config) : initializedBySomebodyElse(config);
}

/** The only window that cannot be closed: Vault gives its keys once, to whoever asked, and keeps nothing of them. */
function answerLost(config: VaultInitConfig): InitError {
  return new InitError(
    {
      path: "vault",
      what:
        "it was initialised, but its answer with the keys and the root token was lost before it could be stored: " +
        "nobody can ever log in, and nothing is in it",
      fix:
        `start over: delete the claims ${config.claims.join(", ")} with the pods that use them and Secret ` +
        `${config.recoverySecret}, all in namespace ${config.namespace}, then run again`,
    },
    exitCodes.answerLost,
  );
}

function initializedBySomebodyElse(config: VaultInitConfig): InitError {
  return new InitError(
    {
      path: "vault",
      what: `it was initialised by somebody else: Secret ${config.recoverySecret} knows nothing of it`,
      allowed: "a Vault that nobody has initialised, or one to adopt",
      fix:
        `to adopt it, put a root token as key ${materialKeys.rootToken} into Secret ${config.bootstrapSecret} of namespace ` +
        `${config.namespace} and run again: the login is made and the token revoked; its keys stay with whoever has them`,
    },
    exitCodes.initializedBySomebodyElse,
  );
}

function otherMaterial(config: VaultInitConfig, secret: string): InitError {
  return new InitError(
    {
      path: "vault",
      what: `no server is initialised, but Secret ${secret} holds what an earlier initialisation gave`,
      fix:
        `if the volumes were lost, restore a snapshot with these keys or bring the claims ${config.claims.join(", ")} back; ` +
        `if nothing of that Vault is needed any more, delete Secret ${secret} of namespace ${config.namespace}; then run again`,
    },
    exitCodes.otherMaterial,
  );
}

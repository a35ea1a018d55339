import { randomBytes } from "node:crypto";

import { exitCodes, materialKeys } from "../../components/vault/init-config";
import { type Context, dataOf, healths } from "./context";
import { InitError } from "./errors";
import { KubernetesError } from "./kubernetes";
import { hide, messageOf } from "../shared/log";
import { bootstrapData, initRequest, type Material, materialOf, type Phase, withoutRootToken } from "./material";
import { type Situation, situation } from "./situation";
import { sleep, until } from "./wait";

/** What a step has done: `already` means that there was nothing to do. */
export type Outcome = "done" | "already";

/** The key with which servers unseal themselves, in development. A key that is there is never touched. */
export async function ensureSealKey({ config, kubernetes }: Context): Promise<Outcome> {
  const { sealKey, recoverySecret, namespace } = config;
  if (!sealKey) return "already";
  const secret = await kubernetes.getSecret(sealKey.name);
  if (secret?.data[sealKey.key] !== undefined) return "already";
  const where = `Secret ${sealKey.name} of namespace ${namespace}`;
  if (secret) throw new InitError({ path: "vault.unseal.secret", what: `${where} has no key ${sealKey.key}` });
  const phase = (await kubernetes.getSecret(recoverySecret))?.data[materialKeys.phase];
  if (phase === "initialised") {
    throw new InitError(
      {
        path: "vault.unseal.secret",
        what: `${where} is gone; what Vault holds can only be read with the key that was in it`,
        fix: `bring it back from a copy; with another key, Vault has to be started over`,
      },
      exitCodes.otherMaterial,
    );
  }
  await kubernetes.createSecret(sealKey.name, { [sealKey.key]: randomBytes(32) });
  return "done";
}

/** Waits until enough servers answer to know whether there is a Vault: one that is initialised, or all. */
export async function awaitServers(context: Context): Promise<Outcome> {
  const missing = async (): Promise<string | undefined> => {
    const all = await healths(context);
    if (all.some(({ health }) => health?.initialized)) return undefined;
    const silent = all.find(({ health }) => !health);
    if (!silent) return undefined;
    await silent.server.health();
    return "a second answer";
  };
  await until("the servers", missing, context.config.timing, context.log);
  return "already";
}

/** Both Secrets, empty: what the initialisation gives is then stored by a change, which the rights of the program allow by name. */
export async function ensureSecrets(context: Context): Promise<Outcome> {
  const { recoverySecret, bootstrapSecret } = context.config;
  const made = [await ensureSecret(context, recoverySecret), await ensureSecret(context, bootstrapSecret)];
  return made.includes("done") ? "done" : "already";
}

async function ensureSecret({ kubernetes }: Context, name: string): Promise<Outcome> {
  if (await kubernetes.getSecret(name)) return "already";
  await kubernetes.createSecret(name, {});
  return "done";
}

/**
 * Leaves a mark that an initialisation is about to begin. It proves that both Secrets can be written to, and tells a later run whether
 * an initialised Vault without keys was ours.
 */
export async function mark(context: Context): Promise<Outcome> {
  if ((await current(context)) !== "initialise") return "already";
  const { kubernetes, config } = context;
  for (const name of [config.bootstrapSecret, config.recoverySecret]) {
    // Of the version just read: should another pod of the Job have come further meanwhile, its work is not written over.
    const secret = await kubernetes.getSecret(name);
    const data = { [materialKeys.phase]: "initialising" satisfies Phase };
    await kubernetes.changeSecret(name, { data, resourceVersion: secret?.resourceVersion ?? "" });
  }
  return "done";
}

/** Initialises, and stores the answer at once by one change of one Secret. */
export async function initialise(context: Context): Promise<Outcome> {
  if ((await current(context)) !== "initialise") return "already";
  const { config, servers } = context;
  const [first] = servers;
  if (!first) throw new InitError({ path: "peers", what: "no servers" }, exitCodes.configuration);
  await context.uninterrupted(async () => {
    // As long as it takes: whoever hangs up loses the keys.
    const answer = await first.ask("PUT", "sys/init", { body: initRequest(config), timeoutSeconds: 600 });
    const material = materialOf(answer, config);
    if (!material) throw new InitError({ path: "vault", what: "the answer to sys/init holds no keys" });
    for (const secret of [material.rootToken, ...material.shares]) hide(secret);
    await store(context, material);
  });
  return "done";
}

/** Tries for minutes: what is lost here is lost for good. */
async function store({ config, kubernetes, log }: Context, material: Material): Promise<void> {
  const { pollSeconds, storeSeconds } = config.timing;
  const deadline = Date.now() + storeSeconds * 1000;
  const data = bootstrapData(material);
  for (;;) {
    try {
      await kubernetes.changeSecret(config.bootstrapSecret, { data });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      log("warn", "cannot store what the initialisation gave; trying again", { reason: messageOf(error) });
      if (error instanceof KubernetesError && error.status === 404)
        await kubernetes.createSecret(config.bootstrapSecret, {}).catch(() => undefined);
    }
    await sleep(pollSeconds);
  }
}

/** Copies shares to the Secret that stays, or notes that they are somebody else's. */
export async function keepShares(context: Context): Promise<Outcome> {
  const { config, kubernetes } = context;
  const now = await current(context);
  if (now === "go on") return "already";
  const adopted = { [materialKeys.phase]: "adopted" satisfies Phase };
  const data = now === "adopt" ? adopted : withoutRootToken(await dataOf(context, config.bootstrapSecret));
  await kubernetes.changeSecret(config.recoverySecret, { data });
  return "done";
}

async function current(context: Context): Promise<Situation> {
  const { config } = context;
  const recovery = await dataOf(context, config.recoverySecret);
  return situation(await isInitialized(context), recovery, await dataOf(context, config.bootstrapSecret), config);
}

/** @throws Error if it cannot be known, because a server does not answer that may be the one which is initialised */
async function isInitialized(context: Context): Promise<boolean> {
  const all = await healths(context);
  if (all.some(({ health }) => health?.initialized)) return true;
  const silent = all.find(({ health }) => !health);
  if (silent) throw new Error(`${silent.server.address} does not answer; it may be initialised`);
  return false;
}

import { materialKeys } from "../../components/vault/init-config";
import { dataAt } from "./configure";
import { administrator, type Context, dataOf, leader, logIn, rootToken } from "./context";
import type { Outcome } from "./initialise";
import { unsealAll } from "./unseal";
import { until } from "./wait";

/** Revokes the root token, but only after a login has shown that it is needed no more. */
export async function revokeRoot(context: Context): Promise<Outcome> {
  const token = await rootToken(context);
  if (token === undefined) return "already";
  await logIn(context);
  await (await leader(context)).ask("POST", "auth/token/revoke-self", { token });
  return "done";
}

/** Empties the Secret with everything, once its root token is good for nothing. */
export async function forget(context: Context): Promise<Outcome> {
  const { bootstrapSecret } = context.config;
  const data = await dataOf(context, bootstrapSecret);
  if (Object.keys(data).length === 0) return "already";
  await context.kubernetes.changeSecret(bootstrapSecret, { data: null });
  return data[materialKeys.rootToken] === undefined ? "already" : "done";
}

interface RaftServer {
  readonly node_id?: unknown;
  readonly voter?: unknown;
}

/** Waits until all servers have joined, may vote, and one of them may fail. */
export async function awaitPeers(context: Context): Promise<Outcome> {
  const { config, log } = context;
  let token: string | undefined;
  const missing = async (): Promise<string | undefined> => {
    await unsealAll(context);
    token ??= (await administrator(context)).token;
    const server = await leader(context);
    const raft = (await dataAt(server, "sys/storage/raft/configuration", token)) as
      { config?: { servers?: readonly RaftServer[] } } | undefined;
    const voters = (raft?.config?.servers ?? []).filter(({ voter }) => voter === true).map(({ node_id }) => node_id);
    const absent = config.peers.filter(({ name }) => !voters.includes(name)).map(({ name }) => name);
    if (absent.length > 0) return `${absent.join(", ")} to join`;
    const state = await dataAt(server, "sys/storage/raft/autopilot/state", token);
    if (state?.["healthy"] !== true) return "autopilot to find all servers healthy";
    return Number(state["failure_tolerance"]) >= 1 || config.peers.length < 3
      ? undefined
      : "a server more that may fail";
  };
  await until("the cluster", missing, config.timing, log);
  return "already";
}

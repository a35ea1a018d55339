import { BackupError } from "./errors";

/** How often the request for a snapshot may be sent on: to the leader, and to the next one if it has just changed. */
export const mostRedirects = 2;

/**
 * Where a redirect leads, if the token may be sent there: to the same path of a server of this cluster. Vault never forwards the request
 * for a snapshot; a standby answers with the address of the leader.
 *
 * @param allowed addresses https://HOST[:PORT]
 * @throws BackupError `redirectRefused`
 */
export function redirectTarget(from: URL, location: string | undefined, allowed: readonly string[]): URL {
  const refuse = (what: string): BackupError =>
    new BackupError("redirectRefused", {
      path: `GET ${from.origin}${from.pathname}`,
      what,
      allowed: allowed.join(", "),
      fix: "set api_addr of the servers to names in vault.peers; if the name is unknown to you, find out who answers at vault.address",
    });
  if (location === undefined) throw refuse("redirected without saying where to");
  if (!URL.canParse(location, from.href)) throw refuse("redirected to what is no address");
  const target = new URL(location, from);
  const origins = new Set(allowed.map((address) => new URL(address).origin));
  if (!origins.has(target.origin) || target.username !== "" || target.password !== "")
    throw refuse(`redirected to ${target.protocol}//${target.host}`);
  if (target.pathname !== from.pathname) throw refuse(`redirected to another path, ${target.pathname}`);
  return target;
}

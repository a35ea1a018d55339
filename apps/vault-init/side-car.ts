import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { hide, type Log, messageOf } from "../shared/log";
import { sharesIn } from "./material";
import { unseal } from "./unseal";
import { vaultAt } from "./vault";
import { sleep } from "./wait";

export interface SideCarOptions {
  /** The server of the same pod. */
  readonly address: string;
  readonly caFile: string;
  /** Folder with the Secret of shares; it may be empty until the initialisation. */
  readonly sharesFolder: string;
  readonly pollSeconds: number;
}

/** Unseals the server of its own pod whenever it is sealed. For development: whoever reads the Secret reads Vault. */
export async function keepUnsealed(options: SideCarOptions, log: Log): Promise<never> {
  const server = vaultAt(options.address, options.caFile);
  let last = "";
  for (;;) {
    const now = await look().catch(messageOf);
    if (now !== last) log("info", now);
    last = now;
    await sleep(options.pollSeconds);
  }

  async function look(): Promise<string> {
    const { initialized, sealed } = await server.health();
    if (!initialized) return "the server is not part of an initialised cluster yet";
    if (!sealed) return "the server is open";
    const shares = sharesOf(options.sharesFolder);
    if (shares.length === 0) return "the server is sealed, and there are no shares";
    await unseal(server, shares);
    return "gave the server its shares";
  }
}

function sharesOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.startsWith("share-"));
  const shares = sharesIn(Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")])));
  shares.forEach(hide);
  return shares;
}

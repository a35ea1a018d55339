import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import lockfile from "proper-lockfile";
import { addresses } from "../cluster/addresses";
import { linkExists, namespacesExist, processesInside } from "../cluster/namespaces";
import type { Paths } from "../cluster/paths";
import { checkout } from "../platform/stack-config";
import { UserError } from "../../cli/user-error";

interface Owner {
  readonly checkout: string;
}

function ownerFile(state: Paths): string {
  return join(state.root, "owner.json");
}

function owner(state: Paths): Owner | undefined {
  if (!existsSync(ownerFile(state))) return undefined;
  return JSON.parse(readFileSync(ownerFile(state), "utf8")) as Owner;
}

/**
 * Does `work` while no other command changes this sandbox. A lock left by a killed command is taken over after some seconds.
 * @throws UserError when another command is at work
 */
export async function exclusively<T>(state: Paths, work: () => Promise<T>): Promise<T> {
  mkdirSync(state.root, { recursive: true, mode: 0o700 });
  const lockOptions = { lockfilePath: join(state.root, "command.lock"), stale: 15_000, update: 3_000 };
  // 17 s of patience outlast the lock of a killed command, which counts as stale after 15 s.
  const release = await lockfile
    .lock(state.root, { ...lockOptions, retries: { retries: 17, minTimeout: 1000, maxTimeout: 1000 } })
    .catch((error: unknown) => {
      throw new UserError(`another command is at work on the sandbox in ${state.root}: wait until it ends`, {
        cause: error,
      });
    });
  try {
    return await work();
  } finally {
    // `destroy` removes the state folder with the lock in it.
    await release().catch(() => undefined);
  }
}

/** Claims the running sandbox for this checkout. Throws a {@link UserError} when it belongs to another one, or another sandbox runs here. */
export function claim(state: Paths): void {
  const running = namespacesExist(state);
  const current = owner(state);
  if (running && current && current.checkout !== checkout) {
    throw new UserError(
      `the sandbox of another checkout is running (${current.checkout}): stop it first with \`npm run local -- down\`, here or there`,
    );
  }
  // After the process that holds the namespaces was killed, the rest of the same sandbox still lives in them.
  const ours = running || processesInside(state).length > 0;
  if (!ours && linkExists()) {
    throw new UserError(
      `a sandbox with another state folder is running on this machine (its network interface ${addresses.hostLink} exists): ` +
        "stop it with `npm run local -- down` and the RUNNER_PLATFORM_STATE that it was started with",
    );
  }
  writeFileSync(ownerFile(state), JSON.stringify({ checkout } satisfies Owner));
}

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { freePort } from "../../test/support/free-port";

export interface BenchStore {
  readonly name: string;
  readonly endpoint: string;
  readonly close: () => void;
}

export const benchKey = { id: "bench-key-id", secret: "bench-secret-key" };

/** A server of S3 with the bucket `backups`. @throws Error if versitygw is not there: `npm run local` builds it */
export async function openBenchStore(folder: string, work: string, name: string): Promise<BenchStore> {
  const port = await freePort();
  const [objects, attributes] = [join(work, `${name}-objects`), join(work, `${name}-attributes`)];
  mkdirSync(join(objects, "backups"), { recursive: true });
  mkdirSync(attributes);
  const tls = ["--cert", join(folder, "tls.crt"), "--key", join(folder, "tls.key")];
  const server = spawn(
    versitygw(),
    ["--port", `127.0.0.1:${port}`, ...tls, "--quiet", "posix", "--sidecar", attributes, objects],
    {
      stdio: "ignore",
      env: { ROOT_ACCESS_KEY_ID: benchKey.id, ROOT_SECRET_ACCESS_KEY: benchKey.secret, HOME: work },
    },
  );
  await pause(1500);
  if (server.exitCode !== null) throw new Error(`versitygw ended with ${server.exitCode}`);
  return { name, endpoint: `https://127.0.0.1:${port}`, close: () => void server.kill() };
}

function versitygw(): string {
  const tools = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "runner-platform", "tools");
  const folder = existsSync(tools) ? readdirSync(tools).find((each) => each.startsWith("versitygw-")) : undefined;
  if (folder === undefined) throw new Error("versitygw is not built yet; `npm run local` builds it");
  return join(tools, folder, "versitygw");
}

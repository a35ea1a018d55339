import { parseArgs } from "node:util";

import { readConfig } from "../config";
import type { DrillLogin } from "../drill/content";
import { drill } from "../drill/drill";
import { readExpectations } from "../drill/expectations";
import { BackupError } from "../errors";
import { log, messageOf } from "../log";
import { run } from "../run";
import { list } from "./list";
import { openStores, runStore, storeNamed } from "./stores";
import { verify } from "./verify";

const commands =
  "run | list [--json] | verify KEY --store NAME [--to FILE] | restore --drill --store NAME [--key KEY] --target URL --target-ca FILE";

const options = {
  config: { type: "string" },
  json: { type: "boolean" },
  store: { type: "string" },
  to: { type: "string" },
  drill: { type: "boolean" },
  key: { type: "string" },
  target: { type: "string" },
  "target-ca": { type: "string" },
  "unseal-keys-file": { type: "string" },
  "token-file": { type: "string" },
  "login-mount": { type: "string" },
  "login-role": { type: "string" },
  "login-token-file": { type: "string" },
  "login-cert-file": { type: "string" },
  "login-key-file": { type: "string" },
  expect: { type: "string" },
} as const;

type Values = ReturnType<typeof parse>["values"];

/**
 * Does what the command line says.
 *
 * @returns the exit code
 * @throws BackupError
 */
export async function commandLine(argv: readonly string[], terminate: AbortSignal): Promise<number> {
  const { values, positionals } = parse(argv);
  const [command = "run", key] = positionals;
  const config = readConfig(values.config ?? process.env["VAULT_BACKUP_CONFIG"] ?? "/config/config.json");
  const stores = openStores(config, log);
  switch (command) {
    case "run":
      log("info", "start", { stores: config.stores.map(({ name }) => name), node: process.version });
      return run({ config, stores: stores.map(runStore), log, now: () => new Date(), terminate, api: apiServer() });
    case "list":
      return list(stores, { json: values.json ?? false, store: values.store });
    case "verify": {
      if (key === undefined) throw wrong("verify", "no key is given");
      const store = storeNamed(stores, values.store);
      return verify(store, key, { folder: config.spoolFolder, to: values.to, signal: terminate, log });
    }
    case "restore":
      if (values.drill !== true)
        throw wrong("restore", "given without --drill; a real restore is done by hand: docs/runbooks/VaultRestore.md");
      return drill({
        store: storeNamed(stores, values.store),
        key: values.key,
        target: required(values, "target"),
        caFile: required(values, "target-ca"),
        unsealKeysFile: values["unseal-keys-file"],
        login: loginOf(values),
        expected: readExpectations(values.expect),
        canaryPath: config.vault.canaryPath,
        clusterId: config.vault.clusterId,
        folder: config.spoolFolder,
        signal: AbortSignal.any([terminate, AbortSignal.timeout(config.deadlineSeconds * 1000)]),
        log,
      });
    default:
      throw wrong("command", `given ${command}`);
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw wrong("command line", messageOf(error));
  }
}

function loginOf(values: Values): DrillLogin | undefined {
  const tokenFile = values["token-file"];
  if (tokenFile !== undefined) return { kind: "token", tokenFile };
  const mount = values["login-mount"];
  if (mount === undefined) return undefined;
  const role = required(values, "login-role");
  const certFile = values["login-cert-file"];
  if (certFile !== undefined)
    return { kind: "cert", mount, role, certFile, keyFile: required(values, "login-key-file") };
  return { kind: "jwt", mount, role, jwtFile: required(values, "login-token-file") };
}

type Required = "target" | "target-ca" | "login-role" | "login-token-file" | "login-key-file";

function required(values: Values, name: Required): string {
  const value = values[name];
  if (value === undefined) throw wrong(`--${name}`, "not given");
  return value;
}

function apiServer() {
  return {
    host: process.env["KUBERNETES_SERVICE_HOST"] ?? "kubernetes.default.svc",
    port: process.env["KUBERNETES_SERVICE_PORT"] ?? "443",
    serviceAccount: process.env["SERVICE_ACCOUNT_FOLDER"] ?? "/var/run/secrets/kubernetes.io/serviceaccount",
  };
}

function wrong(path: string, what: string): BackupError {
  return new BackupError("configuration", { path, what, allowed: commands });
}

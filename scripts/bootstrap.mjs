// Runs a command of this repository straight after `git clone`. It uses Node's standard library alone, because its first job is to install
// the locked packages when they are missing or older than package-lock.json. Then it hands over to the command.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = (name) => join(root, "node_modules", ".bin", name);

/** Each command is a list of steps; every step but the last gets no further arguments. */
const script = (path) => ["node", "--import", "tsx", join(root, path)];
const commands = {
  local: [script("sandbox/cli/main.ts")],
  docs: [script("cli/docs.ts")],
  hooks: [script("cli/hooks.ts")],
  images: [script("cli/images.ts")],
  audit: [script("cli/audit.ts")],
  migrate: [script("cli/migrate.ts")],
  preview: [script("cli/preview.ts")],
  render: [script("cli/render.ts")],
  vault: [script("cli/vault.ts")],
  test: [
    [bin("tsc"), "--noEmit"],
    [bin("eslint"), "."],
    [bin("prettier"), "--check", "--log-level", "warn", "."],
    [bin("mocha")],
  ],
  "test:e2e": [[bin("mocha"), "--exit", "--config", join(root, ".mocharc.e2e.json")]],
  "test:e2e:slow": [[bin("mocha"), "--exit", "--config", join(root, ".mocharc.e2e-slow.json")]],
  typecheck: [[bin("tsc"), "--noEmit"]],
  lint: [[bin("eslint"), "."]],
  format: [[bin("prettier"), "--write", "."]],
};

function fail(message) {
  console.error(message);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: Node 20.19 or newer is needed (22 is what Pulumi supports)`);
  }
}

function installWhenStale() {
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  const stamp = join(root, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  console.error("Installing the locked packages (about a minute the first time) ...");
  const installed = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (installed.status !== 0) fail("`npm ci` failed; see its message above, then run the same command again");
  writeFileSync(stamp, lock);
}

const [name, ...args] = process.argv.slice(2);
const steps = commands[name ?? ""];
if (!steps) fail(`unknown command "${name ?? ""}": use one of ${Object.keys(commands).join(", ")}`);
requireNode();
installWhenStale();
for (const [index, [program, ...fixed]] of steps.entries()) {
  const last = index === steps.length - 1;
  const result = spawnSync(program, [...fixed, ...(last ? args : [])], { cwd: root, stdio: "inherit" });
  if (result.error) fail(`could not start ${program}: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Inputs of the step, checked. */
"use strict";

const { Failure } = require("./runner.cjs");

const input = (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? "").trim();

function requiredInput(name) {
  const value = input(name);
  if (value !== "") return value;
  throw new Failure(
    `input "${name}" is empty: if it comes from a secret or variable of the organization, check that this repository may use it`,
  );
}

function yesOrNo(name) {
  const value = input(name);
  if (value === "true" || value === "false") return value === "true";
  throw new Failure(`input "${name}" is "${value}"; allowed: true, false`);
}

function vaultAddress() {
  const given = requiredInput("url");
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.search === "") return given.replace(/\/+$/, "");
  throw new Failure(
    'input "url" is no address of Vault; allowed: https://HOST or https://HOST:PORT, since tokens travel there',
  );
}

function certificate() {
  const pem = input("ca-certificate");
  if (pem === "" || pem.includes("-----BEGIN CERTIFICATE-----")) return pem || undefined;
  throw new Failure(
    'input "ca-certificate" is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----, and is not encoded once more',
  );
}

/** Lines of `PATH FIELD | NAME`; a semicolon at the end is allowed, as other actions for Vault want it. */
function entriesOf(name, allowedNames) {
  const lines = input(name)
    .split("\n")
    .map((line) => line.trim().replace(/\s*;$/, ""));
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [, path, field, target] = /^([\w.-]+(?:\/[\w.-]+)+)\s+(\S+)\s*\|\s*(\S+)$/.exec(line) ?? [];
      if (target === undefined || path.split("/").includes(".."))
        throw new Failure(
          `input "${name}" has the line "${line}"; allowed: PATH FIELD | NAME, such as secret/data/harbor username | HARBOR_USERNAME`,
        );
      if (!allowedNames.test(target) || /^(GITHUB_|RUNNER_|ACTIONS_|NODE_OPTIONS$)/i.test(target))
        throw new Failure(
          `input "${name}" has the name "${target}"; allowed: letters, digits and underscores, none of GitHub's own names`,
        );
      return { path, field, target };
    });
}

function settings() {
  const url = vaultAddress();
  const exportEnv = yesOrNo("export-env");
  const secrets = entriesOf("secrets", exportEnv ? /^[A-Za-z_]\w*$/ : /^[A-Za-z_][\w-]*$/);
  const twice = secrets.find(({ target }, index) => secrets.findIndex((other) => other.target === target) < index);
  if (twice) throw new Failure(`input "secrets" names ${twice.target} twice`);
  const write = entriesOf("write", /^[A-Za-z_]\w*$/);
  const unset = write.find(({ target }) => !process.env[target]);
  if (unset)
    throw new Failure(
      `input "write" takes ${unset.field} of ${unset.path} from the variable ${unset.target}, which is empty: set it by "env" of this step`,
    );
  const outputToken = yesOrNo("output-token");
  if (outputToken && secrets.some(({ target }) => target === "token"))
    throw new Failure('input "secrets" has the name "token", which is the token of Vault with "output-token"');
  if (secrets.length === 0 && write.length === 0 && !outputToken)
    throw new Failure('nothing to do: give "secrets" or "write"');
  const retrySeconds = Number(input("retry-seconds"));
  if (!(retrySeconds >= 0 && retrySeconds <= 60))
    throw new Failure('input "retry-seconds" is out of range; allowed: 0 to 60');
  const [role, path] = [requiredInput("role"), requiredInput("path").replace(/^\/+|\/+$/g, "")];
  const [audience, ca, maskValues] = [input("audience") || url, certificate(), yesOrNo("mask-values")];
  return { url, role, path, audience, secrets, write, ca, exportEnv, outputToken, maskValues, retrySeconds };
}

module.exports = { settings };

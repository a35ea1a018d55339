/** What is asked of Vault. */
"use strict";

const { ask, parsed } = require("./network.cjs");
const { Failure, mask, redacted, say } = require("./runner.cjs");

/** Claims that roles are bound by. None is a secret; they tell why a login was refused. */
const tellingClaims = [
  ...["aud", "repository_owner_id", "repository_id", "ref", "environment", "event_name"],
  ...["job_workflow_ref", "runner_environment"],
];

/** Why Vault refused, from its answer; never the answer itself, which may be somebody else's page. */
function reason({ text }) {
  const { errors } = parsed(text);
  const said = Array.isArray(errors) ? errors.filter((each) => typeof each === "string").join("; ") : "";
  return redacted((said || "no reason given").replace(/\s+/g, " ").trim()).slice(0, 1000);
}

/** What the role compares, when it is the role that refused. */
function claimsOf(status, jwt) {
  if (status >= 500) return "";
  const claims = parsed(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString("utf8"));
  const said = tellingClaims.filter((name) => claims[name] !== undefined).map((name) => `${name}=${claims[name]}`);
  return `. The token of this job says: ${said.join(", ")}`;
}

/** Requests to Vault with what they all share. */
function vaultClient({ url, ca, retrySeconds }) {
  return (what, path, { method, token, body } = {}) => {
    const headers = {
      "x-vault-request": "true",
      ...(token && { "x-vault-token": token }),
      ...(body && { "content-type": "application/json" }),
    };
    return ask(what, `${url}/v1/${path}`, { method, headers, ca, body: body && JSON.stringify(body) }, retrySeconds);
  };
}

async function logIn(vault, { role, path }, jwt) {
  const answer = await vault("login at Vault", `auth/${path}/login`, { method: "POST", body: { role, jwt } });
  const { auth } = parsed(answer.text);
  if (answer.status !== 200 || typeof auth?.client_token !== "string")
    throw new Failure(
      `Vault refused the role "${role}" at auth/${path}/login (status ${answer.status}): ${reason(answer)}${claimsOf(answer.status, jwt)}`,
    );
  mask(auth.client_token);
  return { token: auth.client_token, renewable: auth.token_type === "service" };
}

/** Tokens of the role are batch tokens, which end by themselves and cannot be revoked; others are ended here. */
async function logOut(vault, { token, renewable }) {
  if (!renewable) return;
  const answer = await vault("end of the login", "auth/token/revoke-self", { method: "POST", token }).catch(
    () => undefined,
  );
  if (answer?.status !== 204) say("The token of Vault could not be revoked; it ends with the role's time");
}

function pathHint(path) {
  return path.includes("/data/") ? "" : ": paths have data/ after the engine's name, such as secret/data/harbor";
}

async function readSecret(vault, token, path, role) {
  const answer = await vault(`secret ${path}`, path, { token });
  const fields = parsed(answer.text).data?.data;
  if (answer.status === 404)
    throw new Failure(`secret ${path} does not exist or was deleted (status 404), asked for with role "${role}"`);
  if (answer.status !== 200)
    throw new Failure(
      `Vault refused secret ${path} to role "${role}" (status ${answer.status}): ${reason(answer)}${pathHint(path)}`,
    );
  if (typeof fields !== "object" || fields === null)
    throw new Failure(`secret ${path} is not of a key-value engine of version 2${pathHint(path)}`);
  return fields;
}

/** A value's texts, so that a field of a field is hidden as well. */
function textsOf(value) {
  if (typeof value !== "object" || value === null) return [String(value)];
  return [
    JSON.stringify(value),
    ...Object.values(value).flatMap((each) => (each === null || typeof each === "boolean" ? [] : textsOf(each))),
  ];
}

async function readSecrets(vault, token, { secrets, role }) {
  const read = new Map();
  for (const path of new Set(secrets.map((entry) => entry.path)))
    read.set(path, await readSecret(vault, token, path, role));
  return secrets.map(({ path, field, target }) => {
    const fields = read.get(path);
    const value = Object.hasOwn(fields, field) ? fields[field] : null;
    if (value === null)
      throw new Failure(`secret ${path} has no field "${field}"; it has: ${Object.keys(fields).sort().join(", ")}`);
    return { name: target, value: typeof value === "string" ? value : JSON.stringify(value), hidden: textsOf(value) };
  });
}

async function writeSecrets(vault, token, { write, role }) {
  for (const path of new Set(write.map((entry) => entry.path))) {
    const entries = write.filter((entry) => entry.path === path);
    const data = Object.fromEntries(entries.map(({ field, target }) => [field, process.env[target]]));
    const answer = await vault(`writing ${path}`, path, { method: "POST", token, body: { data } });
    if (answer.status !== 200)
      throw new Failure(`Vault refused role "${role}" to write ${path} (status ${answer.status}): ${reason(answer)}`);
    say(`Wrote ${path}: ${Object.keys(data).join(", ")}`);
  }
}

module.exports = { logIn, logOut, readSecrets, vaultClient, writeSecrets };

/**
 * Hands secrets of Vault to the later steps of a job; inputs and outputs are in action.yml, use and reasons in docs/secrets.md.
 *
 * The files of this folder are all there is: no dependency, no build, nothing needed on the image. The runner brings the Node that runs them, into
 * containers as well.
 */
"use strict";

const { settings } = require("./inputs.cjs");
const { ask, parsed } = require("./network.cjs");
const { Failure, append, command, mask, redacted, say } = require("./runner.cjs");
const { logIn, logOut, readSecrets, vaultClient, writeSecrets } = require("./vault.cjs");

async function identityToken({ audience, retrySeconds }) {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: address, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = process.env;
  if (!address || !bearer)
    throw new Failure(
      "this job may not have an OIDC token: give it `permissions: { id-token: write, contents: read }`, and the calling job too if this is a reusable workflow; pull requests of forks never get one",
    );
  mask(bearer);
  const url = new URL(address);
  url.searchParams.set("audience", audience);
  const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
  const answer = await ask("OIDC token of the job", url.href, { headers }, retrySeconds);
  const { value } = parsed(answer.text);
  if (answer.status !== 200 || typeof value !== "string")
    throw new Failure(`GitHub gave no OIDC token for the audience "${audience}" (status ${answer.status})`);
  mask(value);
  return value;
}

async function main() {
  const options = settings();
  const jwt = await identityToken(options);
  const vault = vaultClient(options);
  const login = await logIn(vault, options, jwt);
  try {
    const values = await readSecrets(vault, login.token, options);
    if (options.maskValues) values.flatMap(({ hidden }) => hidden).forEach(mask);
    await writeSecrets(vault, login.token, options);
    for (const { name, value } of values) {
      append("GITHUB_OUTPUT", name, value);
      if (options.exportEnv) append("GITHUB_ENV", name, value);
    }
    if (options.outputToken) append("GITHUB_OUTPUT", "token", login.token);
    if (values.length > 0) say(`Read as role "${options.role}": ${values.map(({ name }) => name).join(", ")}`);
  } finally {
    if (!options.outputToken) await logOut(vault, login);
  }
}

main().catch((error) => {
  command(
    "error",
    error instanceof Failure ? error.message : `fetch-secrets stopped: ${redacted(String(error.code ?? error.name))}`,
  );
  process.exitCode = 1;
});

/** Requests with bounded repetition. */
"use strict";

const http = require("node:http");
const https = require("node:https");
const { setTimeout: wait } = require("node:timers/promises");

const { Failure, say } = require("./runner.cjs");

const attempts = 5;
const attemptMilliseconds = 15_000;
/** What may pass by itself: names that cannot be resolved yet, servers that restart. Certificates are not among it. */
const passingErrors = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN", "ENOTFOUND"],
  ...["EHOSTUNREACH", "ENETUNREACH", "ABORT_ERR"],
]);
/** 412: a standby that has not caught up; 429: too many requests. Everything from 500 passes too: sealed, or without a leader. */
const passingStatuses = new Set([412, 429]);
const certificateError = /CERT|SELF_SIGNED|ISSUER|LEAF_SIGNATURE/;

function attempt(url, { method = "GET", headers, body, ca }) {
  return new Promise((resolve, reject) => {
    const client = new URL(url).protocol === "https:" ? https : http;
    // From Node 24 on `proxyEnv` goes by HTTPS_PROXY and NO_PROXY, as the runner itself does.
    const agent = new client.Agent({ ca, proxyEnv: process.env });
    const signal = AbortSignal.timeout(attemptMilliseconds);
    const request = client.request(url, { method, headers, agent, signal }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function codeOf({ code, message }) {
  return code === "ABORT_ERR" ? `no answer within ${attemptMilliseconds / 1000} s` : (code ?? message);
}

function outage(what, url, error) {
  const code = codeOf(error);
  const host = new URL(url).host;
  if (!certificateError.test(code)) return new Failure(`${what}: no connection to ${host} (${code})`);
  return new Failure(
    `${what}: the certificate of ${host} is not trusted here (${code}): check the name in "url", and give its authority by "ca-certificate"`,
  );
}

/** Asks until there is an answer that waiting would not change. */
async function ask(what, url, options, retrySeconds) {
  for (let count = 1; ; count++) {
    let passing;
    try {
      const answer = await attempt(url, options);
      if (count === attempts || !(answer.status >= 500 || passingStatuses.has(answer.status))) return answer;
      passing = `status ${answer.status}`;
    } catch (error) {
      if (count === attempts || !passingErrors.has(error.code)) throw outage(what, url, error);
      passing = codeOf(error);
    }
    const seconds = retrySeconds * 2 ** (count - 1);
    say(`${what}: ${passing}, attempt ${count} of ${attempts}; again in ${seconds} s`);
    await wait(seconds * 1000);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

module.exports = { ask, parsed };

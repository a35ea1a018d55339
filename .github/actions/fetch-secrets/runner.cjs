/** What the runner of the job understands: lines on standard output, and files that it reads after the step. */
"use strict";

const { randomUUID } = require("node:crypto");
const { appendFileSync } = require("node:fs");

/** A mistake or an outage that the user reads about, without a stack. */
class Failure extends Error {}

const known = new Set();

/** In workflow commands, line breaks and percent signs are escaped: nothing that a server says can begin a command of its own. */
const escaped = (text) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const command = (name, text) => process.stdout.write(`::${name}::${escaped(text)}\n`);
const say = (text) => process.stdout.write(`${text.replace(/\s+/g, " ")}\n`);

/** Hides a value in all logs of the job. Logs are searched line by line, so each line is a value of its own. */
function mask(value) {
  for (const line of value.split(/[\r\n]+/).map((each) => each.trim())) {
    if (line === "" || known.has(line)) continue;
    known.add(line);
    command("add-mask", line);
  }
}

/** A text of a server for an error, in case it repeats what it was sent. */
function redacted(text) {
  const long = [...known].filter((value) => value.length > 3);
  return long.reduce((clean, value) => clean.replaceAll(value, "***"), text);
}

/** Appends to a file of the runner. The delimiter is random, so that no value can end its own entry and begin another. */
function append(variable, name, value) {
  const file = process.env[variable];
  if (!file) throw new Failure(`the variable ${variable} is missing: this runs as a step of a job only`);
  const delimiter = `end-${randomUUID()}`;
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

module.exports = { Failure, append, command, mask, redacted, say };

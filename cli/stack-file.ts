import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse, YAMLParseError } from "yaml";

import { environments } from "../stacks/index";
import { isObject } from "../stacks/merge";
import { nearestName } from "../stacks/problems";
import { UserError } from "./user-error";

const checkout = join(__dirname, "..");

/** @throws UserError for a name that is no environment's */
export function requireStack(stack: string): void {
  if (Object.hasOwn(environments, stack)) return;
  const known = Object.keys(environments);
  const nearest = nearestName(stack, known);
  const hint = nearest === undefined ? `use one of ${known.join(", ")}` : `did you mean ${nearest}?`;
  throw new UserError(`there is no stack "${stack}": ${hint}`);
}

/**
 * The configuration in `Pulumi.<stack>.yaml`, keys with their namespace; a stack without the file has what its environment gives.
 *
 * @param file another file of the same form. @default that of the checkout
 * @throws UserError when it is no such file
 */
export function readStackFile(stack: string, file?: string): Readonly<Record<string, unknown>> {
  const path = file ?? join(checkout, `Pulumi.${stack}.yaml`);
  if (!existsSync(path)) {
    if (file === undefined) return {};
    throw new UserError(`${file}: there is no such file`);
  }
  const document = parseFile(path);
  if (document !== null && !isObject(document)) throw new UserError(`${path}: must be a map with the key config`);
  const config = document?.["config"] ?? {};
  if (!isObject(config)) throw new UserError(`${path}: config must be a map of settings`);
  return config;
}

function parseFile(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UserError(`${file}: ${error.message}`);
    throw error;
  }
}

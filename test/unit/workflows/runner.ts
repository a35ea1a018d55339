import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const actionFolder = join(__dirname, "../../../.github/actions/fetch-secrets");

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

export const action = parse(readFileSync(join(actionFolder, "action.yml"), "utf8")) as Action;

/** How a step ended and what it left to the runner. */
export interface Step {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Runs the action as the runner runs a step: inputs in variables, defaults of action.yml, files for what it sets.
 * @param folder where the step's files go.
 * @param environment variables of the job and of the step; nothing of this process is in it.
 */
export async function runStep(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Step> {
  const files = mkdtempSync(join(folder, "step-"));
  const file = (name: string): string => {
    writeFileSync(join(files, name), "");
    return join(files, name);
  };
  const [output, env] = [file("output"), file("env")];
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? ""] as const);
  const given = Object.entries({ ...Object.fromEntries(defaults), ...inputs });
  const child = spawn(process.execPath, [join(actionFolder, action.runs.main)], {
    cwd: files,
    env: {
      GITHUB_OUTPUT: output,
      GITHUB_ENV: env,
      ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      ...environment,
    },
  });
  const texts = { out: "", error: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.error += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return {
    code,
    lines: texts.out.split("\n").filter((line) => line !== ""),
    errors: texts.error,
    outputs: fileCommands(readFileSync(output, "utf8")),
    environment: fileCommands(readFileSync(env, "utf8")),
  };
}

/** What is hidden from the log, in order. */
export function masked({ lines }: Step): string[] {
  return lines.filter((line) => line.startsWith("::add-mask::")).map((line) => unescaped(line.slice(12)));
}

/** Whatever a person can read in the log, which has no line of commands that hide. */
export function visible({ lines, errors }: Step): string {
  return [...lines.filter((line) => !line.startsWith("::add-mask::")), errors].join("\n");
}

/** The one error of a step that failed and handed nothing on. */
export function failure({ code, lines, outputs, environment }: Step): string {
  assert.equal(code, 1, lines.join("\n"));
  assert.deepEqual([outputs.size, environment.size], [0, 0], "nothing is handed on");
  const errors = lines.filter((line) => line.startsWith("::error::"));
  assert.equal(errors.length, 1);
  return unescaped(errors[0]?.slice(9) ?? "");
}

function unescaped(text: string): string {
  return text.replaceAll("%0A", "\n").replaceAll("%0D", "\r").replaceAll("%25", "%");
}

/** What a file of the runner sets: `NAME<<DELIMITER`, lines, `DELIMITER`. */
function fileCommands(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const lines = text.split("\n");
  while (lines.length > 1) {
    const [, name, delimiter] = /^([^<=]+)<<(\S+)$/.exec(lines.shift() ?? "") ?? [];
    const end = delimiter === undefined ? -1 : lines.indexOf(delimiter);
    if (name === undefined || end < 0) throw new Error(`the runner refuses this file: ${text}`);
    found.set(name, lines.slice(0, end).join("\n"));
    lines.splice(0, end + 1);
  }
  return found;
}

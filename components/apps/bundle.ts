import { createHash } from "node:crypto";
import { join } from "node:path";

import { RunError } from "@pulumi/pulumi/errors";
import { buildSync, formatMessagesSync, type Message } from "esbuild";

/** A program of this repository as one JavaScript file. */
export interface Bundle {
  /** CommonJS that needs Node.js 20 and nothing else. */
  readonly code: string;
  /** SHA-256 of the code, in hexadecimal digits. */
  readonly hash: string;
}

/** Name of the file in its ConfigMap. Its ending makes it CommonJS whatever lies around it. */
export const bundleFile = "main.cjs";

/** A ConfigMap holds at most 1 MiB, keys and other files included; a program that nears it has drawn in something by accident. */
export const mostBytes = 512 * 1024;

export interface BundleOptions {
  /**
   * For programs with large libraries: names are shortened and the libraries' ES modules taken, of which only the used parts stay. Stack
   * traces then say little. @default false
   */
  readonly small?: boolean;
  /** @default {@link mostBytes} */
  readonly mostBytes?: number;
}

const checkout = join(__dirname, "..", "..");

/**
 * Bundles a program with all that it imports. The result depends on the sources and locked packages alone: no path, time or machine shows in
 * it, so that the same commit has the same hash everywhere and a preview on another machine shows no change.
 *
 * @param entryPoint path of the program's main file, relative to the repository, such as `apps/runner-schedule/main.ts`.
 * @throws RunError naming file and line of what cannot be bundled, or the size when the result is too large.
 */
export function bundleApp(
  entryPoint: string,
  { small = false, mostBytes: most = mostBytes }: BundleOptions = {},
): Bundle {
  const code = build(entryPoint, small);
  const bytes = Buffer.byteLength(code);
  if (bytes > most) {
    throw new RunError(
      `${entryPoint}: bundled to ${bytes} bytes; allowed: at most ${most}, as a ConfigMap holds 1 MiB; ` +
        "fix: see which import is so large with `npx esbuild --bundle --analyze --platform=node --outfile=/dev/null " +
        `${entryPoint}\``,
    );
  }
  return { code, hash: createHash("sha256").update(code).digest("hex") };
}

function build(entryPoint: string, small: boolean): string {
  try {
    const { outputFiles } = buildSync({
      absWorkingDir: checkout,
      entryPoints: [entryPoint],
      bundle: true,
      write: false,
      platform: "node",
      target: "node20",
      format: "cjs",
      charset: "utf8",
      // Without whitespace there are no comments with paths either; names stay, so that a stack trace can be read.
      minifyWhitespace: true,
      minifySyntax: true,
      ...(small && { minifyIdentifiers: true, mainFields: ["module", "main"] }),
      legalComments: "none",
      sourcemap: false,
      // The types are checked elsewhere, and a tsconfig.json outside of the repository must not have a say.
      tsconfigRaw: "{}",
      logLevel: "silent",
    });
    return outputFiles[0]?.text ?? "";
  } catch (error) {
    throw new RunError(`${entryPoint} cannot be bundled: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  const { errors } = error as { errors?: Message[] };
  if (errors === undefined) return error instanceof Error ? error.message : String(error);
  return formatMessagesSync(errors, { kind: "error" }).join("").trim();
}

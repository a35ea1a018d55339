export type Level = "info" | "warn" | "error";

/** Writes one line of JSON to standard output; `what` says what happened, or in which step. */
export type Log = (level: Level, what: string, fields?: Readonly<Record<string, unknown>>) => void;

/** What must never be written. Programs log neither answers nor headers; this is the second lock on the door. */
const hidden = new Set<string>();

/** Keeps a secret out of every line from now on. */
export function hide(secret: string): void {
  if (secret.length >= 8) hidden.add(secret);
}

/** The text with everything hidden replaced; for what is printed other than by a log. */
export function withoutSecrets(text: string): string {
  return [...hidden].reduce((shown, secret) => shown.replaceAll(secret, "[hidden]"), text);
}

/** @param key under which each line says what happened. */
export function logOf(key: "message" | "step"): Log {
  return (level, what, fields = {}) => {
    const line = JSON.stringify({ time: new Date().toISOString(), level, [key]: what, ...fields });
    process.stdout.write(`${withoutSecrets(line)}\n`);
  };
}

/** What an error says, on one line and without its stack. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ");
}

/** Of programs whose lines say what happened in a `message`. */
export const log = logOf("message");

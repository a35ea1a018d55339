import { inspect } from "node:util";

/** Something that the user can put right: printed without a stack trace. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UserError";
  }
}

/** The message of an error with the messages of its causes, each once. */
export function explain(error: unknown): string {
  const messages: string[] = [];
  for (let current = error; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    const message =
      current instanceof Error ? current.message : typeof current === "string" ? current : inspect(current);
    if (!messages.some((earlier) => earlier.includes(message))) messages.push(message);
  }
  return messages.join("\n  because: ");
}

/** Ends a command: a user's mistake with its message alone, anything else with where it happened. */
export function endWith(error: unknown): void {
  console.error(error instanceof UserError ? explain(error) : error);
  process.exitCode = 1;
}

/** A mistake or a state of the world that the user is told about in one sentence, without a stack trace. */
export class ProviderError extends Error {}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

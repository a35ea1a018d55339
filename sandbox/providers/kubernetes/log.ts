/** Writes one line to stderr. Callers pass kinds, names and durations only, never property values. */
export function log(message: string): void {
  process.stderr.write(`${new Date().toISOString()} kubernetes provider: ${message}\n`);
}

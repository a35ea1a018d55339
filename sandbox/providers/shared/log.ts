/** Writes lines of a provider to stderr. Callers pass kinds, names and durations only, never property values. */
export function logger(packageName: string): (message: string) => void {
  return (message) => process.stderr.write(`${new Date().toISOString()} ${packageName} provider: ${message}\n`);
}

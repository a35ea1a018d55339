// Adds up the results of test runs and prints "N passed, M failed". A run that left no results counts as one failure, and so does a failed
// step outside the tests (type check, lint), so that the line never looks better than the run was.
// Usage: node scripts/count-tests.mjs <exit status of the runs> <results file>...
import { existsSync, readFileSync } from "node:fs";

const [status, ...files] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of files) {
  if (!existsSync(file)) {
    failed++;
    continue;
  }
  const { stats } = JSON.parse(readFileSync(file, "utf8"));
  passed += stats.passes;
  failed += stats.failures;
}
if (status !== "0" && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

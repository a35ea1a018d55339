// Adds up the results of test runs and prints "N passed, M failed". A run that left no results counts as one failure, and so does a failed
// step outside the tests (type check, lint), so that the line never looks better than the run was. What failed is said once more before that
// line: whoever sees only the end of a long log still learns it.
// Usage: node scripts/count-tests.mjs <exit status of the runs> <results file>...
import { existsSync, readFileSync } from "node:fs";

const [status, ...files] = process.argv.slice(2);
let passed = 0;
const failures = [];
for (const file of files) {
  if (!existsSync(file)) {
    failures.push({ title: `no results in ${file}`, message: "the run ended before its tests did" });
    continue;
  }
  const results = JSON.parse(readFileSync(file, "utf8"));
  passed += results.stats.passes;
  failures.push(...results.failures);
}
if (status !== "0" && failures.length === 0) {
  failures.push({ title: "a step outside of the tests", message: "see above: type check, lint or formatting" });
}
for (const { title, message } of failures) console.log(`FAILED: ${title}\n${message.replaceAll(/^/gm, "    ")}\n`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

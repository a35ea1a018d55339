// Prints results for people, at last the files that took longest, and writes counts and failures as JSON where RUNNER_PLATFORM_TEST_RESULTS
// says.
const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters } = require("mocha");

/** Files that took longer than this are named, the longest first, but no more than that many. */
const worthNaming = { seconds: 20, files: 12 };

/** Adds up how long the tests and hooks of each file take, and prints the longest when all is over. */
function timeFiles(runner) {
  const seconds = new Map();
  let last = performance.now();
  const passed = ({ file }) => {
    const now = performance.now();
    if (file) seconds.set(file, (seconds.get(file) ?? 0) + (now - last) / 1000);
    last = now;
  };
  runner.on("test end", passed).on("hook end", passed);
  runner.once("end", () => {
    const longest = [...seconds].filter(([, spent]) => spent > worthNaming.seconds).sort(([, a], [, b]) => b - a);
    for (const [file, spent] of longest.slice(0, worthNaming.files)) {
      console.log(`  ${spent.toFixed(0).padStart(4)} s  ${relative(process.cwd(), file)}`);
    }
  });
}

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    timeFiles(runner);
    const file = process.env.RUNNER_PLATFORM_TEST_RESULTS;
    if (!file) return;
    runner.once("end", () => {
      const failures = this.failures.map((test) => ({
        title: test.fullTitle(),
        message: String(test.err?.stack ?? test.err),
      }));
      writeFileSync(file, JSON.stringify({ stats: this.stats, failures }));
    });
  }
};

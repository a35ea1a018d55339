// Prints results for people, and writes counts and failures as JSON where RUNNER_PLATFORM_TEST_RESULTS says.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
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

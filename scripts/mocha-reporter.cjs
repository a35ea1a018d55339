// Prints results for people, and writes their counts as JSON where RUNNER_PLATFORM_TEST_RESULTS says.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.RUNNER_PLATFORM_TEST_RESULTS;
    if (file) runner.once("end", () => writeFileSync(file, JSON.stringify({ stats: this.stats })));
  }
};

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { RunError } from "@pulumi/pulumi/errors";

import { bundleApp, mostBytes } from "../../../../components/apps/bundle";
import { temporaryFolder } from "../../../support/temporary";

const checkout = join(__dirname, "../../../..");
const app = "apps/runner-schedule/main.ts";

/** The bundler of another checkout, which bundles what lies there. */
function bundlerIn(folder: string): typeof bundleApp {
  return (createRequire(join(folder, "index.js"))("./components/apps/bundle.ts") as { bundleApp: typeof bundleApp })
    .bundleApp;
}

/** Fills a folder with what bundling needs of a checkout. */
function secondCheckout(folder: string): string {
  for (const part of ["apps/runner-schedule", "apps/shared", "components/arc/schedule"]) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, "components/apps"), { recursive: true });
  copyFileSync(join(checkout, "components/apps/bundle.ts"), join(folder, "components/apps/bundle.ts"));
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  return folder;
}

describe("bundleApp", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();

  it("makes one small file that needs nothing but Node's own modules and shows no path", () => {
    const { code } = bundleApp(app);
    const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name = ""]) => name);
    assert.ok(required.length > 0);
    assert.deepEqual(
      required.filter((name) => !name.startsWith("node:")),
      [],
    );
    assert.ok(Buffer.byteLength(code) < 100 * 1024, `${Buffer.byteLength(code)} bytes`);
    for (const trace of [checkout, "node_modules", "components/", "apps/"])
      assert.ok(!code.includes(trace), `no ${trace} in the code`);
  });

  it("has the same hash in another checkout, and another one for other sources", () => {
    const folder = secondCheckout(temporary());
    const bundle = bundlerIn(folder);
    const { hash } = bundleApp(app);
    assert.match(hash, /^[0-9a-f]{64}$/);
    assert.equal(bundle(app).hash, hash);
    const source = join(folder, "apps/shared/log.ts");
    const text = readFileSync(source, "utf8");
    writeFileSync(source, `// a comment\nexport type Unused = string;\n${text}`);
    assert.equal(bundle(app).hash, hash, "comments and types do not count");
    writeFileSync(source, text.replace("toISOString", "toJSON"));
    assert.notEqual(bundle(app).hash, hash);
  });

  it("names file and line of what cannot be bundled", () => {
    const folder = secondCheckout(temporary());
    const broken = "apps/runner-schedule/broken.ts";
    writeFileSync(join(folder, broken), 'import { missing } from "./nowhere";\nmissing();\n');
    assert.throws(
      () => bundlerIn(folder)(broken),
      (error: unknown) => {
        // The engine shows the message of a RunError without its stack.
        assert.ok(RunError.isInstance(error));
        assert.match(
          error.message,
          /^apps\/runner-schedule\/broken\.ts cannot be bundled: .*Could not resolve "\.\/nowhere"\s+apps\/runner-schedule\/broken\.ts:1:24/,
        );
        return true;
      },
    );
    assert.throws(() => bundleApp("apps/absent.ts"), /apps\/absent\.ts cannot be bundled/);
  });

  it("refuses what would hardly fit into a ConfigMap", () => {
    const folder = secondCheckout(temporary());
    const large = "apps/large/main.ts";
    mkdirSync(dirname(join(folder, large)), { recursive: true });
    writeFileSync(join(folder, large), `console.log(${JSON.stringify("x".repeat(mostBytes))});\n`);
    assert.throws(
      () => bundlerIn(folder)(large),
      /apps\/large\/main\.ts: bundled to 524\d\d\d bytes; allowed: at most 524288.*fix: see which import is so large with `npx esbuild/,
    );
  });
});

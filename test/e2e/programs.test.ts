import { join } from "node:path";
import { modulesFolder } from "../../sandbox/tools/catalog";
import { ensureGo } from "../../sandbox/tools/go-toolchain";
import { run } from "../../sandbox/tools/run";
import { checkout } from "../../sandbox/platform/stack-config";

describe("the sandbox's own programs", function () {
  this.timeout(15 * 60_000);

  for (const folder of [join(checkout, "sandbox", "programs"), join(modulesFolder, "storage-provisioner")]) {
    it(`in ${folder.slice(checkout.length + 1)} pass their own tests`, async () => {
      const go = await ensureGo(() => undefined);
      const env = { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };
      await run(go, ["test", "./..."], { cwd: folder, env });
    });
  }
});

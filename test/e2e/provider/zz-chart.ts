import * as k8s from "@pulumi/kubernetes";
import { Harness, providerFor, stepsOf } from "./harness";
describe("try chart", () => {
  it("arc", async function () {
    this.timeout(400000);
    const h = await Harness.start();
    try {
      const kubeconfig = await h.kubeconfig();
      const program = async () => {
        const provider = providerFor(kubeconfig);
        const o = { provider };
        const ns = new k8s.core.v1.Namespace("arc-systems", { metadata: { name: "arc-systems-try" } }, o);
        const chart = new k8s.helm.v4.Chart(
          "arc",
          {
            chart: process.env.ARC!,
            namespace: ns.metadata.name,
            name: "arc",
            values: { replicaCount: 1 },
            skipAwait: true,
          },
          { provider, dependsOn: [ns] },
        );
        return { n: chart.resources.apply((r) => r.length) };
      };
      const s = await h.stack("chart", program);
      for (const f of ["preview", "up", "preview", "up"] as const) {
        const t = Date.now();
        const r = await s[f]();
        console.log(f, Date.now() - t, "ms");
        console.log(r.output);
        console.log(
          stepsOf(r)
            .map((x) => JSON.stringify(x))
            .join("\n"),
        );
      }
      const t = Date.now();
      const d = await s.destroy();
      console.log(d.output, Date.now() - t);
    } finally {
      console.log(require("fs").readFileSync(h.folder + "/provider.log", "utf8"));
      await h.stop();
    }
  });
});

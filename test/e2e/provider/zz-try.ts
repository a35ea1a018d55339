import * as k8s from "@pulumi/kubernetes";
import { Harness, providerFor, stepsOf } from "/work/main/test/e2e/provider/harness";
describe("try", () => {
  it("thin", async function () {
    this.timeout(300000);
    const h = await Harness.start();
    try {
      const kubeconfig = await h.kubeconfig();
      let replicas = 0;
      const program = async () => {
        const provider = providerFor(kubeconfig);
        const o = { provider };
        const ns = new k8s.core.v1.Namespace("try", {}, o);
        new k8s.core.v1.ConfigMap("cm", { metadata: { namespace: ns.metadata.name }, data: { a: "b" } }, o);
        new k8s.core.v1.Secret(
          "sec",
          { metadata: { namespace: ns.metadata.name }, stringData: { token: "geheim" } },
          o,
        );
        new k8s.apps.v1.Deployment(
          "dep",
          {
            metadata: { namespace: ns.metadata.name },
            spec: {
              replicas,
              selector: { matchLabels: { app: "x" } },
              template: { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "c", image: "busybox" }] } },
            },
          },
          o,
        );
        const crd = new k8s.apiextensions.v1.CustomResourceDefinition(
          "crd",
          {
            metadata: { name: "widgets.e2e.example.com" },
            spec: {
              group: "e2e.example.com",
              scope: "Namespaced",
              names: { kind: "Widget", plural: "widgets" },
              versions: [
                {
                  name: "v1",
                  served: true,
                  storage: true,
                  schema: {
                    openAPIV3Schema: {
                      type: "object",
                      properties: { spec: { type: "object", properties: { size: { type: "integer", minimum: 0 } } } },
                    },
                  },
                },
              ],
            },
          },
          o,
        );
        new k8s.apiextensions.CustomResource(
          "w",
          {
            apiVersion: "e2e.example.com/v1",
            kind: "Widget",
            metadata: { namespace: ns.metadata.name },
            spec: { size: 3 + replicas },
          },
          { ...o, dependsOn: [crd] },
        );
        return { ns: ns.metadata.name, uid: ns.metadata.uid };
      };
      const s = await h.stack("try", program);
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
        if (f === "up") replicas = replicas === 0 ? 0 : 0;
      }
      console.log((await s.state()).includes("geheim"));
      console.log((await s.state()).slice(0, 9000));
      const t = Date.now();
      const d = await s.destroy();
      console.log(d.output, Date.now() - t);
    } finally {
      console.log(require("fs").readFileSync(h.folder + "/provider.log", "utf8"));
      await h.stop();
    }
  });
});

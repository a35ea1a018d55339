import { strict as assert } from "node:assert";
import { ApiextensionsV1Api } from "@kubernetes/client-node";
import { sandboxConfig } from "../../sandbox/platform/input";
import { undeploy } from "../../sandbox/platform/engine";
import { embeddedTarget } from "../../sandbox/platform/target";
import { collectPrograms } from "../../sandbox/tools/ensure";
import { core, kubeconfig, localOk, local, state } from "./support/sandbox";

/** The embedded cluster serves as somebody's own: its kubeconfig, with the platform taken off it. */
describe("--context", () => {
  before(async () => {
    const target = embeddedTarget();
    await undeploy(target.state, await collectPrograms(target.tools), { config: sandboxConfig(target).config });
    process.env["KUBECONFIG"] = state().kubeconfig;
  });

  after(async () => {
    delete process.env["KUBECONFIG"];
    await localOk();
  });

  it("finds nothing of the platform there, not even cert-manager's definitions", async () => {
    const { items } = await kubeconfig().makeApiClient(ApiextensionsV1Api).listCustomResourceDefinition();
    assert.deepEqual(
      items.map(({ spec }) => spec.group).filter((group) => group.endsWith("cert-manager.io")),
      [],
    );
  });

  it("names the contexts that exist when asked for another", async () => {
    const { code, output } = await local("--context", "nowhere", "up");
    assert.equal(code, 1);
    assert.match(output, /there is no context "nowhere" in your kubeconfig \(there are: runner-platform\)/);
  });

  it("deploys onto a cluster of the user's, serves jobs there, and takes everything away again", async () => {
    const { output } = await localOk("--context", "runner-platform", "up");
    assert.match(output, /Kubernetes cluster: your context runner-platform/);
    assert.match(output, /scale set {4}runner-base: registered \(id \d+\), listener connected/);
    await localOk("--context", "runner-platform", "jobs", "runner-base", "--count", "2", "--seconds", "1");
    await localOk("--context", "runner-platform", "destroy");
    const { items } = await core().listNamespace();
    assert.deepEqual(
      items.map(({ metadata }) => metadata?.name ?? "").filter((name) => /^(arc-|cert-manager)/.test(name)),
      [],
    );
  });
});

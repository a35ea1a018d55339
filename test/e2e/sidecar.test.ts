import { strict as assert } from "node:assert";
import { dindPodTemplate } from "../../components/arc/dind-pod";
import type { Manifest } from "../../sandbox/cluster/api";
import { waitUntil } from "../../sandbox/cluster/start";
import { dockerImage, runnerImage } from "../../sandbox/images/catalog";
import { core, objects } from "./support/sandbox";

const namespace = "arc-runners-dind";
const name = "e2e-sidecar";
const resources = { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "500m", memory: "64Mi" } };

/**
 * The native side-car is the production form, but ARC 0.6.1 cannot carry it (its definition drops `restartPolicy` of init containers). So
 * the pod that the component computes for production is created here directly; only what the runner does is replaced.
 */
function sidecarPod(): Manifest {
  const template = dindPodTemplate({
    form: "sidecar",
    runnerImage,
    dindImage: dockerImage,
    imagePullPolicy: "IfNotPresent",
    serviceAccountName: "default",
    resources: { runner: resources, dind: resources, init: resources },
    waitForDockerSeconds: 120,
    dockerGroupId: 123,
    registryCa: { configMap: "harbor-ca" },
  });
  const containers = template.spec.containers.map((container) => ({
    ...container,
    command: ["/usr/bin/docker", "info"],
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: { ...template.spec, containers },
  };
}

describe("the DinD pod with a native side-car", () => {
  after(async () => {
    await core().deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  });

  it("is accepted by the API server, and its runner reaches the daemon through the shared socket", async () => {
    await objects().create(sidecarPod());
    let phase: string | undefined;
    await waitUntil(180, "the pod to end", async () => {
      phase = (await core().readNamespacedPod({ name, namespace })).status?.phase;
      return phase === "Succeeded" || phase === "Failed";
    });
    const pod = await core().readNamespacedPod({ name, namespace });
    const log = await core().readNamespacedPodLog({ name, namespace, container: "runner" });
    assert.equal(phase, "Succeeded", log);
    assert.match(log, /stand-in/);
    const initial = pod.status?.initContainerStatuses ?? [];
    assert.deepEqual(
      initial.map((status) => status.name),
      ["init-dind-externals", "dind"],
    );
    assert.equal(initial[0]?.state?.terminated?.exitCode, 0, "the externals were copied");
    // The kubelet starts the runner only after the side-car's start-up probe, and ends the side-car after the runner.
    assert.ok(initial[1]?.state?.terminated, "the daemon ran beside the runner and ended after it");
  });
});

import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../sandbox/cluster/api";
import { waitUntil } from "../../sandbox/cluster/start";
import { runnerImage } from "../../sandbox/images/catalog";
import { githubToken } from "../../sandbox/platform/github";
import { core, objects, state } from "./support/sandbox";

const namespace = "e2e-cluster";

/** A pod that runs one of the toolbox's commands to its end. */
function pod(name: string, command: readonly string[], claim?: string): Manifest & { readonly spec: object } {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      restartPolicy: "Never",
      securityContext: { runAsUser: 1001 },
      containers: [
        {
          name: "main",
          image: runnerImage,
          imagePullPolicy: "IfNotPresent",
          command,
          volumeMounts: claim === undefined ? [] : [{ name: "data", mountPath: "/data" }],
        },
      ],
      volumes: claim === undefined ? [] : [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
    },
  };
}

async function finished(name: string): Promise<string> {
  let phase = "";
  await waitUntil(120, `the pod ${name} to end`, async () => {
    phase = (await core().readNamespacedPod({ name, namespace })).status?.phase ?? "";
    return phase === "Succeeded" || phase === "Failed";
  });
  return phase;
}

describe("the embedded cluster", () => {
  before(async () => {
    await objects().create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    // Pods are refused until the controller manager has made the namespace's service account.
    await waitUntil(60, "the service account default", async () => {
      await core().readNamespacedServiceAccount({ name: "default", namespace });
      return true;
    });
  });

  after(async () => {
    await core().deleteNamespace({ name: namespace });
  });

  it("gives a claim without a class a folder that a runner's user can write to, and removes it with the claim", async () => {
    const claim: Manifest = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } },
    };
    await objects().create(claim);
    await objects().create(pod("writer", ["mkdir", "/data/made-by-a-pod"], "data"));
    assert.equal(await finished("writer"), "Succeeded");
    const folder = readdirSync(state().volumes).find((name) => name.endsWith(`_${namespace}_data`));
    assert.ok(folder);
    assert.deepEqual(readdirSync(join(state().volumes, folder)), ["made-by-a-pod"]);
    await core().deleteNamespacedPod({ name: "writer", namespace });
    await core().deleteNamespacedPersistentVolumeClaim({ name: "data", namespace });
    await waitUntil(120, "the folder to go", () => Promise.resolve(!readdirSync(state().volumes).includes(folder)));
  });

  it("lets a pod with a toleration land on a simulated node and nothing else", async () => {
    const asking = pod("on-simulated", ["true"]);
    const nodeSelector = { "nvidia.com/gpu.present": "true" };
    const spec = { ...asking.spec, nodeSelector, tolerations: [{ operator: "Exists" }] };
    await objects().create({ ...asking, spec });
    await waitUntil(60, "the pod to be said to run", async () => {
      const { spec, status } = await core().readNamespacedPod({ name: "on-simulated", namespace });
      return spec?.nodeName === "simulated-gpu" && status?.phase === "Running";
    });
    const { items } = await core().listPodForAllNamespaces({ fieldSelector: "spec.nodeName=simulated-gpu" });
    assert.deepEqual(
      items.map(({ metadata }) => metadata?.name),
      ["on-simulated"],
    );
  });

  it("keeps the GitHub token and the cluster's keys out of Pulumi's state and out of all logs", () => {
    const key = readFileSync(join(state().certificates, "admin.key"), "utf8").split("\n")[1] ?? "";
    const secrets = [
      githubToken(state()),
      Buffer.from(githubToken(state())).toString("base64"),
      key,
      Buffer.from(key).toString("base64"),
    ];
    for (const folder of [join(state().pulumi, "backend"), state().logs]) {
      for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile()) continue;
        const content = readFileSync(join(entry.parentPath, entry.name), "utf8");
        for (const secret of secrets) assert.ok(!content.includes(secret), `${entry.name} holds a secret in clear`);
      }
    }
    assert.ok(!readFileSync(join(state().github, "requests.ndjson"), "utf8").includes(githubToken(state())));
  });
});

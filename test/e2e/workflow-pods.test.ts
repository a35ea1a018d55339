import { strict as assert } from "node:assert";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { nodeName } from "../../sandbox/cluster/addresses";
import type { Manifest } from "../../sandbox/cluster/api";
import { waitUntil } from "../../sandbox/cluster/start";
import type { AdminLedgerJob } from "../../sandbox/github/client";
import { jobImage, nodeImage } from "../../sandbox/images/catalog";
import { core, figure, github, objects } from "./support/sandbox";

const setLabel = "runner-platform/scale-set";

/** What the settings of the stack `local` promise for the pod of a job, by scale set. */
const promised: Readonly<Record<string, { readonly nodes: readonly string[]; readonly device?: string }>> = {
  "runner-cpu": { nodes: ["simulated-large-memory"] },
  "runner-cpu-largememory": { nodes: ["simulated-large-memory"] },
  "runner-fpga": { nodes: ["simulated-fpga"], device: "squat.ai/fpga" },
  "runner-gpu": { nodes: ["simulated-gpu"], device: "nvidia.com/gpu" },
  "runner-highcpu": { nodes: ["simulated-general-1", "simulated-general-2"] },
  // The one set whose jobs' pods really run, on a volume shared with the runner.
  "runner-hybrid": { nodes: [nodeName] },
};

const caches = { HF_HOME: "huggingface", CCACHE_DIR: "ccache", UV_CACHE_DIR: "uv" };

async function podsOfJobs(): Promise<V1Pod[]> {
  return (await core().listPodForAllNamespaces({ labelSelector: "runner-pod" })).items;
}

async function finished(batch: string): Promise<AdminLedgerJob[]> {
  let jobs: AdminLedgerJob[] = [];
  await waitUntil(240, "the jobs to end", async () => {
    jobs = await github().ledger({ batch });
    return jobs.every(({ state }) => state === "completed");
  });
  return jobs;
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

async function allowed(user: string, resourceAttributes: Readonly<Record<string, string>>): Promise<boolean> {
  const review: Manifest = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: { user, resourceAttributes },
  };
  const answer = (await objects().create(review)) as { status?: { allowed?: boolean } };
  return answer.status?.allowed === true;
}

const container = (pod: V1Pod, name: string): V1Container => {
  const found = pod.spec?.containers.find((candidate) => candidate.name === name);
  assert.ok(found, `${pod.metadata?.name ?? ""} has no container ${name}`);
  return found;
};

describe("the pods of jobs", () => {
  const pods = new Map<string, V1Pod>();
  let jobs: AdminLedgerJob[] = [];

  before(async () => {
    const env = { FROM_WORKFLOW: "yes" };
    const queued = await Promise.all(
      Object.keys(promised).map((scaleSet) =>
        github().queueJobs({
          scaleSet,
          seconds: 5,
          container: { image: jobImage, env },
          ...(scaleSet === "runner-highcpu" ? { services: [{ name: "cache", image: "redis:7" }] } : {}),
        }),
      ),
    );
    await waitUntil(240, "a running pod of each set", async () => {
      for (const pod of await podsOfJobs()) {
        const scaleSet = pod.metadata?.labels?.[setLabel];
        if (scaleSet !== undefined && pod.status?.phase === "Running") pods.set(scaleSet, pod);
      }
      return pods.size === Object.keys(promised).length;
    });
    jobs = (await Promise.all(queued.map(({ batch }) => finished(batch)))).flat();
  });

  it("let every job succeed, and are gone afterwards", async () => {
    assert.deepEqual(
      jobs.map(({ scaleSet, result, reason }) => [scaleSet, result, reason]).sort(),
      Object.keys(promised).map((scaleSet) => [scaleSet, "succeeded", undefined]),
    );
    const names = [...pods.values()].map(({ metadata }) => metadata?.name);
    const left = (await podsOfJobs()).map(({ metadata }) => metadata?.name).filter((name) => names.includes(name));
    assert.deepEqual(left, []);
  });

  for (const [scaleSet, { nodes, device }] of Object.entries(promised)) {
    const pod = (): V1Pod => {
      const found = pods.get(scaleSet);
      assert.ok(found, `no pod of ${scaleSet} was seen`);
      return found;
    };

    it(`of ${scaleSet} lie in its pool${device === undefined ? "" : `, each with a ${device} of its own`}`, () => {
      assert.ok(nodes.includes(pod().spec?.nodeName ?? ""), pod().spec?.nodeName);
      const resources = container(pod(), "job").resources;
      const { requests, limits } = { requests: resources?.requests ?? {}, limits: resources?.limits ?? {} };
      const devices = Object.keys(limits).filter((name) => name.includes("/"));
      assert.deepEqual(devices, device === undefined ? [] : [device]);
      for (const name of devices) assert.deepEqual([requests[name], limits[name]], ["1", "1"]);
      for (const name of ["cpu", "memory"]) assert.ok(requests[name] !== undefined && limits[name] !== undefined, name);
    });

    it(`of ${scaleSet} have the caches of its template, and what the workflow asked for`, () => {
      const { env = [], volumeMounts = [], image, command, args } = container(pod(), "job");
      const values = new Map(env.map(({ name, value }) => [name, value]));
      assert.deepEqual([image, command, args], [jobImage, ["tail"], ["-f", "/dev/null"]]);
      assert.equal(values.get("FROM_WORKFLOW"), "yes");
      assert.equal(values.get("GITHUB_ACTIONS"), "true");
      for (const [variable, cache] of Object.entries(caches)) {
        const path = values.get(variable);
        assert.equal(path, `/mnt/cache/${cache}`);
        const mount = volumeMounts.find(({ mountPath }) => mountPath === path);
        const volume = pod().spec?.volumes?.find(({ name }) => name === mount?.name);
        assert.ok(volume, `${variable} points to no volume`);
        if (cache === "huggingface") assert.equal(volume.persistentVolumeClaim?.claimName, "huggingface-runner-pvc");
      }
      assert.ok(volumeMounts.some(({ mountPath }) => mountPath === "/__w"));
    });

    it(`of ${scaleSet} carry the labels by which they are found, and no rights`, async () => {
      const { labels = {}, name = "", namespace = "" }: Metadata = pod().metadata ?? {};
      assert.equal(labels[setLabel], scaleSet);
      assert.equal(`${labels["runner-pod"] ?? ""}-workflow`, name);
      const account = pod().spec?.serviceAccountName ?? "";
      const user = `system:serviceaccount:${namespace}:${account}`;
      for (const [resource, verb] of [
        ["pods", "list"],
        ["pods", "create"],
        ["secrets", "get"],
      ] as const) {
        assert.equal(await allowed(user, { namespace, resource, verb }), false, `${user} may ${verb} ${resource}`);
      }
    });
  }

  it("have the job's services beside it", () => {
    const pod = pods.get("runner-highcpu");
    assert.ok(pod);
    assert.equal(container(pod, "redis").image, "redis:7");
  });

  it("are not made for a job without container: it fails with GitHub's words", async () => {
    const { batch } = await github().queueJobs({ scaleSet: "runner-cpu", seconds: 1 });
    const [job] = await finished(batch);
    assert.equal(job?.result, "failed");
    assert.match(job.reason ?? "", /^Jobs without a job container are forbidden on this runner/);
    const made = (await podsOfJobs()).filter(({ metadata }) => metadata?.labels?.["runner-pod"] === job.runner);
    assert.deepEqual(made, []);
  });

  it("are cleared away with a runner that dies in the middle of its job", async () => {
    const { batch } = await github().queueJobs({
      scaleSet: "runner-highcpu",
      seconds: 3,
      outcome: "crash",
      container: { image: jobImage },
    });
    let name: string | undefined;
    await waitUntil(120, "the job's pod", async () => {
      const [job] = await github().jobs({ batch });
      const pod = (await podsOfJobs()).find(({ metadata }) => metadata?.labels?.["runner-pod"] === job?.runner);
      name = pod?.metadata?.name;
      return name !== undefined && job?.runner !== undefined;
    });
    const [job] = await finished(batch);
    assert.equal(job?.result, "failed");
    await waitUntil(180, `the pod ${name ?? ""} to go`, async () =>
      (await podsOfJobs()).every(({ metadata }) => metadata?.name !== name),
    );
  });
});

describe("the Node.js image", () => {
  const name = "e2e-node";
  const namespace = "default";
  after(async () => {
    await core().deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  });

  it("runs programs in a pod, and looks up names there", async () => {
    const program = `
      const { lookup } = require("node:dns");
      lookup("kubernetes.default.svc", (error, address) => console.log(process.version, error?.code ?? address));
    `;
    await objects().create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace },
      spec: {
        restartPolicy: "Never",
        securityContext: { runAsUser: 1000, runAsNonRoot: true },
        containers: [{ name: "node", image: nodeImage, imagePullPolicy: "Never", command: ["node", "-e", program] }],
      },
    });
    const began = Date.now();
    let phase: string | undefined;
    await waitUntil(120, "the pod to end", async () => {
      phase = (await core().readNamespacedPod({ name, namespace })).status?.phase;
      return phase === "Succeeded" || phase === "Failed";
    });
    const log = await core().readNamespacedPodLog({ name, namespace });
    assert.equal(phase, "Succeeded", log);
    assert.equal(log.trim(), `${process.version} 10.96.0.1`);
    figure(`a pod with Node.js: ${((Date.now() - began) / 1000).toFixed(1)} s from creation to its end`);
  });
});

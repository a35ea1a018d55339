import assert from "node:assert/strict";
import { AppsV1Api, BatchV1Api, DiscoveryV1Api } from "@kubernetes/client-node";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { Harness, providerFor, stepsOf, type TestStack } from "./provider/harness";
import { labelsOf, missingImage, podSpec, podsOf } from "./provider/workloads";
import { core, kubeconfig } from "./support/sandbox";

const apps = (): AppsV1Api => kubeconfig().makeApiClient(AppsV1Api);
const batch = (): BatchV1Api => kubeconfig().makeApiClient(BatchV1Api);

const discovery = (): DiscoveryV1Api => kubeconfig().makeApiClient(DiscoveryV1Api);

/** The metadata of an object, with the seconds it may take; one that comes up hardly needs five. */
type Metadata = (name: string, seconds?: number) => k8s.types.input.meta.v1.ObjectMeta;

/** Real pods on the sandbox's real node: what the provider waits for, and what it says when that does not come. */
describe("the offline kubernetes provider waits until objects are ready", function () {
  this.timeout(180_000);
  let harness: Harness;
  let config: string;
  const stacks: TestStack[] = [];

  before(async () => {
    harness = await Harness.start();
    config = await harness.kubeconfig();
  });

  after(async () => {
    await Promise.all(stacks.map((stack) => stack.destroy()));
    await harness.stop();
  });

  /** A stack in a namespace of its own, named after it. */
  async function stackIn(
    name: string,
    program: (metadata: Metadata, opts: pulumi.CustomResourceOptions) => void,
  ): Promise<TestStack> {
    const namespace = `provider-e2e-${name}`;
    const stack = await harness.stack(name, () => {
      const provider = providerFor(config);
      const parent = new k8s.core.v1.Namespace(name, { metadata: { name: namespace } }, { provider });
      const metadata: Metadata = (object, seconds = 60) => ({
        name: object,
        namespace,
        annotations: { "pulumi.com/timeoutSeconds": String(seconds) },
      });
      // deleting is not what is tested: the annotation would hold for it, too
      program(metadata, { provider, dependsOn: [parent], customTimeouts: { delete: "2m" } });
      return Promise.resolve();
    });
    stacks.push(stack);
    return stack;
  }

  it("of every kind that has pods, and finds them ready afterwards", async () => {
    const namespace = "provider-e2e-ready";
    const stack = await stackIn("ready", (metadata, opts) => {
      // not ready at once, so that a provider that does not wait is found out
      const readinessProbe = { exec: { command: ["true"] }, initialDelaySeconds: 3, periodSeconds: 1 };
      const sleeper = podSpec(["sleep", "600"], { readinessProbe });
      new k8s.apps.v1.Deployment(
        "web",
        { metadata: metadata("web"), spec: { replicas: 2, ...podsOf("web", sleeper) } },
        opts,
      );
      new k8s.core.v1.Service(
        "web",
        { metadata: metadata("web"), spec: { selector: labelsOf("web"), ports: [{ port: 80 }] } },
        opts,
      );
      new k8s.core.v1.Service(
        "db",
        { metadata: metadata("db"), spec: { clusterIP: "None", selector: labelsOf("db"), ports: [{ port: 80 }] } },
        opts,
      );
      const mounted = podSpec(["sleep", "600"], {
        readinessProbe,
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      });
      const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
      new k8s.apps.v1.StatefulSet(
        "db",
        {
          metadata: metadata("db"),
          spec: {
            serviceName: "db",
            ...podsOf("db", mounted),
            volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
          },
        },
        opts,
      );
      new k8s.core.v1.PersistentVolumeClaim("later", { metadata: metadata("later"), spec: claim }, opts);
      new k8s.apps.v1.DaemonSet("agent", { metadata: metadata("agent"), spec: podsOf("agent", sleeper) }, opts);
      const once = { ...podSpec(["sleep", "2"]), restartPolicy: "Never" };
      new k8s.batch.v1.Job("once", { metadata: metadata("once"), spec: { template: { spec: once } } }, opts);
      new k8s.core.v1.Pod("single", { metadata: metadata("single"), spec: sleeper }, opts);
      new k8s.core.v1.Pod("ended", { metadata: metadata("ended"), spec: once }, opts);
    });
    await stack.up();

    const [deployment, statefulSet, daemonSet, job, single, ended, claim, later, slices] = await Promise.all([
      apps().readNamespacedDeployment({ name: "web", namespace }),
      apps().readNamespacedStatefulSet({ name: "db", namespace }),
      apps().readNamespacedDaemonSet({ name: "agent", namespace }),
      batch().readNamespacedJob({ name: "once", namespace }),
      core().readNamespacedPod({ name: "single", namespace }),
      core().readNamespacedPod({ name: "ended", namespace }),
      core().readNamespacedPersistentVolumeClaim({ name: "data-db-0", namespace }),
      core().readNamespacedPersistentVolumeClaim({ name: "later", namespace }),
      discovery().listNamespacedEndpointSlice({ namespace, labelSelector: "kubernetes.io/service-name=web" }),
    ]);
    assert.equal(deployment.status?.availableReplicas, 2);
    assert.equal(statefulSet.status?.readyReplicas, 1);
    assert.deepEqual([daemonSet.status?.desiredNumberScheduled, daemonSet.status?.numberAvailable], [1, 1]);
    assert.equal(job.status?.succeeded, 1);
    assert.equal(single.status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
    assert.equal(ended.status?.phase, "Succeeded");
    assert.equal(claim.status?.phase, "Bound");
    assert.equal(later.status?.phase, "Pending", "nobody mounts it, so it is not waited for");
    assert(slices.items.some(({ endpoints }) => endpoints.some(({ conditions }) => conditions?.ready === true)));
    assert.deepEqual(stepsOf(await stack.up()), [], "a second up changes nothing");
  });

  it("and says which image cannot be pulled; the corrected one is an update", async () => {
    let image: string | undefined = missingImage;
    const stack = await stackIn("image", (metadata, opts) => {
      const spec = podSpec(["sleep", "600"], image === undefined ? {} : { image });
      new k8s.apps.v1.Deployment("web", { metadata: metadata("web", 12), spec: podsOf("web", spec) }, opts);
    });
    await assert.rejects(
      stack.up(),
      /Deployment provider-e2e-image\/web was not ready after 12 s: .*0 available; pod web-\S+ container main: (ImagePullBackOff|ErrImagePull): .*docker\.io\/runner-platform\/missing:none/,
    );
    image = undefined;
    assert.deepEqual(
      stepsOf(await stack.up()).map(({ op, name }) => `${op} ${name}`),
      ["update web"],
    );
    const { status } = await apps().readNamespacedDeployment({ name: "web", namespace: "provider-e2e-image" });
    assert.deepEqual([status?.replicas, status?.availableReplicas, status?.updatedReplicas], [1, 1, 1]);
  });

  it("and says why they do not become so", async () => {
    const stack = await stackIn("broken", (metadata, opts) => {
      // without a probe a container counts as ready from its start on, however soon it ends
      const readinessProbe = { exec: { command: ["true"] }, initialDelaySeconds: 60 };
      const fails = podSpec(["false"], { readinessProbe });
      const never = { restartPolicy: "Never" };
      new k8s.core.v1.Pod("crashes", { metadata: metadata("crashes", 20), spec: fails }, opts);
      new k8s.core.v1.Pod("ends", { metadata: metadata("ends"), spec: { ...fails, ...never } }, opts);
      new k8s.core.v1.Pod(
        "unready",
        {
          metadata: metadata("unready", 8),
          spec: podSpec(["sleep", "600"], { readinessProbe: { exec: { command: ["false"] } } }),
        },
        opts,
      );
      new k8s.core.v1.Pod(
        "absent",
        { metadata: metadata("absent", 8), spec: podSpec(["true"], { image: missingImage, imagePullPolicy: "Never" }) },
        opts,
      );
      new k8s.core.v1.Pod(
        "homeless",
        { metadata: metadata("homeless", 8), spec: { ...podSpec(["true"]), nodeSelector: { no: "such-node" } } },
        opts,
      );
      const template = { spec: { ...fails, ...never } };
      new k8s.batch.v1.Job("fails", { metadata: metadata("fails"), spec: { backoffLimit: 0, template } }, opts);
      new k8s.core.v1.Service(
        "alone",
        { metadata: metadata("alone", 4), spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] } },
        opts,
      );
    });
    const output = await stack.up().then(
      () => assert.fail("up must fail"),
      (error: unknown) => String(error),
    );
    const expected = [
      // Between two restarts the kubelet shows the exit for a moment instead of the back-off, so the last word may be either.
      /waiting for Pod provider-e2e-broken\/crashes: .*CrashLoopBackOff, last exit code 1/,
      /Pod provider-e2e-broken\/crashes was not ready after 20 s: .*(CrashLoopBackOff, last|ended with) exit code 1/,
      /Pod provider-e2e-broken\/ends failed: .*container main: ended with exit code 1 \(Error\)/,
      /Pod provider-e2e-broken\/unready was not ready after 8 s: .*container main: runs, but its readiness probe/,
      /Pod provider-e2e-broken\/absent was not ready after 8 s: .*ErrImageNeverPull: .*missing:none/,
      /Pod provider-e2e-broken\/homeless was not ready after 8 s: .*cannot be scheduled: .*node affinity/,
      /Job provider-e2e-broken\/fails failed: BackoffLimitExceeded: .*container main: ended with exit code 1/,
      /Service provider-e2e-broken\/alone was not ready after 4 s: no ready pod matches its selector/,
    ];
    for (const message of expected) assert.match(output, message);
  });
});

import assert from "node:assert/strict";

import { jobTemplate } from "../../../../components/apps/job-pod";
import { NodeJob, type NodeJobArgs } from "../../../../components/apps/node-job";
import { register, type Registrations } from "../../../support/mocks";

const resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } };

const args: NodeJobArgs = {
  app: "set-up",
  namespace: "tools",
  bundle: { code: "console.log(1)", hash: "0123456789abcdef".repeat(4) },
  config: { "a.json": "{}" },
  arguments: ["run"],
  image: "registry/node:24",
  imagePullPolicy: "IfNotPresent",
  resources,
  serviceAccountName: "set-up",
  callsApiServer: false,
  deadlineSeconds: 600,
  retries: 3,
};

const labels = { "app.kubernetes.io/name": "set-up", "app.kubernetes.io/part-of": "runner-platform" };
const configMap = "kubernetes:core/v1:ConfigMap";
const job = "kubernetes:batch/v1:Job";

const make = (changes: Partial<NodeJobArgs> = {}, preview = false): Promise<Registrations> =>
  register(() => new NodeJob("tool", { ...args, ...changes }), { preview });

interface JobInputs {
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

const jobOf = async (changes: Partial<NodeJobArgs> = {}): Promise<JobInputs> =>
  (await make(changes)).get(job, "tool-job").inputs as unknown as JobInputs;

describe("NodeJob", () => {
  for (const preview of [false, true]) {
    it(`registers code, configuration and Job as children${preview ? ", in a preview too" : ""}`, async () => {
      assert.deepEqual(
        (await make({}, preview)).list(),
        [
          "runner-platform:index:NodeJob tool",
          `${configMap} tool-code < tool`,
          `${configMap} tool-config < tool`,
          `${job} tool-job < tool`,
        ].sort(),
      );
    });
  }

  it("runs exactly this pod, with nothing that level restricted forbids, after its ConfigMaps", async () => {
    const registrations = await make();
    const { inputs, dependencies } = registrations.get(job, "tool-job");
    const { metadata } = registrations.get(configMap, "tool-config").inputs as { metadata: { name: string } };
    assert.deepEqual(dependencies, ["tool-code", "tool-config"]);
    assert.deepEqual(inputs["spec"], {
      activeDeadlineSeconds: 600,
      backoffLimit: 3,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          serviceAccountName: "set-up",
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            runAsGroup: 1000,
            fsGroup: 1000,
            seccompProfile: { type: "RuntimeDefault" },
          },
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: "set-up",
              image: "registry/node:24",
              imagePullPolicy: "IfNotPresent",
              command: ["node", "/app/main.cjs", "run"],
              terminationMessagePolicy: "FallbackToLogsOnError",
              resources,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "code", mountPath: "/app", readOnly: true },
                { name: "config", mountPath: "/config", readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "code", configMap: { name: "set-up-code-0123456789" } },
            { name: "config", configMap: { name: metadata.name } },
          ],
        },
      },
    });
  });

  it("is named for everything about it, as a Job cannot be changed", async () => {
    const { metadata } = await jobOf();
    assert.match(metadata.name, /^set-up-[0-9a-f]{10}$/);
    assert.equal((await jobOf()).metadata.name, metadata.name);
    const others: Partial<NodeJobArgs>[] = [
      { arguments: ["again"] },
      { config: { "a.json": "[]" } },
      { bundle: { code: "console.log(2)", hash: "f".repeat(64) } },
      { image: "registry/node:25" },
    ];
    for (const changes of others) assert.notEqual((await jobOf(changes)).metadata.name, metadata.name);
  });

  it("asks for another Job where one has failed", async () => {
    const { inputs } = (await make()).get(job, "tool-job");
    const { annotations } = inputs["metadata"] as { annotations: unknown };
    assert.deepEqual(annotations, { "pulumi.com/replaceUnready": "true" });
  });
});

describe("the template of Jobs", () => {
  it("fits a CronJob, with volumes, environment and a limit on finished ones", () => {
    const { metadata, spec } = jobTemplate({
      ...args,
      codeConfigMap: "code",
      configConfigMap: "config",
      env: [{ name: "A", value: "b" }],
      volumes: [{ name: "spool", emptyDir: { sizeLimit: "1Gi" } }],
      volumeMounts: [{ name: "spool", mountPath: "/spool" }],
      finalExitCodes: [40, 2],
      graceSeconds: 60,
      deleteAfterSeconds: 86_400,
    });
    assert.deepEqual(metadata, { labels });
    assert.equal(spec.ttlSecondsAfterFinished, 86_400);
    assert.deepEqual(spec.podFailurePolicy?.rules, [
      { action: "FailJob", onExitCodes: { containerName: "set-up", operator: "In", values: [2, 40] } },
    ]);
    const { containers, volumes, terminationGracePeriodSeconds } = spec.template.spec;
    assert.equal(terminationGracePeriodSeconds, 60);
    assert.deepEqual(containers[0]?.env, [{ name: "A", value: "b" }]);
    assert.deepEqual(containers[0].volumeMounts.at(-1), { name: "spool", mountPath: "/spool" });
    assert.deepEqual(volumes.at(-1), { name: "spool", emptyDir: { sizeLimit: "1Gi" } });
  });
});

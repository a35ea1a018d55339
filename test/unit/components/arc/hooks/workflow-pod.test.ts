import assert from "node:assert/strict";

import { serviceName } from "../../../../../components/arc/hooks/hook-container";
import type { JobContainer } from "../../../../../components/arc/hooks/hook-input";
import { workflowPod, workflowPodName } from "../../../../../components/arc/hooks/workflow-pod";
import { deepFreeze } from "../../../../../stacks/merge";
import { goodTemplate, runner } from "./hook-fixtures";

const job: JobContainer = deepFreeze({
  image: "pytorch:2",
  environmentVariables: { EPOCHS: "3", EMPTY: "", HOME: "/root" },
  portMappings: ["8080:80", "53/udp"],
  workingDirectory: "/__w/shop/shop",
});
const services = deepFreeze([{ image: "docker.io/library/redis:7", environmentVariables: { CI: "false" } }]);

const jobVariables = [
  { name: "EPOCHS", value: "3" },
  { name: "GITHUB_ACTIONS", value: "true" },
  { name: "CI", value: "true" },
];
const serviceVariables = [
  { name: "CI", value: "false" },
  { name: "GITHUB_ACTIONS", value: "true" },
];
const jobPorts = [
  { protocol: "TCP", containerPort: 80, hostPort: 8080 },
  { protocol: "UDP", containerPort: 53 },
];
const onNode = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["gpu-1"] }] }],
    },
  },
};
const work = { name: "work", mountPath: "/__w" };
const ccache = { name: "ccache-cache", mountPath: "/mnt/cache/ccache" };
const sidecar = {
  name: "logs",
  image: "fluent-bit:4.1.0",
  resources: { requests: { cpu: "50m", memory: "64Mi" } },
};
const jobResources = {
  requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1" },
  limits: { memory: "16Gi", "nvidia.com/gpu": "1" },
};
const metadata = {
  name: "runner-gpu-abcde-runner-fghij-workflow",
  labels: { "runner-pod": "runner-gpu-abcde-runner-fghij", team: "ml" },
  annotations: { note: "x" },
};

describe("workflowPod", () => {
  it("mounts the runner's work volume on the runner's node in the 0.7 line, and lays the template over", () => {
    assert.deepEqual(workflowPod({ line: "0.7", runner, job, services, template: goodTemplate }), {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        automountServiceAccountToken: false,
        restartPolicy: "Never",
        affinity: onNode,
        containers: [
          {
            name: "job",
            image: "pytorch:2",
            ports: jobPorts,
            workingDir: "/__w/shop/shop",
            command: ["tail"],
            args: ["-f", "/dev/null"],
            env: [...jobVariables, { name: "CCACHE_DIR", value: "/mnt/cache/ccache" }],
            volumeMounts: [
              work,
              { name: "work", mountPath: "/__e", subPath: "externals" },
              { name: "work", mountPath: "/github/home", subPath: "_temp/_github_home" },
              { name: "work", mountPath: "/github/workflow", subPath: "_temp/_github_workflow" },
              ccache,
            ],
            resources: jobResources,
          },
          {
            name: "redis",
            image: "docker.io/library/redis:7",
            ports: [],
            env: serviceVariables,
            volumeMounts: [work],
            args: ["--save", ""],
          },
          sidecar,
        ],
        volumes: [
          { name: "work", persistentVolumeClaim: { claimName: "runner-gpu-abcde-runner-fghij-work" } },
          { name: "ccache-cache", emptyDir: {} },
        ],
      },
    });
  });

  it("copies into volumes of the pod's own in the 0.8 line, where all of the hook's containers get all mounts", () => {
    const mounts = [{ name: "externals", mountPath: "/__e" }, work, { name: "github", mountPath: "/github" }, ccache];
    assert.deepEqual(workflowPod({ line: "0.8", runner, job, services, template: goodTemplate }), {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: {
        automountServiceAccountToken: false,
        securityContext: { fsGroup: 1001 },
        restartPolicy: "Never",
        initContainers: [
          {
            name: "fs-init",
            image: "ghcr.io/actions/actions-runner:2.336.0",
            command: [
              "sh",
              "-c",
              "mkdir -p /mnt/externals && mkdir -p /mnt/work && mkdir -p /mnt/github && " +
                "mv /home/runner/externals/* /mnt/externals/ && mkdir -p /mnt/work/shop/shop",
            ],
            securityContext: { runAsGroup: 1001, runAsUser: 1001 },
            volumeMounts: [
              { name: "externals", mountPath: "/mnt/externals" },
              { name: "work", mountPath: "/mnt/work" },
              { name: "github", mountPath: "/mnt/github" },
            ],
          },
        ],
        containers: [
          {
            name: "job",
            image: "pytorch:2",
            ports: jobPorts,
            workingDir: "/__w/shop/shop",
            command: ["tail"],
            args: ["-f", "/dev/null"],
            env: [...jobVariables, { name: "CCACHE_DIR", value: "/mnt/cache/ccache" }],
            volumeMounts: mounts,
            resources: jobResources,
          },
          {
            name: "redis",
            image: "docker.io/library/redis:7",
            ports: [],
            env: serviceVariables,
            volumeMounts: mounts,
            args: ["--save", ""],
          },
          sidecar,
        ],
        volumes: [
          { name: "externals", emptyDir: {} },
          { name: "github", emptyDir: {} },
          { name: "work", emptyDir: {} },
          { name: "ccache-cache", emptyDir: {} },
        ],
      },
    });
  });

  it("passes the scheduler by in the 0.7 line unless it is told to use it", () => {
    const { spec } = workflowPod({ line: "0.7", runner: { ...runner, useKubeScheduler: false }, job });
    assert.equal(spec["nodeName"], "gpu-1");
    assert.equal(spec["affinity"], undefined);
  });

  it("takes the claim it is told, and the Secret of the workflow's registry unless the template has others", () => {
    const args = { line: "0.7", runner: { ...runner, claimName: "work-7" }, job, registrySecret: "login" } as const;
    const { spec } = workflowPod(args);
    assert.deepEqual(spec.volumes, [{ name: "work", persistentVolumeClaim: { claimName: "work-7" } }]);
    assert.deepEqual(spec["imagePullSecrets"], [{ name: "login" }]);
    const template = { spec: { imagePullSecrets: [{ name: "harbor" }] } };
    assert.deepEqual(workflowPod({ ...args, template }).spec["imagePullSecrets"], [{ name: "harbor" }]);
  });

  it("mounts folders of the workspace that the workflow asks for in the 0.7 line, and no others", () => {
    const mount = (sourceVolumePath: string) =>
      workflowPod({
        line: "0.7",
        runner,
        job: { image: "i:1", userMountVolumes: [{ sourceVolumePath, targetVolumePath: "/data", readOnly: true }] },
      }).spec.containers[0]?.volumeMounts?.at(-1);
    const mounted = { name: "work", mountPath: "/data", subPath: "data", readOnly: true };
    assert.deepEqual(mount("/home/runner/_work/shop/shop/data"), mounted);
    assert.deepEqual(mount("data"), mounted);
    assert.throws(() => mount("/etc"), /^Error: "\/etc" cannot be mounted: only folders inside the job's workspace/);
  });

  it("runs the command of a workflow's own instead of waiting", () => {
    const own = { image: "i:1", entryPoint: "/start", entryPointArgs: ["--name", "'a b'"] };
    const [container] = workflowPod({ line: "0.7", runner, job: own }).spec.containers;
    assert.deepEqual(container?.["command"], ["/start"]);
    assert.deepEqual(container["args"], ["--name", "a b"]);
  });

  it("leaves the script of sh -c whole in the 0.8 line only", () => {
    const script = { image: "i:1", entryPoint: "env", entryPointArgs: ["sh", "-c", "echo a && sleep 9"] };
    const args = (line: "0.7" | "0.8") => workflowPod({ line, runner, job: script }).spec.containers[0]?.["args"];
    assert.deepEqual(args("0.8"), ["sh", "-c", "echo a && sleep 9"]);
    assert.deepEqual(args("0.7"), ["sh", "-c", "echo", "a", "&&", "sleep", "9"]);
  });

  for (const mapping of ["1:2:3", "80/tcp/udp", "zero", "0", "65536", ""]) {
    it(`fails for the port mapping "${mapping}"`, () => {
      assert.throws(() => workflowPod({ line: "0.8", runner, job: { image: "i:1", portMappings: [mapping] } }), {
        message: `"${mapping}" is no port mapping; allowed: PORT or HOST:PORT, and /tcp or /udp behind it`,
      });
    });
  }
});

describe("workflowPodName", () => {
  it("cuts the runner's name so that 63 characters suffice", () => {
    assert.equal(workflowPodName("r".repeat(60)), `${"r".repeat(54)}-workflow`);
    assert.equal(workflowPodName("runner"), "runner-workflow");
  });
});

describe("serviceName", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["redis", "redis"],
    ["redis:7", "redis"],
    ["harbor.example.com:5000/cache/redis:7@sha256:ab", "redis"],
    ["redis@sha256:ab", "redis@sha256"],
  ];
  for (const [image, name] of cases)
    it(`calls the container of ${image} ${name}`, () => assert.equal(serviceName(image), name));

  it("fails for an image without a name", () => {
    assert.throws(() => serviceName("registry/"), { message: 'the image of a service, "registry/", has no name' });
  });
});

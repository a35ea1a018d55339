import assert from "node:assert/strict";

import { stepPod, stepPodName } from "../../../../../components/arc/hooks/step-pod";
import { goodTemplate, runner } from "./hook-fixtures";

const step = {
  image: "alpine:3.22",
  entryPoint: "/entry",
  entryPointArgs: ["a", "b"],
  workingDirectory: "/github/workspace",
};

describe("stepPod", () => {
  it("makes a Job in the 0.7 line, with the variables in a Secret and the template laid over", () => {
    const job = stepPod({
      line: "0.7",
      runner,
      step,
      suffix: "12345678",
      variablesSecret: "vars",
      template: goodTemplate,
    });
    assert.equal(job.kind, "Job");
    assert.deepEqual(job.metadata, {
      name: "runner-gpu-abcde-runner-fghij-step-12345678",
      labels: { "runner-pod": "runner-gpu-abcde-runner-fghij", team: "ml" },
      annotations: { note: "x" },
    });
    assert.ok("template" in job.spec);
    const { ttlSecondsAfterFinished, backoffLimit, template } = job.spec as Record<string, unknown>;
    assert.deepEqual([ttlSecondsAfterFinished, backoffLimit], [300, 0]);
    const { metadata, spec } = template as { metadata: unknown; spec: { containers: Record<string, unknown>[] } };
    assert.deepEqual(metadata, { labels: { team: "ml" }, annotations: { note: "x" } });
    const [container, ...more] = spec.containers;
    assert.deepEqual(container, {
      name: "job",
      image: "alpine:3.22",
      workingDir: "/github/workspace",
      command: ["/entry"],
      args: ["a", "b"],
      env: [{ name: "CCACHE_DIR", value: "/mnt/cache/ccache" }],
      envFrom: [{ secretRef: { name: "vars", optional: false } }],
      resources: {
        requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1" },
        limits: { memory: "16Gi", "nvidia.com/gpu": "1" },
      },
      volumeMounts: [
        { name: "work", mountPath: "/__w" },
        { name: "work", mountPath: "/github/workspace", subPath: "shop/shop" },
        { name: "work", mountPath: "/github/file_commands", subPath: "_temp/_runner_file_commands" },
        { name: "work", mountPath: "/github/home", subPath: "_temp/_github_home" },
        { name: "work", mountPath: "/github/workflow", subPath: "_temp/_github_workflow" },
        { name: "ccache-cache", mountPath: "/mnt/cache/ccache" },
      ],
    });
    assert.deepEqual(
      more.map(({ name }) => name),
      ["logs"],
    );
  });

  it("makes a waiting pod in the 0.8 line, without the init container of the job's pod", () => {
    const pod = stepPod({ line: "0.8", runner, step, suffix: "12345678" });
    assert.deepEqual(pod, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "runner-gpu-abcde-runner-fghij-step-12345678",
        labels: { "runner-pod": "runner-gpu-abcde-runner-fghij" },
        annotations: {},
      },
      spec: {
        containers: [
          {
            name: "job",
            image: "alpine:3.22",
            workingDir: "/__w",
            command: ["tail"],
            args: ["-f", "/dev/null"],
            volumeMounts: [
              { name: "externals", mountPath: "/__e" },
              { name: "work", mountPath: "/__w" },
              { name: "github", mountPath: "/github" },
            ],
          },
        ],
        restartPolicy: "Never",
        volumes: [
          { name: "externals", emptyDir: {} },
          { name: "github", emptyDir: {} },
          { name: "work", emptyDir: {} },
        ],
      },
    });
  });

  it("cuts the runner's name so that 63 characters suffice", () => {
    assert.equal(stepPodName("r".repeat(60), "12345678"), `${"r".repeat(49)}-step-12345678`);
  });
});

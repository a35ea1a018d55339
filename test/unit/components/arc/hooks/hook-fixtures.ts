import type { HookRunner, HookTemplateDocument } from "../../../../../components/arc/hooks/hook-input";
import { deepFreeze } from "../../../../../stacks/merge";

export const runner: HookRunner = deepFreeze({
  podName: "runner-gpu-abcde-runner-fghij",
  nodeName: "gpu-1",
  useKubeScheduler: true,
  image: "ghcr.io/actions/actions-runner:2.336.0",
  workspace: "/home/runner/_work/shop/shop",
});

/** A template that nothing is wrong with, in either mode. */
export const goodTemplate = deepFreeze({
  metadata: { labels: { team: "ml" }, annotations: { note: "x" } },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: "$job",
        env: [{ name: "CCACHE_DIR", value: "/mnt/cache/ccache" }],
        resources: {
          requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1" },
          limits: { memory: "16Gi", "nvidia.com/gpu": "1" },
        },
        volumeMounts: [{ name: "ccache-cache", mountPath: "/mnt/cache/ccache" }],
      },
      { name: "$redis", args: ["--save", ""] },
      { name: "logs", image: "fluent-bit:4.1.0", resources: { requests: { cpu: "50m", memory: "64Mi" } } },
    ],
    volumes: [{ name: "ccache-cache", emptyDir: {} }],
  },
} satisfies HookTemplateDocument);

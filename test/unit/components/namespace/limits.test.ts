import assert from "node:assert/strict";

import { runnerLimits, withDefaultRequests } from "../../../../components/namespace/limits";
import type { CountedPod } from "../../../../components/namespace/quota";

const container = (limits?: Record<string, string>) => ({
  name: "c",
  resources: { requests: { cpu: "1" }, ...(limits && { limits }) },
});
const pod = (...containers: ReturnType<typeof container>[]): CountedPod => ({ containers });
const defaultRequest = { cpu: "100m", memory: "128Mi" };

describe("runnerLimits", () => {
  it("caps containers at the largest limits and claims at the largest size", () => {
    const demands = [
      { pod: pod(container({ cpu: "500m", memory: "4Gi" }), container({ cpu: "32", memory: "1Gi" })), maximum: 3 },
      { pod: pod(container({ cpu: "2", memory: "128Gi" })), maximum: 1, claim: "15Gi" },
    ];
    assert.deepEqual(runnerLimits(demands, ["10Gi"]), [
      { type: "Container", defaultRequest, max: { cpu: "32", memory: "128Gi" } },
      { type: "PersistentVolumeClaim", max: { storage: "15Gi" } },
    ]);
  });

  it("sets no cap on what some container has no limit for, since that container would be given the cap", () => {
    const demands = [{ pod: pod(container({ cpu: "1", memory: "1Gi" }), container({ memory: "2Gi" })), maximum: 1 }];
    assert.deepEqual(runnerLimits(demands), [{ type: "Container", defaultRequest, max: { memory: "2Gi" } }]);
  });

  it("gives no default request above a cap, which the API server would refuse", () => {
    const small = { pod: pod(container({ cpu: "50m", memory: "64Mi" })), maximum: 1 };
    assert.deepEqual(runnerLimits([small])[0]?.defaultRequest, { cpu: "50m", memory: "64Mi" });
  });

  it("looks at init containers too", () => {
    const init = {
      initContainers: [container({ cpu: "8", memory: "8Gi" })],
      containers: [container({ cpu: "1", memory: "1Gi" })],
    };
    assert.deepEqual(runnerLimits([{ pod: init, maximum: 1 }])[0]?.max, { cpu: "8", memory: "8Gi" });
  });
});

describe("withDefaultRequests", () => {
  it("fills in what the LimitRange will, and changes nothing that is given", () => {
    const given: CountedPod = {
      initContainers: [{ name: "fs-init" }],
      containers: [{ name: "job", resources: { requests: { cpu: "4", "nvidia.com/gpu": "1" }, limits: { cpu: "8" } } }],
    };
    assert.deepEqual(withDefaultRequests(given), {
      initContainers: [{ name: "fs-init", resources: { requests: defaultRequest } }],
      containers: [
        {
          name: "job",
          resources: { requests: { cpu: "4", memory: "128Mi", "nvidia.com/gpu": "1" }, limits: { cpu: "8" } },
        },
      ],
    });
  });
});

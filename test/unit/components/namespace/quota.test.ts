import assert from "node:assert/strict";

import fc from "fast-check";

import { dindPodTemplate } from "../../../../components/arc/dind-pod";
import { podTotals, runnerQuota } from "../../../../components/namespace/quota";
import type { Container, PodSpec } from "../../../../components/pod";
import { quantity } from "../../../../components/quantity";
import { dindPodArgs } from "../../../support/fixtures";

function container(name: string, cpu: string, sidecar = false): Container {
  return {
    name,
    image: "i:1",
    imagePullPolicy: "Never",
    resources: { requests: { cpu } },
    ...(sidecar && { restartPolicy: "Always" as const }),
  };
}

function pod(initContainers: readonly Container[], containers: readonly Container[]): PodSpec {
  return {
    restartPolicy: "Never",
    serviceAccountName: "s",
    automountServiceAccountToken: false,
    initContainers,
    containers,
    volumes: [],
  };
}

describe("podTotals", () => {
  const cases: readonly (readonly [string, PodSpec, bigint])[] = [
    ["adds running containers", pod([], [container("a", "100m"), container("b", "50m")]), 150n],
    ["takes a demanding init container alone", pod([container("i", "1")], [container("a", "100m")]), 1000n],
    ["ignores a modest init container", pod([container("i", "10m")], [container("a", "100m")]), 100n],
    ["adds side-cars to running containers", pod([container("s", "30m", true)], [container("a", "100m")]), 130n],
    [
      "adds earlier side-cars to an init container",
      pod([container("s", "30m", true), container("i", "1")], [container("a", "100m")]),
      1030n,
    ],
    [
      "adds no later side-car to an init container",
      pod([container("i", "1"), container("s", "30m", true)], [container("a", "100m")]),
      1000n,
    ],
  ];
  for (const [title, spec, cpu] of cases) {
    it(title, () => {
      assert.equal(podTotals(spec, "requests").get("cpu"), cpu);
    });
  }

  it("knows no total for a resource that nobody asks for", () => {
    assert.equal(podTotals(pod([], [container("a", "1")]), "limits").get("cpu"), undefined);
  });
});

describe("runnerQuota", () => {
  const { spec } = dindPodTemplate(dindPodArgs);

  it("sums pods and requests over all sets, with head room", () => {
    assert.deepEqual(
      runnerQuota(
        [
          { pod: spec, maximum: 10 },
          { pod: spec, maximum: 3 },
        ],
        50,
      ),
      {
        pods: "20",
        "requests.cpu": "390m",
        "requests.memory": "624Mi",
        persistentvolumeclaims: "0",
        "services.nodeports": "0",
        "services.loadbalancers": "0",
      },
    );
  });

  it("is never below the sum of maxima", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 8 }), fc.nat(300), (maxima, headroom) => {
        const hard = runnerQuota(
          maxima.map((maximum) => ({ pod: spec, maximum })),
          headroom,
        );
        const sum = maxima.reduce((total, maximum) => total + maximum, 0);
        const perPod = podTotals(spec, "requests").get("cpu") ?? 0n;
        return Number(hard["pods"]) >= sum && quantity(hard["requests.cpu"] ?? "") >= perPod * BigInt(sum);
      }),
    );
  });

  it("counts the claims of pods and of shared caches, with their sizes", () => {
    const hard = runnerQuota([{ pod: spec, maximum: 10, claim: "15Gi" }], 100, ["1Ti", "100Gi"]);
    assert.equal(hard["persistentvolumeclaims"], "22");
    assert.equal(hard["requests.storage"], "1424Gi");
  });

  it("opens no claim and no storage when nobody has one", () => {
    const hard = runnerQuota([{ pod: spec, maximum: 10 }], 100);
    assert.equal(hard["persistentvolumeclaims"], "0");
    assert.equal("requests.storage" in hard, false);
  });
});

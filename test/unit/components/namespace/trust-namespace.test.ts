import assert from "node:assert/strict";

import { TrustNamespace, type TrustNamespaceArgs } from "../../../../components/namespace/trust-namespace";
import { register } from "../../../support/mocks";

const namespaceType = "kubernetes:core/v1:Namespace";
const policyType = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const quotaType = "kubernetes:core/v1:ResourceQuota";

const args: TrustNamespaceArgs = {
  namespace: "runners",
  podSecurity: "privileged",
  podSecurityVersion: "1.35",
  network: { egressPorts: [443, 80, 443], blockedCidrs: ["169.254.169.254/32", "fd00:ec2::254/128"] },
};
const quota = { pods: "20" };

describe("TrustNamespace", () => {
  const everything = [
    `${namespaceType} dind-namespace < dind`,
    `${policyType} dind-allow-dns < dind`,
    `${policyType} dind-allow-outbound < dind`,
    `${policyType} dind-default-deny < dind`,
    `${quotaType} dind-quota < dind`,
    "runner-platform:index:TrustNamespace dind",
  ].sort();

  it("registers namespace, network policies and quota as children", async () => {
    assert.deepEqual((await register(() => new TrustNamespace("dind", { ...args, quota }))).list(), everything);
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual(
      (await register(() => new TrustNamespace("dind", { ...args, quota }), { preview: true })).list(),
      everything,
    );
  });

  it("makes no quota unless there is one", async () => {
    assert.deepEqual((await register(() => new TrustNamespace("dind", args))).ofType(quotaType), []);
  });

  it("pins the Pod Security level in all three modes", async () => {
    const registrations = await register(() => new TrustNamespace("dind", args));
    assert.deepEqual(registrations.get(namespaceType, "dind-namespace").inputs["metadata"], {
      name: "runners",
      labels: {
        "pod-security.kubernetes.io/enforce": "privileged",
        "pod-security.kubernetes.io/enforce-version": "v1.35",
        "pod-security.kubernetes.io/audit": "privileged",
        "pod-security.kubernetes.io/audit-version": "v1.35",
        "pod-security.kubernetes.io/warn": "privileged",
        "pod-security.kubernetes.io/warn-version": "v1.35",
      },
    });
  });

  it("denies everything, then opens DNS and outbound ports but not instance metadata", async () => {
    const registrations = await register(() => new TrustNamespace("dind", args));
    const spec = (key: string): unknown => registrations.get(policyType, `dind-${key}`).inputs["spec"];
    assert.deepEqual(spec("default-deny"), { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    assert.deepEqual(spec("allow-dns"), {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
      ],
    });
    assert.deepEqual(spec("allow-outbound"), {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } },
            { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128"] } },
          ],
          ports: [
            { protocol: "TCP", port: 80 },
            { protocol: "TCP", port: 443 },
          ],
        },
      ],
    });
  });

  it("opens the metrics port to the monitoring namespace alone, when asked to", async () => {
    const network = { ...args.network, metrics: { port: 8080, fromNamespace: "monitoring" } };
    const registrations = await register(() => new TrustNamespace("dind", { ...args, network }));
    assert.deepEqual(registrations.get(policyType, "dind-allow-metrics").inputs["spec"], {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
          ports: [{ protocol: "TCP", port: 8080 }],
        },
      ],
    });
  });

  it("places everything inside the namespace it makes", async () => {
    const registrations = await register(() => new TrustNamespace("dind", { ...args, quota }));
    const inside = [...registrations.ofType(policyType), ...registrations.ofType(quotaType)];
    for (const { name, inputs, dependencies } of inside) {
      assert.equal((inputs["metadata"] as Record<string, unknown>)["namespace"], "runners", name);
      assert.deepEqual(dependencies, ["dind-namespace"], name);
    }
  });
});

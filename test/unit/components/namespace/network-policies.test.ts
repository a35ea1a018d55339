import assert from "node:assert/strict";

import { networkPolicies } from "../../../../components/namespace/network-policies";

const metadata = ["169.254.169.254/32", "fd00:ec2::254/128"];
const anywhere = [
  { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } },
  { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128"] } },
];

describe("networkPolicies", () => {
  it("opens each destination by a policy of its own, a namespace or address ranges", () => {
    const policies = networkPolicies({
      egressPorts: [443],
      blockedCidrs: metadata,
      destinations: {
        vault: { namespace: "vault", ports: [8200] },
        registry: { cidrs: ["10.20.0.0/16", "10.30.0.7/32"], ports: [443, 80] },
      },
    });
    assert.deepEqual(Object.keys(policies), [
      "default-deny",
      "allow-dns",
      "allow-outbound",
      "allow-vault",
      "allow-registry",
    ]);
    assert.deepEqual(policies["allow-vault"], {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "vault" } } }],
          ports: [{ protocol: "TCP", port: 8200 }],
        },
      ],
    });
    assert.deepEqual(policies["allow-registry"]?.egress, [
      {
        to: [{ ipBlock: { cidr: "10.20.0.0/16" } }, { ipBlock: { cidr: "10.30.0.7/32" } }],
        ports: [
          { protocol: "TCP", port: 80 },
          { protocol: "TCP", port: 443 },
        ],
      },
    ]);
  });

  it("opens nothing outwards but the destinations when there are no outbound ports", () => {
    const destinations = { proxy: { cidrs: ["10.0.0.8/32"], ports: [3128] } };
    const policies = networkPolicies({ egressPorts: [], blockedCidrs: metadata, destinations });
    assert.deepEqual(Object.keys(policies), ["default-deny", "allow-dns", "allow-proxy"]);
  });

  it("opens the Kubernetes API to the runners' pods alone, and never instance metadata", () => {
    const podLabels = { "actions-ephemeral-runner": "True" };
    const policies = networkPolicies({
      egressPorts: [],
      blockedCidrs: metadata,
      apiServer: { ports: [443, 6443], podLabels },
    });
    assert.deepEqual(policies["allow-api-server"], {
      podSelector: { matchLabels: podLabels },
      policyTypes: ["Egress"],
      egress: [
        {
          to: anywhere,
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "TCP", port: 6443 },
          ],
        },
      ],
    });
  });
});

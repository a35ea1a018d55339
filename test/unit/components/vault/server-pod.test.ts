import assert from "node:assert/strict";

import { serverNetworkPolicies } from "../../../../components/vault/server-network";
import { serverPodTemplate, type ServerPodArgs } from "../../../../components/vault/server-pod";
import { serverServices } from "../../../../components/vault/server-services";
import { unsealConfig } from "../../../../components/vault/unseal-config";
import { clusterArgs, vault20 } from "./server-fixtures";

const { release } = clusterArgs;
const args: ServerPodArgs = {
  name: "vault",
  namespace: "vault",
  release,
  image: "registry/openbao:2.7.2",
  imagePullPolicy: "IfNotPresent",
  resources: clusterArgs.resources,
  contents: ["text"],
  unseal: unsealConfig(clusterArgs.unseal, release),
  toolVariables: true,
  antiAffinity: "required",
  kubernetesVersion: "1.35",
};
const sideCar = { image: "registry/node:20", imagePullPolicy: "IfNotPresent", codeConfigMap: "code" };
const rotator = { ...sideCar, maxBytes: 1000, files: 3 };

const template = (changes: Partial<ServerPodArgs> = {}) => serverPodTemplate({ ...args, ...changes });
type Container = ReturnType<typeof template>["spec"]["containers"][number];

function container(name: string, changes: Partial<ServerPodArgs> = {}): Container {
  const found = template(changes).spec.containers.find((each) => each.name === name);
  if (!found) throw new Error(`no container ${name}`);
  return found;
}

function variables(changes: Partial<ServerPodArgs> = {}): Record<string, unknown> {
  const { env = [] } = container("vault", changes);
  return Object.fromEntries(env.map((each) => [each.name, "value" in each ? each.value : each.valueFrom]));
}

describe("serverPodTemplate", () => {
  it("tells each server its name, its addresses and its place", () => {
    const host = "$(POD_NAME).vault-internal.vault.svc";
    const field = (fieldPath: string) => ({ fieldRef: { fieldPath } });
    assert.deepEqual(variables(), {
      POD_NAME: field("metadata.name"),
      BAO_K8S_POD_NAME: field("metadata.name"),
      BAO_K8S_NAMESPACE: field("metadata.namespace"),
      BAO_RAFT_NODE_ID: "$(POD_NAME)",
      BAO_API_ADDR: `https://${host}:8200`,
      BAO_CLUSTER_ADDR: `https://${host}:8201`,
      BAO_ADDR: "https://127.0.0.1:8200",
      BAO_CACERT: "/vault/tls/ca.crt",
    });
  });

  it("uses the names of the distribution", () => {
    const changes = { release: vault20 };
    assert.ok(Object.keys(variables(changes)).every((name) => name === "POD_NAME" || name.startsWith("VAULT_")));
    assert.deepEqual(container("vault", changes).command, ["vault", "server", "-config=/vault/config/server.hcl"]);
    assert.deepEqual(container("vault").command, ["bao", "server", "-config=/vault/config/server.hcl"]);
  });

  it("sets no variable of the command line tool that the transit seal would read", () => {
    const names = Object.keys(variables({ toolVariables: false }));
    assert.ok(!names.includes("BAO_ADDR") && !names.includes("BAO_CACERT"));
  });

  it("asks by HTTPS whether a server can answer, and lets one without its key live", () => {
    const { readinessProbe, livenessProbe } = container("vault") as Extract<Container, { readinessProbe: unknown }>;
    assert.deepEqual(readinessProbe.httpGet, {
      path: "/v1/sys/health?standbyok=true&perfstandbyok=true",
      port: "https",
      scheme: "HTTPS",
    });
    const query = new URL(`https://host${livenessProbe.httpGet.path}`).searchParams;
    for (const code of ["sealedcode", "uninitcode", "haunhealthycode", "removedcode"])
      assert.equal(query.get(code), "204");
  });

  it("leaves Services before it ends, by what the cluster's version can", () => {
    const preStop = (kubernetesVersion: string) =>
      (container("vault", { kubernetesVersion }) as { lifecycle?: { preStop: unknown } }).lifecycle?.preStop;
    assert.deepEqual(preStop("1.35"), { sleep: { seconds: 5 } });
    assert.deepEqual(preStop("1.29"), { exec: { command: ["sleep", "5"] } });
    assert.equal(template().spec.terminationGracePeriodSeconds, 60);
  });

  it("meets the Pod Security level restricted, in all of its containers", () => {
    const { spec } = template({ reloader: sideCar, rotator, unsealer: sideCar });
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 100,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const each of spec.containers) {
      assert.deepEqual(each.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });

  it("gives the token for the API server to the server alone", () => {
    const { spec } = template({ reloader: sideCar, rotator, unsealer: sideCar });
    assert.equal(spec.automountServiceAccountToken, false);
    const having = spec.containers.filter(({ volumeMounts = [] }) =>
      volumeMounts.some(({ name }) => name === "account"),
    );
    assert.deepEqual(
      having.map(({ name }) => name),
      ["vault"],
    );
  });

  it("gives the side-car with shares neither data nor the seal's key", () => {
    const names = container("unseal", { unsealer: sideCar }).volumeMounts?.map(({ name }) => name);
    assert.deepEqual(names, ["unseal-code", "tls", "recovery"]);
    const { volumes } = template({ unsealer: sideCar }).spec;
    assert.deepEqual(
      volumes.find(({ name }) => name === "recovery"),
      { name: "recovery", secret: { secretName: "vault-recovery", defaultMode: 0o440, optional: true } },
    );
  });

  it("gives the side-car that rotates the audit log that log and nothing else", () => {
    const rotated = container("audit-rotate", { rotator });
    assert.deepEqual(
      rotated.volumeMounts?.map(({ name, mountPath }) => [name, mountPath]),
      [
        ["rotate-code", "/app"],
        ["audit", "/vault/audit"],
      ],
    );
    const { metadata } = template({ rotator });
    assert.match(metadata.annotations["eks.amazonaws.com/skip-containers"] ?? "", /\baudit-rotate\b/);
  });

  it("shares its processes only with the programs that send signals", () => {
    assert.equal(template({ reloader: sideCar }).spec.shareProcessNamespace, true);
    assert.equal(template({ rotator }).spec.shareProcessNamespace, true);
    assert.ok(!("shareProcessNamespace" in template({ unsealer: sideCar }).spec));
  });

  it("keeps servers on different nodes, always or where it can be, and zones apart where it can be", () => {
    const apart = (antiAffinity: ServerPodArgs["antiAffinity"]) =>
      Object.keys(template({ antiAffinity }).spec.affinity.podAntiAffinity);
    assert.deepEqual(apart("required"), ["requiredDuringSchedulingIgnoredDuringExecution"]);
    assert.deepEqual(apart("preferred"), ["preferredDuringSchedulingIgnoredDuringExecution"]);
    const [spread] = template().spec.topologySpreadConstraints;
    assert.equal(spread?.topologyKey, "topology.kubernetes.io/zone");
    assert.equal(spread.whenUnsatisfiable, "ScheduleAnyway");
  });

  it("mounts the key of the seal from its Secret, readable by the servers' group", () => {
    const { volumes } = template().spec;
    assert.deepEqual(
      volumes.find(({ name }) => name === "seal-key"),
      {
        name: "seal-key",
        secret: { secretName: "vault-unseal", defaultMode: 0o440, items: [{ key: "key", path: "key" }] },
      },
    );
  });

  it("has a volume for every mount and a mount for every volume but those of claims", () => {
    const { containers, volumes } = template({ reloader: sideCar, rotator, unsealer: sideCar }).spec;
    const mounted = new Set(containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name)));
    assert.deepEqual([...mounted].sort(), ["data", "audit", ...volumes.map(({ name }) => name)].sort());
  });
});

describe("serverServices", () => {
  const services = serverServices("vault", release, "10.96.0.50");
  const labels = {
    "app.kubernetes.io/name": "vault",
    "app.kubernetes.io/instance": "vault",
    "app.kubernetes.io/component": "server",
    "app.kubernetes.io/part-of": "runner-platform",
  };

  it("sends clients to servers that are ready, and servers to all", () => {
    assert.deepEqual(
      Object.entries(services).map(([name, spec]) => [name, spec.publishNotReadyAddresses, spec.clusterIP]),
      [
        ["vault", false, undefined],
        ["vault-active", false, "10.96.0.50"],
        ["vault-standby", false, undefined],
        ["vault-internal", true, "None"],
      ],
    );
  });

  it("finds leader and standbys by the labels that servers of the distribution set", () => {
    assert.deepEqual(services["vault-active"]?.selector, { ...labels, "openbao-active": "true" });
    assert.deepEqual(services["vault-standby"]?.selector, { ...labels, "openbao-active": "false" });
    assert.deepEqual(serverServices("vault", vault20)["vault-active"]?.selector, { ...labels, "vault-active": "true" });
    assert.deepEqual(services["vault"]?.selector, labels);
  });
});

describe("serverNetworkPolicies", () => {
  const policies = serverNetworkPolicies({ ...clusterArgs.network, name: "vault", metricsFromNamespace: "monitoring" });
  const namespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
  const servers = {
    podSelector: {
      matchLabels: {
        "app.kubernetes.io/name": "vault",
        "app.kubernetes.io/instance": "vault",
        "app.kubernetes.io/component": "server",
        "app.kubernetes.io/part-of": "runner-platform",
      },
    },
  };

  it("opens the port between servers to servers alone", () => {
    const opened = Object.entries(policies).filter(([, { ingress = [] }]) =>
      ingress.some(({ ports }) => ports.some(({ port }) => port === 8201)),
    );
    assert.deepEqual(opened, [
      [
        "vault-servers",
        {
          ...servers,
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [servers], ports: tcp(8200, 8201) }],
          egress: [{ to: [servers], ports: tcp(8200, 8201) }],
        },
      ],
    ]);
  });

  it("opens the API to its own namespace but for drills, and to those that are named, and to nobody else", () => {
    const podSelector = {
      matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: ["vault-drill"] }],
    };
    assert.deepEqual(policies["vault-clients"]?.ingress, [
      { from: [{ podSelector }, namespace("arc-runners-kubernetes")], ports: tcp(8200) },
    ]);
    assert.deepEqual(policies["vault-from-within"]?.podSelector, podSelector);
    const { ingress } =
      serverNetworkPolicies({ ...clusterArgs.network, name: "vault", clientCidrs: ["10.1.0.0/16"] })["vault-clients"] ??
      {};
    assert.deepEqual(ingress?.[0]?.from?.at(-1), { ipBlock: { cidr: "10.1.0.0/16" } });
  });

  it("opens metrics to Prometheus, where there is one", () => {
    assert.deepEqual(policies["vault-metrics"]?.ingress, [{ from: [namespace("monitoring")], ports: tcp(8202) }]);
    assert.ok(!("vault-metrics" in serverNetworkPolicies({ ...clusterArgs.network, name: "vault" })));
  });

  it("lets servers out to the API server, what unseals them and issuers of tokens, but not to the instance's metadata", () => {
    const { egress, podSelector } = policies["vault-outward"] ?? {};
    assert.deepEqual(podSelector, servers.podSelector);
    assert.deepEqual(egress, [
      {
        to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }, { ipBlock: { cidr: "::/0" } }],
        ports: tcp(443, 6443),
      },
    ]);
  });
});

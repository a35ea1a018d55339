import assert from "node:assert/strict";

import { bundleApp } from "../../../../components/apps/bundle";
import { serverLabels } from "../../../../components/vault/server-names";
import { VaultCluster, type VaultClusterArgs } from "../../../../components/vault/vault-cluster";
import { register, type Registrations } from "../../../support/mocks";
import { clusterArgs, vault20 } from "./server-fixtures";

const kinds = {
  component: "runner-platform:index:VaultCluster",
  certificate: "kubernetes:cert-manager.io/v1:Certificate",
  config: "kubernetes:core/v1:ConfigMap",
  account: "kubernetes:core/v1:ServiceAccount",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  binding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  clusterBinding: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  service: "kubernetes:core/v1:Service",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  budget: "kubernetes:policy/v1:PodDisruptionBudget",
  servers: "kubernetes:apps/v1:StatefulSet",
  monitor: "kubernetes:monitoring.coreos.com/v1:PodMonitor",
};

interface Template {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly shareProcessNamespace?: boolean;
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly command: readonly string[];
    }[];
    readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  };
}

function run(changes: Partial<VaultClusterArgs> = {}, preview = false): Promise<Registrations> {
  return register(() => new VaultCluster("vault", { ...clusterArgs, ...changes }), { preview });
}

function specOf(registrations: Registrations): Record<string, unknown> & { readonly template: Template } {
  return registrations.get(kinds.servers, "vault-servers").inputs["spec"] as ReturnType<typeof specOf>;
}

describe("VaultCluster", () => {
  const everything = [
    kinds.component,
    `${kinds.certificate} vault-certificate`,
    `${kinds.config} vault-config`,
    `${kinds.account} vault-service-account`,
    `${kinds.role} vault-role`,
    `${kinds.binding} vault-role-binding`,
    `${kinds.clusterBinding} vault-token-review`,
    ...["vault", "vault-active", "vault-standby", "vault-internal"].map(
      (name) => `${kinds.service} vault-service-${name}`,
    ),
    ...["servers", "clients", "from-within", "outward"].map((name) => `${kinds.policy} vault-policy-vault-${name}`),
    `${kinds.budget} vault-disruption-budget`,
    `${kinds.servers} vault-servers`,
  ].map((line) => (line === kinds.component ? `${line} vault` : `${line} < vault`));

  it("registers certificate, configuration, rights, Services, policies, budget and servers", async () => {
    assert.deepEqual((await run()).list(), everything.sort());
  });

  it("registers the same resources in a preview, where computed values are unknown", async () => {
    assert.deepEqual((await run({}, true)).list(), everything.sort());
  });

  it("adds the program that reloads certificates for Vault, and a PodMonitor where somebody scrapes", async () => {
    const more = await run({ release: vault20, unseal: { method: "shamir" }, monitor: { labels: { team: "ci" } } });
    const added = [`${kinds.config} vault-tls-reload < vault`, `${kinds.monitor} vault-metrics < vault`];
    assert.deepEqual(more.list(), [...everything, ...added].sort());
    assert.deepEqual(more.get(kinds.config, "vault-tls-reload").inputs["data"], {
      "main.cjs": bundleApp("apps/vault-tls-reload/main.ts").code,
    });
    const { metadata, spec } = more.get(kinds.monitor, "vault-metrics").inputs;
    assert.deepEqual(metadata, { name: "vault-servers", namespace: "vault", labels: { team: "ci" } });
    const [endpoint] = (spec as { podMetricsEndpoints: { tlsConfig: unknown }[] }).podMetricsEndpoints;
    assert.deepEqual(endpoint?.tlsConfig, {
      ca: { secret: { name: "vault-tls", key: "ca.crt" } },
      serverName: "vault.vault.svc",
    });
  });

  it("adds the program that rotates the audit log, and makes servers anew when it changes", async () => {
    const auditRotation = { maxBytes: 1000, files: 3 };
    const more = await run({ auditRotation });
    assert.deepEqual(more.list(), [...everything, `${kinds.config} vault-audit-rotate < vault`].sort());
    const { inputs } = more.get(kinds.config, "vault-audit-rotate");
    assert.equal(Reflect.get(inputs["metadata"] as object, "name"), "vault-audit-rotate");
    assert.deepEqual(inputs["data"], { "main.cjs": bundleApp("apps/vault-audit-rotate/main.ts").code });
    const { template } = specOf(more);
    assert.deepEqual(
      template.spec.containers.map(({ name }) => name),
      ["vault", "audit-rotate"],
    );
    const { dependencies } = more.get(kinds.servers, "vault-servers");
    assert.ok(dependencies.includes("vault-audit-rotate"));
  });

  it("knows its names and addresses without an engine", async () => {
    let known: unknown;
    await register(() => {
      const { name, namespace, serviceAccountName, tlsSecretName, activeAddress, peerAddresses } = new VaultCluster(
        "vault",
        clusterArgs,
      );
      known = { name, namespace, serviceAccountName, tlsSecretName, activeAddress, peerAddresses };
    });
    assert.deepEqual(known, {
      name: "vault",
      namespace: "vault",
      serviceAccountName: "vault",
      tlsSecretName: "vault-tls",
      activeAddress: "https://vault-active.vault.svc:8200",
      peerAddresses: [0, 1, 2].map((number) => `https://vault-${number}.vault-internal.vault.svc:8200`),
    });
  });

  it("waits for the certificate, and for no server or Service: these are not ready before they are initialised", async () => {
    const registrations = await run();
    const annotations = ({ inputs }: { inputs: Readonly<Record<string, unknown>> }) =>
      (inputs["metadata"] as { annotations?: unknown }).annotations;
    assert.deepEqual(annotations(registrations.get(kinds.certificate, "vault-certificate")), {
      "pulumi.com/waitFor": "condition=Ready",
      "pulumi.com/timeoutSeconds": "300",
    });
    const skipped = [registrations.get(kinds.servers, "vault-servers"), ...registrations.ofType(kinds.service)];
    for (const each of skipped) assert.deepEqual(annotations(each), { "pulumi.com/skipAwait": "true" }, each.name);
  });

  it("makes the servers after all that they need to start", async () => {
    const { dependencies } = (await run({ release: vault20, unseal: { method: "shamir" } })).get(
      kinds.servers,
      "vault-servers",
    );
    assert.deepEqual(
      dependencies,
      everything
        .map((line) => line.split(" ")[1] ?? "")
        .filter((name) => !["vault", "vault-servers", "vault-disruption-budget", "vault-role"].includes(name))
        .concat("vault-tls-reload")
        .sort(),
    );
  });

  it("starts all servers at once and keeps their volumes", async () => {
    const { template, volumeClaimTemplates, selector, ...spec } = specOf(await run());
    assert.equal(template.spec.containers.length, 1);
    assert.deepEqual(selector, { matchLabels: serverLabels("vault") });
    assert.deepEqual(spec, {
      replicas: 3,
      serviceName: "vault-internal",
      podManagementPolicy: "Parallel",
      updateStrategy: { type: "OnDelete" },
      minReadySeconds: 20,
      revisionHistoryLimit: 5,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    const claims = volumeClaimTemplates as { metadata: { name: string }; spec: unknown }[];
    const claim = (storage: string) => ({
      accessModes: ["ReadWriteOnce"],
      storageClassName: "kept",
      resources: { requests: { storage } },
    });
    assert.deepEqual(
      claims.map(({ metadata, spec: own }) => [metadata.name, own]),
      [
        ["data", claim("10Gi")],
        ["audit", claim("5Gi")],
      ],
    );
    const rolling = specOf(await run({ updates: "rolling" }));
    assert.deepEqual(rolling["updateStrategy"], { type: "RollingUpdate" });
  });

  it("shows a changed configuration, or a changed program beside it, in the pods", async () => {
    const checksum = async (changes: Partial<VaultClusterArgs>) =>
      specOf(await run(changes)).template.metadata.annotations["runner-platform/config-checksum"];
    const plain = await checksum({});
    assert.match(plain ?? "", /^[0-9a-f]{64}$/);
    assert.equal(await checksum({ image: "registry/openbao:other" }), plain);
    assert.notEqual(await checksum({ audit: undefined }), plain);
  });

  it("unseals by a side-car where shares lie in a Secret", async () => {
    const { template } = specOf(await run({ unseal: { method: "shamir" }, unsealer: { codeConfigMap: "init-code" } }));
    assert.deepEqual(
      template.spec.containers.map(({ name }) => name),
      ["vault", "unseal"],
    );
    assert.equal(template.spec.volumes.find(({ name }) => name === "unseal-code")?.configMap?.name, "init-code");
  });

  it("may touch the pods of its servers, and ask whose a token is", async () => {
    const registrations = await run({ replicas: 5 });
    assert.deepEqual(registrations.get(kinds.role, "vault-role").inputs["rules"], [
      {
        apiGroups: [""],
        resources: ["pods"],
        resourceNames: ["vault-0", "vault-1", "vault-2", "vault-3", "vault-4"],
        verbs: ["get", "update", "patch"],
      },
    ]);
    const { roleRef, subjects } = registrations.get(kinds.clusterBinding, "vault-token-review").inputs;
    assert.deepEqual(roleRef, {
      apiGroup: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      name: "system:auth-delegator",
    });
    assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "vault", namespace: "vault" }]);
  });

  it("takes a role in AWS by its ServiceAccount", async () => {
    const of = async (changes: Partial<VaultClusterArgs>) =>
      (await run(changes)).get(kinds.account, "vault-service-account").inputs["metadata"] as { annotations?: unknown };
    assert.equal((await of({})).annotations, undefined);
    assert.deepEqual((await of({ unsealRoleArn: "arn:aws:iam::1:role/r" })).annotations, {
      "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/r",
      "eks.amazonaws.com/sts-regional-endpoints": "true",
    });
  });

  it("may lose a minority by plan", async () => {
    for (const [replicas, expected] of [
      [3, 1],
      [5, 2],
    ] as const) {
      const { spec } = (await run({ replicas })).get(kinds.budget, "vault-disruption-budget").inputs;
      assert.equal((spec as { maxUnavailable: number }).maxUnavailable, expected);
    }
  });

  it("has a certificate for servers and clients with the loopback address", async () => {
    const { spec } = (await run()).get(kinds.certificate, "vault-certificate").inputs;
    const { dnsNames, ...rest } = spec as { dnsNames: string[] };
    assert.ok(dnsNames.includes("vault.example.com") && dnsNames.includes("*.vault-internal.vault.svc"));
    assert.deepEqual(rest, {
      secretName: "vault-tls",
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth", "client auth"],
      issuerRef: { name: "platform-ca", kind: "ClusterIssuer", group: "cert-manager.io" },
      ipAddresses: ["127.0.0.1"],
    });
  });

  it("refuses to delete the servers only where that is asked for", async () => {
    const protection = async (changes: Partial<VaultClusterArgs>) =>
      (await run(changes)).all.filter(({ protect }) => protect).map(({ name }) => name);
    assert.deepEqual(await protection({}), []);
    assert.deepEqual(await protection({ protect: true }), ["vault-servers"]);
  });
});

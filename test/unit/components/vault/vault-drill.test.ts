import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { VaultDrill, type VaultDrillArgs } from "../../../../components/vault/vault-drill";
import type { BackupInput } from "../../../../stacks/vault/backup-schema";
import { register, type Registrations } from "../../../support/mocks";
import { drillOf, place } from "./drill-fixtures";
import { clusterArgs } from "./server-fixtures";

function run(changes: Partial<VaultDrillArgs> = {}, preview = false): Promise<Registrations> {
  return register(
    () =>
      new VaultDrill("drill", {
        ...place,
        serviceAccount: "vault-drill",
        code: new k8s.core.v1.ConfigMap("code", { metadata: { name: "vault-backup-code-0" } }),
        authority: preview ? pulumi.output(pulumi.unknown as unknown as string) : "-----BEGIN CERTIFICATE-----",
        tls: clusterArgs.tls,
        serverImage: "registry/openbao:2.7.2",
        nodeImage: "registry/node:22",
        imagePullPolicy: "IfNotPresent",
        blockedCidrs: ["169.254.169.254/32"],
        deletedWith: new pulumi.ComponentResource("test:index:Servers", "servers"),
        ...changes,
      }),
    { preview },
  );
}

interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly restartPolicy?: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

async function podOf(changes: Partial<VaultDrillArgs> = {}) {
  const { inputs } = (await run(changes)).get("kubernetes:batch/v1:CronJob", "drill-cron-job");
  const { jobTemplate, ...cron } = inputs["spec"] as {
    readonly schedule: string;
    readonly timeZone: string;
    readonly concurrencyPolicy: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly backoffLimit: number;
        readonly podFailurePolicy: object;
        readonly template: {
          readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
          readonly spec: {
            readonly automountServiceAccountToken: boolean;
            readonly serviceAccountName: string;
            readonly initContainers: readonly Container[];
            readonly containers: readonly Container[];
            readonly volumes: readonly { readonly name: string }[];
          };
        };
      };
    };
  };
  return { cron, job: jobTemplate.spec, ...jobTemplate.spec.template };
}

describe("VaultDrill", () => {
  for (const preview of [false, true]) {
    it(`makes schedule, identity, certificate, login and ways out${preview ? ", in a preview too" : ""}`, async () => {
      const list = (await run({}, preview)).all.filter(({ custom, name }) => custom && name !== "code");
      assert.deepEqual(list.map(({ type, name, parent }) => `${type} ${name} < ${parent}`).sort(), [
        "kubernetes:batch/v1:CronJob drill-cron-job < drill",
        "kubernetes:cert-manager.io/v1:Certificate drill-certificate < drill",
        "kubernetes:core/v1:ConfigMap drill-config < drill",
        "kubernetes:core/v1:ServiceAccount drill-service-account < drill",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy drill-outward < drill",
        "vault:index/authBackend:AuthBackend drill-mount < drill",
        "vault:index/certAuthBackendRole:CertAuthBackendRole drill-login < drill",
        "vault:index/policy:Policy drill-policy < drill",
      ]);
    });
  }

  it("runs once a month, with the server beside the program from before its start until after its end", async () => {
    const { cron, job, spec } = await podOf();
    assert.deepEqual([cron.schedule, cron.timeZone, cron.concurrencyPolicy], ["0 5 1 * *", "Etc/UTC", "Forbid"]);
    assert.deepEqual(
      [job.backoffLimit, job.podFailurePolicy],
      [
        1,
        {
          rules: [
            { action: "FailJob", onExitCodes: { containerName: "vault-drill", operator: "In", values: [23, 33, 40] } },
          ],
        },
      ],
    );
    const [server] = spec.initContainers;
    assert.deepEqual([spec.initContainers.length, server?.restartPolicy], [1, "Always"]);
    assert.deepEqual(server?.command, ["bao", "server", "-config=/vault/config/server.hcl"]);
    assert.deepEqual(server.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      runAsUser: 100,
      runAsGroup: 1000,
    });
  });

  it("may do nothing in the cluster", async () => {
    const registrations = await run();
    assert.equal(registrations.all.filter(({ type }) => type.includes("rbac")).length, 0);
    const { spec } = await podOf();
    assert.deepEqual([spec.automountServiceAccountToken, spec.serviceAccountName], [false, "vault-drill"]);
    const account = registrations.get("kubernetes:core/v1:ServiceAccount", "drill-service-account").inputs;
    assert.equal(account["automountServiceAccountToken"], false);
    assert.equal("annotations" in (account["metadata"] as object), false);
  });

  it("gives the seal to the server alone, and the store's key to the program alone", async () => {
    const { spec } = await podOf();
    const mounts = (containers: readonly Container[]): string[] =>
      containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name)).sort();
    const shared = ["config", "drill-tls"];
    const server = ["seal-key", "server-audit", "server-data", "server-temporary"];
    const program = ["code", "spool", "store-own-ca", "store-own-id", "store-own-secret"];
    assert.deepEqual(mounts(spec.initContainers), [...shared, ...server].sort());
    assert.deepEqual(mounts(spec.containers), [...shared, ...program].sort());
    assert.deepEqual(spec.volumes.map(({ name }) => name).sort(), [...shared, ...server, ...program].sort());
  });

  it("has its role in AWS for the server alone", async () => {
    const drillRoleArn = place.roleArn;
    const { metadata } = await podOf({ drillRoleArn });
    assert.deepEqual(metadata.annotations, { "eks.amazonaws.com/skip-containers": "vault-drill" });
    const account = (await run({ drillRoleArn })).get("kubernetes:core/v1:ServiceAccount", "drill-service-account");
    assert.deepEqual(Reflect.get(account.inputs["metadata"] as object, "annotations"), {
      "eks.amazonaws.com/role-arn": drillRoleArn,
    });
  });

  it("reaches the ports of its store and of the seal, everywhere or where settings say", async () => {
    const specOf = async (drill: NonNullable<BackupInput["drill"]>) =>
      (await run({ drill: drillOf(drill) })).get("kubernetes:networking.k8s.io/v1:NetworkPolicy", "drill-outward")
        .inputs["spec"] as {
        readonly podSelector: object;
        readonly egress: readonly { readonly to: object[]; readonly ports: object[] }[];
      };
    const open = await specOf({});
    const podSelector = {
      matchLabels: { "app.kubernetes.io/name": "vault-drill", "app.kubernetes.io/part-of": "runner-platform" },
    };
    assert.deepEqual(open.podSelector, podSelector);
    assert.deepEqual(open.egress[0]?.ports, [
      { protocol: "TCP", port: 8443 },
      { protocol: "TCP", port: 9000 },
    ]);
    const narrow = await specOf({ egressCidrs: ["10.1.2.3/32"] });
    assert.deepEqual(narrow.podSelector, podSelector);
    assert.deepEqual(narrow.egress[0]?.to, [{ ipBlock: { cidr: "10.1.2.3/32" } }]);
    assert.equal(narrow.egress.length, 1);
  });

  it("logs in by its certificate, and may see the mark and names", async () => {
    const registrations = await run();
    const { inputs, dependencies } = registrations.get(
      "vault:index/certAuthBackendRole:CertAuthBackendRole",
      "drill-login",
    );
    assert.deepEqual(inputs, {
      backend: "vault-drill",
      name: "vault-drill",
      certificate: "-----BEGIN CERTIFICATE-----",
      allowedDnsSans: ["vault-drill.vault.svc"],
      tokenPolicies: ["vault-drill"],
      tokenTtl: 600,
      tokenMaxTtl: 900,
      tokenNoDefaultPolicy: true,
    });
    assert.ok(dependencies.includes("drill-policy"));
    assert.equal(
      registrations.get("vault:index/policy:Policy", "drill-policy").inputs["policy"],
      [
        'path "canary/data/vault-backup" {\n  capabilities = ["read"]\n}\n',
        'path "sys/mounts" {\n  capabilities = ["read"]\n}\n',
        'path "sys/auth" {\n  capabilities = ["read"]\n}\n',
        'path "sys/policies/acl" {\n  capabilities = ["list"]\n}\n',
      ].join("\n"),
    );
    const { spec } = registrations.get("kubernetes:cert-manager.io/v1:Certificate", "drill-certificate").inputs;
    const { dnsNames, ipAddresses, usages, secretName, commonName } = spec as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [dnsNames, ipAddresses, secretName],
      [["vault-drill.vault.svc", "localhost"], ["127.0.0.1"], "vault-drill-tls"],
    );
    assert.equal(commonName, "vault-drill", "logins by certificate are named for it, and refused without");
    assert.deepEqual(usages, ["digital signature", "server auth", "client auth"]);
  });
});

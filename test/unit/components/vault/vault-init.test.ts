import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import type { VaultInitConfig } from "../../../../components/vault/init-config";
import { createUnsealerCode, initConfig, VaultInit, type VaultInitArgs } from "../../../../components/vault/vault-init";
import { register, type Registrations } from "../../../support/mocks";

const args: VaultInitArgs = {
  serverName: "vault",
  namespace: "secrets",
  distribution: "openbao",
  peers: [0, 1, 2].map((index) => ({
    name: `vault-${index}`,
    address: `https://vault-${index}.vault-internal.secrets.svc:8200`,
  })),
  tlsSecretName: "vault-tls",
  seal: "auto",
  shares: 5,
  threshold: 3,
  pgpKeys: ["a", "b", "c", "d", "e"],
  secretMount: "secret",
  production: true,
  apiServerPorts: [6443],
  blockedCidrs: ["169.254.169.254/32"],
  nodeImage: "registry/node:24",
  imagePullPolicy: "IfNotPresent",
};

const kinds = {
  serviceAccount: "kubernetes:core/v1:ServiceAccount",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  binding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  policy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  configMap: "kubernetes:core/v1:ConfigMap",
  job: "kubernetes:batch/v1:Job",
};

interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly template: { readonly spec: Record<string, unknown> } } & Record<string, unknown>;
}

const jobOf = (registrations: Registrations): Job =>
  registrations.get(kinds.job, "vault-init-job-job").inputs as unknown as Job;

describe("VaultInit", function () {
  this.timeout(60_000);

  const make = (changes: Partial<VaultInitArgs> = {}, preview = false): Promise<Registrations> =>
    register(() => new VaultInit("vault-init", { ...args, ...changes }), { preview });

  for (const preview of [false, true]) {
    it(`makes accounts, rights, a way to the API server and the Job, and no Secret${preview ? ", in a preview too" : ""}`, async () => {
      assert.deepEqual(
        (await make({}, preview)).list(),
        [
          "runner-platform:index:VaultInit vault-init",
          "runner-platform:index:NodeJob vault-init-job < vault-init",
          `${kinds.serviceAccount} vault-init-provisioner < vault-init`,
          `${kinds.serviceAccount} vault-init-service-account < vault-init`,
          `${kinds.role} vault-init-role < vault-init`,
          `${kinds.binding} vault-init-role-binding < vault-init`,
          `${kinds.policy} vault-init-api-server < vault-init`,
          `${kinds.configMap} vault-init-job-code < vault-init-job`,
          `${kinds.configMap} vault-init-job-config < vault-init-job`,
          `${kinds.job} vault-init-job-job < vault-init-job`,
        ].sort(),
      );
    });
  }

  it("may read and change its own Secrets by name, delete none, and ask for tokens of one account", async () => {
    const registrations = await make({ generateSealKey: { name: "vault-unseal", key: "key" } });
    assert.deepEqual(registrations.get(kinds.role, "vault-init-role").inputs["rules"], [
      { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
      {
        apiGroups: [""],
        resources: ["secrets"],
        resourceNames: ["vault-recovery", "vault-bootstrap"],
        verbs: ["get", "patch"],
      },
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["vault-unseal"], verbs: ["get"] },
      {
        apiGroups: [""],
        resources: ["serviceaccounts/token"],
        resourceNames: ["vault-provisioner"],
        verbs: ["create"],
      },
    ]);
    assert.deepEqual(registrations.get(kinds.binding, "vault-init-role-binding").inputs["subjects"], [
      { kind: "ServiceAccount", name: "vault-init", namespace: "secrets" },
    ]);
  });

  it("has no right to a seal key that it does not make", async () => {
    const { inputs } = (await make()).get(kinds.role, "vault-init-role");
    assert.equal((inputs["rules"] as unknown[]).length, 3);
  });

  it("protects and keeps Pulumi's account in production alone, as nobody could log in without it", async () => {
    const kept = async (production: boolean) => {
      const account = (await make({ production })).get(kinds.serviceAccount, "vault-init-provisioner");
      assert.deepEqual(account.inputs["metadata"], { name: "vault-provisioner", namespace: "secrets" });
      return [account.protect, account.retainOnDelete];
    };
    assert.deepEqual(await kept(true), [true, true]);
    assert.deepEqual(await kept(false), [false, false]);
  });

  it("lets the Job's pods reach the API server, and nobody reach them", async () => {
    const { inputs } = (await make()).get(kinds.policy, "vault-init-api-server");
    assert.deepEqual(inputs["metadata"], { name: "vault-init-api-server", namespace: "secrets" });
    const spec = inputs["spec"] as { podSelector: unknown; policyTypes: unknown };
    assert.deepEqual(spec.podSelector, {
      matchLabels: { "app.kubernetes.io/name": "vault-init", "app.kubernetes.io/part-of": "runner-platform" },
    });
    assert.deepEqual(spec.policyTypes, ["Egress"]);
  });

  it("runs the program with the servers' authority alone, and not again where it would end the same", async () => {
    const { spec } = jobOf(await make());
    assert.equal(spec["activeDeadlineSeconds"], 1800);
    assert.deepEqual(spec["podFailurePolicy"], {
      rules: [
        { action: "FailJob", onExitCodes: { containerName: "vault-init", operator: "In", values: [2, 3, 4, 5] } },
      ],
    });
    const pod = spec.template.spec as { containers: Record<string, unknown>[]; volumes: Record<string, unknown>[] } & {
      serviceAccountName: string;
      terminationGracePeriodSeconds: number;
    };
    assert.equal(pod.serviceAccountName, "vault-init");
    assert.equal(pod.terminationGracePeriodSeconds, 600);
    assert.deepEqual(pod.containers[0]?.["command"], ["node", "/app/main.cjs", "run"]);
    assert.deepEqual(pod.containers[0]["env"], [{ name: "VAULT_INIT_CONFIG", value: "/config/init.json" }]);
    assert.deepEqual(pod.volumes.at(-1), {
      name: "ca",
      secret: { secretName: "vault-tls", items: [{ key: "ca.crt", path: "ca.crt" }] },
    });
  });

  it("runs again when what it is told changes, under another name", async () => {
    const { metadata } = jobOf(await make());
    assert.match(metadata.name, /^vault-init-[0-9a-f]{10}$/);
    assert.equal(jobOf(await make()).metadata.name, metadata.name);
    assert.notEqual(jobOf(await make({ secretMount: "other" })).metadata.name, metadata.name);
    assert.notEqual(jobOf(await make({ nodeImage: "registry/node:25" })).metadata.name, metadata.name);
  });

  it("tells the program names, servers and timing, and nothing secret", async () => {
    const registrations = await make();
    const { data } = registrations.get(kinds.configMap, "vault-init-job-config").inputs as {
      data: Record<string, string>;
    };
    assert.deepEqual(JSON.parse(data["init.json"] ?? ""), JSON.parse(JSON.stringify(initConfig(args))));
    const { login, ...rest }: VaultInitConfig = initConfig(args);
    assert.deepEqual(rest, {
      distribution: "openbao",
      namespace: "secrets",
      peers: args.peers,
      claims: ["data-vault-0", "data-vault-1", "data-vault-2"],
      caFile: "/vault-ca/ca.crt",
      recoverySecret: "vault-recovery",
      bootstrapSecret: "vault-bootstrap",
      seal: "auto",
      shares: 5,
      threshold: 3,
      pgpKeys: args.pgpKeys,
      timing: { pollSeconds: 2, waitSeconds: 600, storeSeconds: 570 },
    });
    assert.equal(login.serviceAccount, "vault-provisioner");
    assert.equal(login.audience, "vault");
    assert.equal(login.ttlSeconds, 1200);
  });

  it("is ready after the Job, and unknown in a preview before it", async () => {
    const known = async (preview: boolean): Promise<boolean> => {
      let isKnown: Promise<boolean> | undefined;
      await register(
        () => {
          const { ready } = new VaultInit("vault-init", args);
          isKnown = (ready as unknown as { isKnown: Promise<boolean> }).isKnown;
        },
        { preview },
      );
      return (await isKnown) ?? false;
    };
    assert.equal(await known(false), true);
    assert.equal(await known(true), false);
  });

  it("gives the side-car the same program under a name of its own", async () => {
    const registrations = await register(() => {
      const parent = new pulumi.ComponentResource("test:index:Parent", "parent", {}, {});
      createUnsealerCode("vault-unseal-code", args, parent);
      return new VaultInit("vault-init", args, { parent });
    });
    const code = registrations.get(kinds.configMap, "vault-unseal-code").inputs as Record<string, unknown>;
    const other = registrations.get(kinds.configMap, "vault-init-job-code").inputs;
    assert.deepEqual(code["data"], other["data"]);
    assert.match((code["metadata"] as { name: string }).name, /^vault-unseal-code-[0-9a-f]{10}$/);
  });
});

import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { parseConfig } from "../../../../apps/vault-backup/config";
import { backupConfig, backupVolumes } from "../../../../components/vault/backup-config";
import {
  allowedAgeHours,
  longestIntervalHours,
  retentionViolations,
  storeViolations,
} from "../../../../components/vault/backup-rules";
import { backupSettings } from "../../../../components/vault/backup-settings";
import { backupProgram, VaultBackup, type VaultBackupArgs } from "../../../../components/vault/vault-backup";
import type { BackupInput } from "../../../../stacks/vault/backup-schema";
import { register, type Registrations } from "../../../support/mocks";
import { awsStore, ownStore } from "./backup-fixtures";

const input: BackupInput = { stores: { aws: awsStore, own: ownStore } };
const place = {
  address: "https://vault-active.vault.svc:8200",
  peers: ["https://vault-0.vault-internal.vault.svc:8200"],
  namespace: "vault",
  tlsSecretName: "vault-tls",
  roleArn: "arn:aws:iam::111122223333:role/ci-vault-backup",
};

function run(changes: Partial<VaultBackupArgs> = {}, preview = false): Promise<Registrations> {
  return register(
    () =>
      new VaultBackup("backup", {
        ...place,
        backup: backupSettings(input),
        serviceAccount: "vault-backup",
        apiServerPorts: [6443],
        blockedCidrs: ["169.254.169.254/32"],
        nodeImage: "docker.io/library/node:22",
        imagePullPolicy: "IfNotPresent",
        deletedWith: new pulumi.ComponentResource("test:index:Servers", "servers"),
        ...changes,
      }),
    { preview },
  );
}

interface CronJobSpec {
  readonly schedule: string;
  readonly timeZone: string;
  readonly concurrencyPolicy: string;
  readonly startingDeadlineSeconds: number;
  readonly jobTemplate: {
    readonly spec: {
      readonly backoffLimit: number;
      readonly activeDeadlineSeconds: number;
      readonly template: {
        readonly spec: {
          readonly restartPolicy: string;
          readonly containers: readonly { readonly command: readonly string[] }[];
          readonly volumes: readonly { readonly name: string }[];
        };
      };
    };
  };
}

describe("VaultBackup", () => {
  for (const preview of [false, true]) {
    it(`makes schedule, identity, login and ways out${preview ? ", in a preview too" : ""}`, async () => {
      const list = (await run({}, preview)).all.filter(({ custom }) => custom);
      assert.deepEqual(list.map(({ type, name, parent }) => `${type} ${name} < ${parent}`).sort(), [
        "kubernetes:batch/v1:CronJob backup-cron-job < backup",
        "kubernetes:core/v1:ConfigMap backup-code < backup",
        "kubernetes:core/v1:ConfigMap backup-config < backup",
        "kubernetes:core/v1:ServiceAccount backup-service-account < backup",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy backup-outward < backup",
        "kubernetes:rbac.authorization.k8s.io/v1:Role backup-role < backup",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding backup-role-binding < backup",
        "vault:index/mount:Mount backup-canary < backup",
        "vault:index/policy:Policy backup-policy < backup",
        "vault:kubernetes/authBackendRole:AuthBackendRole backup-login < backup",
      ]);
    });
  }

  it("runs once a week, never twice at a time, and also when its minute was missed", async () => {
    const { inputs } = (await run()).get("kubernetes:batch/v1:CronJob", "backup-cron-job");
    const { schedule, timeZone, concurrencyPolicy, startingDeadlineSeconds, jobTemplate } = inputs[
      "spec"
    ] as CronJobSpec;
    assert.deepEqual(
      [schedule, timeZone, concurrencyPolicy, startingDeadlineSeconds],
      ["0 3 * * 0", "Etc/UTC", "Forbid", 21_600],
    );
    const { backoffLimit, activeDeadlineSeconds, template } = jobTemplate.spec;
    assert.deepEqual([backoffLimit, activeDeadlineSeconds, template.spec.restartPolicy], [2, 7200, "Never"]);
    assert.equal(template.spec.containers[0]?.command.at(-1), "run");
  });

  it("may read snapshots, leave its mark and give its token back at Vault and nothing else, as this account alone", async () => {
    const registrations = await run();
    assert.equal(
      registrations.get("vault:index/policy:Policy", "backup-policy").inputs["policy"],
      [
        'path "sys/storage/raft/snapshot" {\n  capabilities = ["read"]\n}\n',
        'path "canary/data/vault-backup" {\n  capabilities = ["create", "update"]\n}\n',
        'path "auth/token/revoke-self" {\n  capabilities = ["update"]\n}\n',
      ].join("\n"),
    );
    const { inputs } = registrations.get("vault:kubernetes/authBackendRole:AuthBackendRole", "backup-login");
    assert.deepEqual(
      [inputs["boundServiceAccountNames"], inputs["boundServiceAccountNamespaces"], inputs["audience"]],
      [["vault-backup"], ["vault"], "vault"],
    );
  });

  it("leaves its mark in an engine of its own, which is there before it runs", async () => {
    const registrations = await run();
    const { inputs } = registrations.get("vault:index/mount:Mount", "backup-canary");
    assert.deepEqual([inputs["path"], inputs["type"], inputs["options"]], ["canary", "kv", { version: "2" }]);
    const { dependencies } = registrations.get("kubernetes:batch/v1:CronJob", "backup-cron-job");
    assert.ok(dependencies.includes("backup-canary"));
    assert.equal(parseConfig(backupConfig(backupSettings(input), place)).vault.canaryPath, "canary/data/vault-backup");
  });

  it("is bound to its role in AWS", async () => {
    const { inputs } = (await run()).get("kubernetes:core/v1:ServiceAccount", "backup-service-account");
    assert.deepEqual(Reflect.get(inputs["metadata"] as object, "annotations"), {
      "eks.amazonaws.com/role-arn": place.roleArn,
    });
  });

  it("fits into a ConfigMap", () => {
    assert.ok(Buffer.byteLength(backupProgram().code) < 768 * 1024);
  });
});

describe("the configuration of backups", () => {
  const backup = backupSettings(input);

  it("is what the program takes, with every file where a volume puts it", () => {
    const config = parseConfig(backupConfig(backup, place));
    const { volumes, mounts } = backupVolumes(backup, place);
    assert.equal(new Set(volumes.map(({ name }) => name)).size, volumes.length);
    const files = JSON.stringify(config).match(/"\/[^"]+"/g) ?? [];
    for (const file of files) {
      const path = JSON.parse(file) as string;
      assert.ok(
        mounts.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`)),
        path,
      );
    }
    const [aws] = config.stores;
    assert.deepEqual(aws?.credentials, {
      kind: "webIdentity",
      roleArn: place.roleArn,
      tokenFile: "/aws-token/token",
    });
    assert.deepEqual(
      config.stores.map(({ pathStyle, caFile }) => [pathStyle, caFile]),
      [
        [false, undefined],
        [true, "/stores/own/ca/ca.crt"],
      ],
    );
  });

  it("opens the ports of the stores", () => {
    assert.deepEqual(backup.egressPorts, [443, 9000]);
    const { egressPorts } = backupSettings({ ...input, pushgateway: "http://push.monitoring.svc:9091" });
    assert.deepEqual(egressPorts, [443, 9000, 9091]);
  });

  it("fills in what is left out, part by part", () => {
    const { retention, schedule } = backupSettings({ ...input, schedule: "0 4 * * *", retention: { days: 14 } });
    assert.deepEqual([retention, schedule], [{ days: 14, minKeep: 2, unverifiedGraceHours: 24 }, "0 4 * * *"]);
  });
});

describe("rules for backups", () => {
  const from = new Date("2026-11-25T00:00:00Z");
  const intervals: readonly (readonly [string, string, number])[] = [
    ["0 3 * * 0", "Etc/UTC", 168],
    ["0 3 * * *", "Etc/UTC", 24],
    ["0 4 * * 1-5", "Europe/Berlin", 72],
    ["0 3 1 * *", "Etc/UTC", 744],
  ];
  for (const [schedule, zone, hours] of intervals) {
    it(`know that ${schedule} leaves up to ${hours} hours between runs`, () => {
      assert.equal(longestIntervalHours(schedule, zone, from), hours);
    });
  }

  const ages: readonly (readonly [number, number, number, number])[] = [
    [168, 21_600, 7200, 192],
    [24, 21_600, 7200, 48],
    [24, 86_400, 7200, 50],
    [6, 3600, 1800, 12],
    [6, 21_600, 7200, 14],
  ];
  for (const [interval, startingDeadlineSeconds, deadlineSeconds, hours] of ages) {
    it(`let backups of every ${interval} hours, ${startingDeadlineSeconds} s late, become ${hours} hours old`, () => {
      assert.equal(allowedAgeHours(interval, { startingDeadlineSeconds, deadlineSeconds }), hours);
    });
  }

  it("say the same of a schedule whenever they are asked", () => {
    assert.equal(longestIntervalHours("0 3 * * 0", "Europe/Berlin"), 169);
  });

  const retentions: readonly (readonly [string, number, number, number, number])[] = [
    ["refuse six days for a weekly run without a floor", 6, 0, 168, 1],
    ["take six days for a weekly run with a floor", 6, 2, 168, 0],
    ["take two weeks for a weekly run", 14, 0, 168, 0],
    ["refuse what is a day short of it", 13, 0, 168, 1],
  ];
  for (const [what, days, minKeep, interval, count] of retentions) {
    it(what, () => {
      assert.equal(retentionViolations({ days, minKeep }, interval).length, count);
    });
  }

  it("want two stores", () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((count) => storeViolations(count).length),
      [1, 1, 0, 0],
    );
  });
});

import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { createCloud } from "../../../components/cloud";
import type { Settings } from "../../../stacks/settings";
import { awsSection, issuer, Judge, parsePolicy, roleArnOf } from "../../support/aws";
import { register, type Registrations } from "../../support/mocks";
import { type Changes, settingsOf } from "../../support/settings";
import { vault } from "../stacks/vault-fixtures";

const jobRoles = { ci: { ecr: { repositories: ["platform/service"], access: "pull" } } };
const useOfRole: Changes = {
  scaleSets: {
    "runner-cpu": { job: { awsRole: "ci" } },
    "runner-team": { namespace: "arc-team", job: { awsRole: "ci" }, minRunners: 0, maxRunners: 1 },
  },
};

function settingsWith(aws: object, changes: Changes = {}): Settings {
  return settingsOf("dev", { aws: { ...awsSection, ...aws }, ...changes });
}

function cloudOf(settings: Settings, preview = false): Promise<Registrations> {
  class Root extends pulumi.ComponentResource {
    public constructor() {
      super("test:index:Root", "platform", {}, undefined);
      createCloud(settings, { parent: this });
      this.registerOutputs({});
    }
  }
  return register(() => new Root(), { preview });
}

const buckets = {
  main: { bucket: "vault-snapshots.dogecompany.com" },
  second: { bucket: "vault-snapshots-2.dogecompany.com", region: "eu-west-1" },
};
const everything = settingsWith(
  {
    cluster: { ...awsSection.cluster, createOidcProvider: true },
    jobRoles,
    csiDrivers: { ebs: true, efs: true },
    unseal: { deletionWindowDays: 14 },
    backup: { buckets, expireDays: 90, pruner: "ownRole" },
    permissionsBoundary: "arn:aws:iam::111122223333:policy/boundary",
  },
  useOfRole,
);

const own = (registrations: Registrations) => registrations.list().filter((line) => !line.includes("test:index:Root"));
const role = (name: string) => [
  `aws:iam/role:Role aws-${name}-role < aws-${name}`,
  `runner-platform:index:IrsaRole aws-${name} < platform`,
];
const policy = (name: string) => `aws:iam/rolePolicy:RolePolicy aws-${name}-policy < aws-${name}`;
const attachment = (name: string) =>
  `aws:iam/rolePolicyAttachment:RolePolicyAttachment aws-${name}-driver < aws-${name}`;
const key = (name: string) => [
  `aws:kms/alias:Alias aws-${name}-alias < aws-${name}`,
  `aws:kms/key:Key aws-${name}-key < aws-${name}`,
  `runner-platform:index:KmsKey aws-${name} < platform`,
];

describe("createCloud", () => {
  it("makes nothing, not even a provider, without the section", async () => {
    assert.deepEqual(own(await cloudOf(settingsOf("dev"))), []);
  });

  it("makes a provider for the one account, without credentials, and nothing that was not asked for", async () => {
    const registrations = await cloudOf(settingsWith({}));
    assert.deepEqual(own(registrations), ["pulumi:providers:aws platform-aws < platform"]);
    assert.deepEqual(registrations.get("pulumi:providers:aws", "platform-aws").inputs, {
      region: "eu-central-1",
      allowedAccountIds: '["111122223333"]',
      defaultTags: '{"tags":{"runner-platform/stack":"dev"}}',
      // Defaults of the SDK: credentials are checked, so that a wrong account is noticed before anything is made.
      skipCredentialsValidation: "false",
      skipRegionValidation: "true",
    });
  });

  for (const preview of [false, true]) {
    it(`makes roles, keys and buckets under the platform${preview ? ", in a preview too" : ""}`, async () => {
      const bucket = (name: string) => `< aws-snapshots-${name}`;
      const registrations = await cloudOf(everything, preview);
      const list = own(registrations);
      assert.deepEqual(
        list.filter((line) => !line.startsWith("aws:s3/")),
        [
          "pulumi:providers:aws platform-aws < platform",
          "aws:iam/openIdConnectProvider:OpenIdConnectProvider aws-oidc-provider < aws-oidc",
          "runner-platform:index:OidcProvider aws-oidc < platform",
          ...["ci", "ebs-csi", "efs-csi", "vault-unseal", "vault-backup", "vault-backup-pruner"].flatMap(role),
          ...["ci", "vault-unseal", "vault-backup", "vault-backup-pruner"].map(policy),
          ...["ebs-csi", "efs-csi"].map(attachment),
          ...["unseal", "snapshots-main-encryption", "snapshots-second-encryption"].flatMap(key),
          ...["main", "second"].map((name) => `runner-platform:index:SnapshotBucket aws-snapshots-${name} < platform`),
        ].sort(),
      );
      for (const name of ["main", "second"])
        assert.equal(list.filter((line) => line.startsWith("aws:s3/") && line.endsWith(bucket(name))).length, 7);
    });
  }

  it("sends everything through that provider", async () => {
    const registrations = await cloudOf(everything);
    for (const { type, name, provider } of registrations.all.filter(({ type }) => type.startsWith("aws:")))
      assert.equal(provider, "platform-aws", `${type} ${name}`);
  });

  it("names roles after the cluster and lets in exactly the accounts that need them", async () => {
    const registrations = await cloudOf(everything);
    const subjects = registrations.ofType("aws:iam/role:Role").map(({ inputs }) => {
      const condition = parsePolicy(inputs["assumeRolePolicy"]).Statement[0]?.Condition?.["StringEquals"] ?? {};
      const name = issuer.replace("https://", "");
      assert.equal(condition[`${name}:aud`], "sts.amazonaws.com");
      assert.equal(inputs["permissionsBoundary"], "arn:aws:iam::111122223333:policy/boundary");
      return [inputs["name"], condition[`${name}:sub`]] as const;
    });
    const account = (subject: string) => `system:serviceaccount:${subject}`;
    assert.deepEqual(Object.fromEntries(subjects), {
      "ci-ci": [account("arc-runners-kubernetes:ci"), account("arc-team:ci")],
      "ci-ebs-csi": account("kube-system:ebs-csi-controller-sa"),
      "ci-efs-csi": account("kube-system:efs-csi-controller-sa"),
      "ci-vault-unseal": account("vault:vault"),
      "ci-vault-backup": account("vault:vault-backup"),
      "ci-vault-backup-pruner": account("vault:vault-backup-pruner"),
    });
  });

  it("waits with roles for an identity provider that it makes itself", async () => {
    const registrations = await cloudOf(everything);
    const component = registrations.get("runner-platform:index:IrsaRole", "aws-ci");
    assert.deepEqual(component.dependencies, ["aws-oidc-provider"]);
  });

  it("gives drivers AWS's own policies, and the key of volumes where there is one", async () => {
    const kmsKeyArn = "arn:aws:kms:eu-central-1:111122223333:key/volumes";
    const storage = {
      backend: "ebs",
      classes: { block: "ebs-gp3", shared: "efs" },
      ebs: { gp3: { kmsKeyArn }, efs: { fileSystemId: "fs-0123456789abcdef0" } },
    };
    const scaleSetDefaults = { work: { storageClassName: "ebs-gp3" } };
    const withKey = settingsWith({ csiDrivers: { ebs: true, efs: true } }, { storage, scaleSetDefaults });
    const registrations = await cloudOf(withKey);
    const attached = registrations
      .ofType("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ inputs }) => [inputs["role"], inputs["policyArn"]]);
    assert.deepEqual(attached, [
      ["ci-ebs-csi", "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"],
      ["ci-efs-csi", "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy"],
    ]);
    const policies = registrations.ofType("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(
      policies.map(({ name }) => name),
      ["aws-ebs-csi-policy"],
    );
    const statements = parsePolicy(policies[0]?.inputs["policy"]).Statement;
    const root = { Sid: "Root", Effect: "Allow", Action: "kms:*", Resource: "*" } as const;
    const driver = new Judge(roleArnOf("ci-ebs-csi"), statements, [
      { ...root, Principal: { AWS: "arn:aws:iam::111122223333:root" } },
    ]);
    assert.ok(driver.may("kms:GenerateDataKeyWithoutPlaintext", kmsKeyArn));
    assert.ok(driver.may("kms:CreateGrant", kmsKeyArn, { context: { "kms:GrantIsForAWSResource": "true" } }));
    assert.equal(driver.may("kms:CreateGrant", kmsKeyArn), false);
    assert.equal(driver.may("kms:ScheduleKeyDeletion", kmsKeyArn), false);
  });

  it("gives each bucket a key of its own in its region, and the backup's roles no other", async () => {
    const registrations = await cloudOf(everything);
    const keys = registrations.ofType("aws:kms/key:Key").map(({ name, inputs }) => [name, inputs["region"]]);
    assert.deepEqual(keys, [
      ["aws-unseal-key", "eu-central-1"],
      ["aws-snapshots-main-encryption-key", "eu-central-1"],
      ["aws-snapshots-second-encryption-key", "eu-west-1"],
    ]);
    const resourcesOf = (name: string) =>
      parsePolicy(registrations.get("aws:iam/rolePolicy:RolePolicy", `aws-${name}-policy`).inputs["policy"])
        .Statement.filter(({ Action }) => [Action].flat().some((action) => action.startsWith("kms:")))
        .map(({ Resource }) => Resource);
    const arn = (name: string) => `arn:aws:kms:eu-central-1:111122223333:key/${name}`;
    assert.deepEqual(resourcesOf("vault-unseal"), [arn("aws-unseal-key")]);
    for (const name of ["vault-backup", "vault-backup-pruner"])
      assert.deepEqual(
        resourcesOf(name),
        ["main", "second"].map((bucket) => arn(`aws-snapshots-${bucket}-encryption-key`)),
      );
  });

  it("makes a role for drills where there are some: it opens the seal, and reads snapshots", async () => {
    const credentials = { kind: "webIdentity" };
    const drilled = vault(
      { backup: { stores: { main: { bucket: buckets.main.bucket, credentials } }, drill: {} } },
      { aws: { ...awsSection, unseal: {}, backup: { buckets, expireDays: 90 } } },
    );
    const registrations = await cloudOf(settingsOf("dev", drilled));
    const trust = registrations.get("aws:iam/role:Role", "aws-vault-drill-role").inputs["assumeRolePolicy"];
    assert.match(JSON.stringify(trust), /system:serviceaccount:vault:vault-drill/);
    const { Statement } = parsePolicy(
      registrations.get("aws:iam/rolePolicy:RolePolicy", "aws-vault-drill-policy").inputs["policy"],
    );
    assert.deepEqual(
      Statement.map(({ Sid, Action }) => `${Sid}: ${[Action].flat().join(" ")}`),
      [
        "Unseal: kms:Encrypt kms:Decrypt kms:DescribeKey",
        ...["1", "2"].flatMap((number) => [
          `List${number}: s3:ListBucket`,
          `Objects${number}: s3:GetObject`,
          `Key${number}: kms:Decrypt`,
        ]),
      ],
    );
    for (const name of ["aws-unseal-key", "aws-snapshots-main-encryption-key"])
      assert.match(
        JSON.stringify(registrations.get("aws:kms/key:Key", name).inputs["policy"]),
        /role\/ci-vault-drill/,
        name,
      );
  });

  it("leaves deleting to the writer where no role of its own does it", async () => {
    const one = settingsWith({ backup: { buckets: { main: buckets.main }, expireDays: 90 } });
    const registrations = await cloudOf(one);
    assert.deepEqual(
      registrations.ofType("aws:iam/role:Role").map(({ inputs }) => inputs["name"]),
      ["ci-vault-backup"],
    );
    const actions = (of: Registrations) =>
      JSON.stringify(of.get("aws:iam/rolePolicy:RolePolicy", "aws-vault-backup-policy").inputs["policy"]);
    assert.match(actions(registrations), /s3:DeleteObject/);
    assert.doesNotMatch(actions(await cloudOf(everything)), /s3:DeleteObject/);
  });

  it("protects keys and buckets in production", async () => {
    const kept = (of: Registrations) => of.all.filter(({ protect }) => protect).map(({ name }) => name);
    assert.deepEqual(kept(await cloudOf(everything)), []);
    assert.deepEqual(kept(await cloudOf({ ...everything, production: true })).sort(), [
      "aws-oidc-provider",
      "aws-snapshots-main-bucket",
      "aws-snapshots-main-encryption-key",
      "aws-snapshots-second-bucket",
      "aws-snapshots-second-encryption-key",
      "aws-unseal-key",
    ]);
  });
});

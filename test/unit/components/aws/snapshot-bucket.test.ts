import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { policyJson } from "../../../../components/aws/policy-document";
import { SnapshotBucket, type SnapshotBucketArgs } from "../../../../components/aws/snapshot-bucket";
import { lifecycleRules } from "../../../../components/aws/snapshot-lifecycle";
import { snapshotBucketPolicy } from "../../../../components/aws/snapshot-policy";
import { account } from "../../../support/aws";
import { register } from "../../../support/mocks";

const bucket = "vault-snapshots.dogecompany.com";
const keyArn = "arn:aws:kms:eu-west-1:111122223333:key/1";
const common = { bucket, region: "eu-west-1" };
const args: SnapshotBucketArgs = {
  account,
  ...common,
  prefix: "vault",
  keyArn: pulumi.output(keyArn),
  expireDays: 90,
  protect: true,
};
const full: SnapshotBucketArgs = {
  ...args,
  noncurrentDays: 14,
  readerRoleArns: ["arn:aws:iam::444455556666:role/restore-drill"],
  objectLock: { mode: "governance", days: 14 },
  accessLogBucket: "logs.dogecompany.com",
};

/** Every part, by its type and the end of its name. */
const parts = {
  bucket: ["aws:s3/bucket:Bucket", "bucket"],
  lifecycle: ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "lifecycle"],
  ownership: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls", "ownership"],
  policy: ["aws:s3/bucketPolicy:BucketPolicy", "bucket-policy"],
  publicAccess: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "public-access-block"],
  encryption: ["aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", "encryption"],
  versioning: ["aws:s3/bucketVersioning:BucketVersioning", "versioning"],
} as const;
const optional = {
  logging: ["aws:s3/bucketLogging:BucketLogging", "logging"],
  objectLock: ["aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "object-lock"],
} as const;
const listed = (all: Readonly<Record<string, readonly [string, string]>>) => [
  ...Object.values(all).map(([type, end]) => `${type} snapshots-${end} < snapshots`),
  "runner-platform:index:SnapshotBucket snapshots",
];

async function made(changes: SnapshotBucketArgs = args) {
  const registrations = await register(() => new SnapshotBucket("snapshots", changes));
  return (key: keyof typeof parts | keyof typeof optional) => {
    const [type, end] = { ...parts, ...optional }[key];
    return registrations.get(type, `snapshots-${end}`);
  };
}

describe("SnapshotBucket", () => {
  it("registers the bucket with all that closes it, and no more", async () => {
    const registrations = await register(() => new SnapshotBucket("snapshots", args));
    assert.deepEqual(registrations.list(), listed(parts).sort());
  });

  for (const preview of [false, true]) {
    it(`registers lock and access log where they are wanted${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await register(() => new SnapshotBucket("snapshots", full), { preview });
      assert.deepEqual(registrations.list(), listed({ ...parts, ...optional }).sort());
    });
  }

  it("closes it to the public, to ACLs and to other keys, and keeps old versions", async () => {
    const get = await made();
    assert.deepEqual(get("bucket").inputs, { ...common, forceDestroy: false, objectLockEnabled: false });
    assert.deepEqual(get("publicAccess").inputs, {
      ...common,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(get("ownership").inputs, { ...common, rule: { objectOwnership: "BucketOwnerEnforced" } });
    assert.deepEqual(get("encryption").inputs, {
      ...common,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
          bucketKeyEnabled: true,
        },
      ],
    });
    assert.deepEqual(get("versioning").inputs, { ...common, versioningConfiguration: { status: "Enabled" } });
    const readerRoleArns: string[] = [];
    const policy = policyJson(snapshotBucketPolicy(account, { bucket, prefix: "vault", keyArn, readerRoleArns }));
    assert.deepEqual(get("policy").inputs, { ...common, policy });
  });

  it("protects the bucket alone, and only where settings say so", async () => {
    const get = await made();
    assert.equal(get("bucket").protect, true);
    assert.equal((await made({ ...args, protect: false }))("bucket").protect, false);
  });

  it("makes the policy after the block of public access, and lifecycle and lock after versioning", async () => {
    const get = await made(full);
    assert.ok(get("policy").dependencies.includes("snapshots-public-access-block"));
    assert.ok(get("lifecycle").dependencies.includes("snapshots-versioning"));
    assert.ok(get("objectLock").dependencies.includes("snapshots-versioning"));
  });

  it("locks, logs and opens to readers as asked", async () => {
    const get = await made(full);
    assert.equal(get("bucket").inputs["objectLockEnabled"], true);
    assert.deepEqual(get("objectLock").inputs, {
      ...common,
      rule: { defaultRetention: { mode: "GOVERNANCE", days: 14 } },
    });
    assert.deepEqual(get("logging").inputs, {
      ...common,
      targetBucket: "logs.dogecompany.com",
      targetPrefix: "vault-snapshots.dogecompany.com/",
    });
    assert.match(String(get("policy").inputs["policy"]), /444455556666:role\/restore-drill/);
  });

  it("expires snapshots as an outer bound, what was deleted later, and uploads that never ended", async () => {
    assert.deepEqual((await made(full))("lifecycle").inputs["rules"], [
      {
        id: "outer-bound",
        status: "Enabled",
        filter: { prefix: "vault/" },
        expiration: { days: 90 },
        noncurrentVersionExpiration: { noncurrentDays: 14 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
      },
      {
        id: "leftover-delete-markers",
        status: "Enabled",
        filter: { prefix: "vault/" },
        expiration: { expiredObjectDeleteMarker: true },
      },
    ]);
    const [bound] = lifecycleRules({ prefix: "vault", expireDays: 90 });
    assert.deepEqual(bound?.noncurrentVersionExpiration, { noncurrentDays: 30 });
  });
});

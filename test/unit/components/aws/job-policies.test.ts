import assert from "node:assert/strict";

import * as fc from "fast-check";

import { registryStatements } from "../../../../components/aws/ecr-policy";
import { type BucketAccess, bucketStatements, foreignBucketPolicy } from "../../../../components/aws/s3-policy";
import { parameterStatements } from "../../../../components/aws/ssm-policy";
import { isPrefix } from "../../../../stacks/aws/names";
import { account, Judge, otherAccount, roleArnOf } from "../../../support/aws";

const role = roleArnOf("ci-actions-runner-role");
const bucket = "arn:aws:s3:::bucket.dogecompany.com";
const access: BucketAccess = {
  bucket: "bucket.dogecompany.com",
  prefixes: ["ci/artifacts", "ci/cache"],
  access: "readWrite",
};
const judge = (changes: Partial<BucketAccess> = {}) =>
  new Judge(role, bucketStatements(account, { ...access, ...changes }, "Bucket1"));
const list = (prefix: string) => ({ context: { "s3:prefix": prefix } });

describe("what jobs may do with a bucket", () => {
  it("is exactly this", () => {
    const owner = { "aws:ResourceAccount": "111122223333" };
    assert.deepEqual(bucketStatements(account, access, "Bucket1"), [
      {
        Sid: "ListBucket1",
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: bucket,
        Condition: { StringEquals: owner, StringLike: { "s3:prefix": ["ci/artifacts/*", "ci/cache/*"] } },
      },
      {
        Sid: "ObjectsBucket1",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        Resource: [`${bucket}/ci/artifacts/*`, `${bucket}/ci/cache/*`],
        Condition: { StringEquals: owner },
      },
    ]);
  });

  it("reads, writes and lists below its prefixes", () => {
    for (const action of ["s3:GetObject", "s3:PutObject"])
      assert.ok(judge().may(action, `${bucket}/ci/artifacts/1/a.zip`));
    assert.ok(judge().may("s3:ListBucket", bucket, list("ci/cache/")));
    assert.ok(judge().may("s3:ListBucket", bucket, list("ci/cache/linux/")));
  });

  const denied: readonly (readonly [string, string, string, ReturnType<typeof list>?])[] = [
    ["read another prefix", "s3:GetObject", `${bucket}/production/db.sql`],
    ["read a prefix that begins alike", "s3:GetObject", `${bucket}/ci/artifacts-secret/a`],
    ["read the prefix itself as an object", "s3:GetObject", `${bucket}/ci/artifacts`],
    ["read a lookalike with a star", "s3:GetObject", `${bucket}/ci/artifact*/a`],
    ["read another bucket", "s3:GetObject", "arn:aws:s3:::bucket.dogecompany.com.example/ci/artifacts/a"],
    ["list the whole bucket", "s3:ListBucket", bucket],
    ["list another prefix", "s3:ListBucket", bucket, list("production/")],
    ["list a prefix with what begins alike", "s3:ListBucket", bucket, list("ci/artifacts")],
    ["list objects as if they were a bucket", "s3:ListBucket", `${bucket}/ci/artifacts/`],
    ["delete", "s3:DeleteObject", `${bucket}/ci/artifacts/a`],
    ["delete versions", "s3:DeleteObjectVersion", `${bucket}/ci/artifacts/a`],
    ["read ACLs", "s3:GetObjectAcl", `${bucket}/ci/artifacts/a`],
    ["write ACLs", "s3:PutObjectAcl", `${bucket}/ci/artifacts/a`],
    ["change the bucket's policy", "s3:PutBucketPolicy", bucket],
    ["delete the bucket", "s3:DeleteBucket", bucket],
    ["make buckets", "s3:CreateBucket", bucket],
  ];
  for (const [title, action, resource, request] of denied) {
    it(`does not let them ${title}`, () => assert.equal(judge().may(action, resource, request), false));
  }

  it("does not write where it only reads", () => {
    const reader = judge({ access: "read" });
    assert.ok(reader.may("s3:GetObject", `${bucket}/ci/cache/a`));
    assert.equal(reader.may("s3:PutObject", `${bucket}/ci/cache/a`), false);
  });

  it("opens a whole bucket only where no prefix is named", () => {
    const statements = bucketStatements(account, { bucket: access.bucket, access: "read" }, "Bucket1");
    const whole = new Judge(role, statements);
    assert.ok(whole.may("s3:ListBucket", bucket));
    assert.ok(whole.may("s3:GetObject", `${bucket}/any/thing`));
  });

  it("does not follow the bucket's name into an account that took it over", () => {
    assert.equal(judge().may("s3:PutObject", `${bucket}/ci/cache/a`, { resourceAccount: otherAccount }), false);
  });

  it("reaches the bucket's key through S3 alone, and only as far as it needs", () => {
    const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:key/1";
    const statements = bucketStatements(account, { ...access, kmsKeyArn }, "Bucket1");
    const keyPolicy = [
      {
        Sid: "Root",
        Effect: "Allow",
        Action: "kms:*",
        Resource: "*",
        Principal: { AWS: roleArnOf("x").replace("role/x", "root") },
      },
    ] as const;
    const withKey = new Judge(role, statements, keyPolicy);
    const via = (service: string) => ({ context: { "kms:ViaService": service } });
    for (const action of ["kms:Decrypt", "kms:GenerateDataKey"])
      assert.ok(withKey.may(action, kmsKeyArn, via("s3.eu-west-1.amazonaws.com")), action);
    assert.equal(withKey.may("kms:Decrypt", kmsKeyArn), false);
    assert.equal(withKey.may("kms:Decrypt", kmsKeyArn, via("ec2.eu-west-1.amazonaws.com")), false);
    assert.equal(withKey.may("kms:Encrypt", kmsKeyArn, via("s3.eu-west-1.amazonaws.com")), false);
    assert.equal(withKey.may("kms:Decrypt", `${kmsKeyArn}2`, via("s3.eu-west-1.amazonaws.com")), false);
    const reader = new Judge(role, bucketStatements(account, { ...access, access: "read", kmsKeyArn }, "B"), keyPolicy);
    assert.equal(reader.may("kms:GenerateDataKey", kmsKeyArn, via("s3.eu-west-1.amazonaws.com")), false);
  });

  it("holds for any prefix that settings accept: below it everything, beside it nothing", () => {
    const prefixes = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 30 }).filter(isPrefix);
    const rest = fc.string({ unit: "grapheme-ascii", maxLength: 10 });
    fc.assert(
      fc.property(prefixes, rest, (prefix, name) => {
        const one = judge({ prefixes: [prefix] });
        const [inside, beside] = [`${prefix}/${name}`, `${prefix}${name.replace(/^\/+/, "-")}`];
        assert.ok(one.may("s3:GetObject", `${bucket}/${inside}`));
        assert.ok(one.may("s3:ListBucket", bucket, list(inside)));
        const isInside = beside.startsWith(`${prefix}/`);
        assert.equal(one.may("s3:GetObject", `${bucket}/${beside}`), isInside);
        assert.equal(one.may("s3:ListBucket", bucket, list(beside)), isInside);
      }),
    );
  });
});

describe("a bucket of another account", () => {
  const foreign: BucketAccess = { ...access, prefixes: ["ci"], owner: otherAccount };
  const identity = bucketStatements(account, foreign, "Bucket1");
  const policy = foreignBucketPolicy(account, role, foreign, "1");
  const theirs = { resourceAccount: otherAccount };
  const object = `${bucket}/ci/a`;

  it("is open when both sides allow", () => {
    const both = new Judge(role, identity, policy);
    assert.ok(both.may("s3:GetObject", object, theirs));
    assert.ok(both.may("s3:PutObject", object, theirs));
    assert.ok(both.may("s3:ListBucket", bucket, { ...theirs, ...list("ci/") }));
    assert.equal(both.may("s3:PutObjectAcl", object, theirs), false);
    assert.equal(both.may("s3:GetObject", `${bucket}/other/a`, theirs), false);
  });

  it("is closed with the role's policy alone, and with the bucket's alone", () => {
    assert.equal(new Judge(role, identity).may("s3:GetObject", object, theirs), false);
    assert.equal(new Judge(role, [], policy).may("s3:GetObject", object, theirs), false);
  });

  it("is closed to other roles", () => {
    const other = new Judge(roleArnOf("ci-actions-runner-role-2"), identity, policy);
    assert.equal(other.may("s3:GetObject", object, theirs), false);
  });
});

describe("what jobs may do with images and parameters", () => {
  const repository = "arn:aws:ecr:eu-central-1:111122223333:repository/platform/service";

  it("is to pull from, or push to, the named repositories", () => {
    const puller = new Judge(role, registryStatements(account, { repositories: ["platform/service"], access: "pull" }));
    const pusher = new Judge(role, registryStatements(account, { repositories: ["platform/service"], access: "push" }));
    for (const one of [puller, pusher]) {
      assert.ok(one.may("ecr:GetAuthorizationToken", "*"));
      assert.ok(one.may("ecr:BatchGetImage", repository));
      assert.equal(one.may("ecr:BatchGetImage", `${repository}-2`), false);
      assert.equal(one.may("ecr:BatchDeleteImage", repository), false);
      assert.equal(one.may("ecr:SetRepositoryPolicy", repository), false);
    }
    assert.ok(pusher.may("ecr:PutImage", repository));
    assert.equal(puller.may("ecr:PutImage", repository), false);
    assert.equal(puller.may("ecr:PutImage", "*"), false);
  });

  it("is to read, or write, the parameters below a path", () => {
    const parameter = "arn:aws:ssm:eu-central-1:111122223333:parameter/ci/app";
    const reader = new Judge(role, parameterStatements(account, { paths: ["/ci/app"], access: "read" }));
    const writer = new Judge(role, parameterStatements(account, { paths: ["/ci/app"], access: "write" }));
    assert.ok(reader.may("ssm:GetParametersByPath", parameter));
    assert.ok(reader.may("ssm:GetParameter", `${parameter}/image-tag`));
    assert.equal(reader.may("ssm:GetParameter", `${parameter}-secret/key`), false);
    assert.equal(reader.may("ssm:PutParameter", `${parameter}/image-tag`), false);
    assert.ok(writer.may("ssm:PutParameter", `${parameter}/image-tag`));
    assert.equal(writer.may("ssm:DeleteParameter", `${parameter}/image-tag`), false);
  });
});

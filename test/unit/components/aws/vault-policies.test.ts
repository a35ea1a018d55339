import assert from "node:assert/strict";

import {
  snapshotKeyPolicy,
  snapshotKeyStatements,
  unsealKeyPolicy,
  unsealStatements,
} from "../../../../components/aws/kms-policy";
import type { Statement } from "../../../../components/aws/policy-document";
import {
  snapshotBucketPolicy,
  snapshotPrunerStatements,
  snapshotReaderStatements,
  snapshotWriterStatements,
} from "../../../../components/aws/snapshot-policy";
import { account, Judge, otherAccount, roleArnOf } from "../../../support/aws";

const [server, writer, pruner] = ["ci-vault-unseal", "ci-vault-backup", "ci-vault-backup-pruner"].map(roleArnOf) as [
  string,
  string,
  string,
];
const reader = `arn:aws:iam::${otherAccount}:role/restore-drill`;
const unsealKey = "arn:aws:kms:eu-central-1:111122223333:key/unseal";
const snapshotKey = "arn:aws:kms:eu-central-1:111122223333:key/snapshots";
const unsealPolicy = unsealKeyPolicy(account, server);
const users = { writerRoleArn: writer, prunerRoleArn: pruner, readerRoleArns: [reader] };
const snapshotPolicy = snapshotKeyPolicy(account, "eu-central-1", users);
const throughS3 = { context: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } };
const everything: readonly Statement[] = [{ Sid: "All", Effect: "Allow", Action: "*", Resource: "*" }];

describe("the keys of Vault", () => {
  const serverOwn = unsealStatements(unsealKey);
  const writerOwn = snapshotKeyStatements("eu-central-1", snapshotKey, "write", "1");

  it("let the server open itself, and the writer encrypt snapshots through S3", () => {
    for (const action of ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"])
      assert.ok(new Judge(server, serverOwn, unsealPolicy).may(action, unsealKey), action);
    for (const action of ["kms:GenerateDataKey", "kms:Decrypt"])
      assert.ok(new Judge(writer, writerOwn, snapshotPolicy).may(action, snapshotKey, throughS3), action);
  });

  it("are closed to each other's roles, even to one whose own policies allow everything", () => {
    for (const statements of [serverOwn, writerOwn, everything]) {
      assert.equal(new Judge(writer, statements, unsealPolicy).may("kms:Decrypt", unsealKey, throughS3), false);
      assert.equal(new Judge(server, statements, snapshotPolicy).may("kms:Decrypt", snapshotKey, throughS3), false);
    }
    assert.equal(new Judge(server, serverOwn, snapshotPolicy).may("kms:DescribeKey", snapshotKey), false);
  });

  it("are closed to an administrator of the account, who may change who uses them but not use them", () => {
    for (const [key, policy] of [
      [unsealKey, unsealPolicy],
      [snapshotKey, snapshotPolicy],
    ] as const) {
      const admin = new Judge(roleArnOf("admin"), everything, policy);
      assert.ok(admin.may("kms:PutKeyPolicy", key));
      assert.ok(admin.may("kms:ScheduleKeyDeletion", key));
      for (const action of [
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:CreateGrant",
      ])
        assert.equal(admin.may(action, key, throughS3), false, action);
    }
  });

  it("need both policies: the key's alone opens nothing", () => {
    assert.equal(new Judge(server, [], unsealPolicy).may("kms:Decrypt", unsealKey), false);
    assert.equal(new Judge(writer, [], snapshotPolicy).may("kms:Decrypt", snapshotKey, throughS3), false);
  });

  it("of snapshots cannot be used past S3, nor through S3 of another region", () => {
    const judge = new Judge(writer, writerOwn, snapshotPolicy);
    assert.equal(judge.may("kms:Decrypt", snapshotKey), false);
    const elsewhere = { context: { "kms:ViaService": "s3.us-east-1.amazonaws.com" } };
    assert.equal(judge.may("kms:Decrypt", snapshotKey, elsewhere), false);
    assert.equal(judge.may("kms:Encrypt", snapshotKey, throughS3), false);
    for (const role of [writer, pruner])
      assert.equal(new Judge(role, everything, snapshotPolicy).may("kms:Decrypt", snapshotKey), false, role);
  });

  it("of snapshots let the pruner and readers of other accounts only decrypt", () => {
    const own = snapshotKeyStatements("eu-central-1", snapshotKey, "read", "1");
    const prunes = new Judge(pruner, own, snapshotPolicy);
    assert.ok(prunes.may("kms:Decrypt", snapshotKey, throughS3));
    assert.equal(prunes.may("kms:GenerateDataKey", snapshotKey, throughS3), false);
    const ours = { ...throughS3, resourceAccount: account.accountId };
    assert.ok(new Judge(reader, own, snapshotPolicy).may("kms:Decrypt", snapshotKey, ours));
    assert.equal(new Judge(reader, [], snapshotPolicy).may("kms:Decrypt", snapshotKey, ours), false);
    assert.equal(new Judge(reader, everything, snapshotPolicy).may("kms:GenerateDataKey", snapshotKey, ours), false);
    assert.equal(new Judge(`${reader}-2`, everything, snapshotPolicy).may("kms:Decrypt", snapshotKey, ours), false);
  });

  it("let drills open the seal and decrypt snapshots through S3, and nothing else", () => {
    const drill = roleArnOf("ci-vault-drill");
    const seal = unsealKeyPolicy(account, server, drill);
    for (const role of [server, drill]) assert.ok(new Judge(role, serverOwn, seal).may("kms:Decrypt", unsealKey), role);
    assert.equal(new Judge(writer, everything, seal).may("kms:Decrypt", unsealKey), false);
    assert.equal(new Judge(drill, everything, unsealPolicy).may("kms:Decrypt", unsealKey), false, "without drills");
    const policy = snapshotKeyPolicy(account, "eu-central-1", { ...users, drillRoleArn: drill });
    const judge = new Judge(drill, everything, policy);
    assert.ok(judge.may("kms:Decrypt", snapshotKey, throughS3));
    assert.equal(judge.may("kms:Decrypt", snapshotKey), false);
    assert.equal(judge.may("kms:GenerateDataKey", snapshotKey, throughS3), false);
    assert.equal(new Judge(drill, everything, snapshotPolicy).may("kms:Decrypt", snapshotKey, throughS3), false);
  });

  it("name nobody but roles of this platform and readers where nobody asks for more", () => {
    const alone = snapshotKeyPolicy(account, "eu-central-1", { writerRoleArn: writer, readerRoleArns: [] });
    assert.deepEqual(
      alone.map(({ Sid }) => Sid),
      ["Administration", "WriteSnapshots"],
    );
  });
});

describe("a bucket of snapshots", () => {
  const place = { bucket: "vault-snapshots.dogecompany.com", prefix: "vault" };
  const arn = "arn:aws:s3:::vault-snapshots.dogecompany.com";
  const snapshot = `${arn}/vault/3f1c/20261125T040000Z-17.snap`;
  const policy = snapshotBucketPolicy(account, { ...place, keyArn: snapshotKey, readerRoleArns: [] });
  const writes = new Judge(writer, snapshotWriterStatements(account, place, false, "1"), policy);
  const deletes = new Judge(writer, snapshotWriterStatements(account, place, true, "1"), policy);
  const prunes = new Judge(pruner, snapshotPrunerStatements(account, place, "1"), policy);
  const reads = new Judge(roleArnOf("ci-vault-drill"), snapshotReaderStatements(account, place, "1"), policy);
  const sse = "s3:x-amz-server-side-encryption";
  const encrypted = (headers: Readonly<Record<string, string>>) => ({ context: headers });

  it("shows drills what is there, and lets them change nothing", () => {
    assert.ok(reads.may("s3:GetObject", snapshot));
    assert.ok(reads.may("s3:ListBucket", arn, encrypted({ "s3:prefix": "vault/3f1c/" })));
    assert.equal(reads.may("s3:ListBucket", arn, encrypted({ "s3:prefix": "other/" })), false);
    assert.equal(reads.may("s3:GetObject", `${arn}/other/x.snap`), false);
    for (const action of ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"])
      assert.equal(reads.may(action, snapshot), false, action);
  });

  it("takes what the writer uploads, in one piece or in parts, and shows it what is there", () => {
    for (const action of ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"])
      assert.ok(writes.may(action, snapshot), action);
    assert.ok(writes.may("s3:ListBucketMultipartUploads", arn));
    assert.ok(writes.may("s3:ListBucket", arn, encrypted({ "s3:prefix": "vault/3f1c/" })));
  });

  it("encrypts uploads that ask for nothing by its own key, and takes those that name it", () => {
    assert.ok(writes.may("s3:PutObject", snapshot));
    assert.ok(
      writes.may("s3:PutObject", snapshot, encrypted({ [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: snapshotKey })),
    );
  });

  const refused: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["over plain http", { "aws:SecureTransport": "false" }],
    ["with keys of S3", { [sse]: "AES256" }],
    ["with the account's default key", { [sse]: "aws:kms" }],
    ["with another key", { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: unsealKey }],
    ["with another key and no word about the kind", { [`${sse}-aws-kms-key-id`]: unsealKey }],
    ["with a kind that has two layers", { [sse]: "aws:kms:dsse" }],
    ["with a key that the client brings along", { [`${sse}-customer-algorithm`]: "AES256" }],
  ];
  for (const [title, context] of refused) {
    it(`refuses uploads ${title}, whoever sends them`, () => {
      assert.equal(writes.decide("s3:PutObject", snapshot, { context }), "explicitly denied");
      const admin = new Judge(roleArnOf("admin"), everything, policy);
      assert.equal(admin.decide("s3:PutObject", snapshot, { context }), "explicitly denied");
    });
  }

  it("refuses to be read or listed over plain http", () => {
    const plain = { context: { "aws:SecureTransport": "false", "s3:prefix": "vault/" } };
    assert.equal(deletes.decide("s3:GetObject", snapshot, plain), "explicitly denied");
    assert.equal(deletes.decide("s3:ListBucket", arn, plain), "explicitly denied");
  });

  it("lets the writer delete only where settings say so, and nobody remove versions or locks", () => {
    assert.equal(writes.may("s3:DeleteObject", snapshot), false);
    assert.ok(deletes.may("s3:DeleteObject", snapshot));
    for (const action of [
      "s3:DeleteObjectVersion",
      "s3:BypassGovernanceRetention",
      "s3:PutObjectRetention",
      "s3:PutLifecycleConfiguration",
      "s3:PutBucketPolicy",
      "s3:PutBucketVersioning",
      "s3:DeleteBucket",
      "s3:CreateBucket",
    ])
      for (const judge of [writes, deletes, prunes]) assert.equal(judge.may(action, snapshot), false, action);
  });

  it("lets the pruner read manifests and delete, but neither read nor write snapshots", () => {
    assert.ok(prunes.may("s3:GetObject", `${snapshot}.manifest.json`));
    assert.ok(prunes.may("s3:DeleteObject", snapshot));
    assert.ok(prunes.may("s3:ListBucket", arn, encrypted({ "s3:prefix": "vault/" })));
    assert.equal(prunes.may("s3:GetObject", snapshot), false);
    assert.equal(prunes.may("s3:PutObject", snapshot), false);
  });

  it("is closed outside its prefix, and under the same name in another account", () => {
    for (const other of [`${arn}/other/a`, `${arn}/vault-2/a`, `${arn}/vault`, "arn:aws:s3:::other/vault/a"])
      for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
        assert.equal(deletes.may(action, other), false, `${action} ${other}`);
    assert.equal(deletes.may("s3:ListBucket", arn), false);
    assert.equal(deletes.may("s3:ListBucket", arn, encrypted({ "s3:prefix": "vault" })), false);
    assert.equal(deletes.may("s3:PutObject", snapshot, { resourceAccount: otherAccount }), false);
  });

  it("allows nothing by itself, and no one but named readers", () => {
    assert.deepEqual([...new Set(policy.map(({ Effect }) => Effect))], ["Deny"]);
    const open = snapshotBucketPolicy(account, { ...place, keyArn: snapshotKey, readerRoleArns: [reader] });
    const allowing = open.filter(({ Effect }) => Effect === "Allow");
    assert.deepEqual(
      allowing.map(({ Principal, Action }) => [Principal, Action]),
      [
        [{ AWS: [reader] }, "s3:ListBucket"],
        [{ AWS: [reader] }, "s3:GetObject"],
      ],
    );
    const ours = { resourceAccount: account.accountId };
    const own: readonly Statement[] = [{ Sid: "Read", Effect: "Allow", Action: "s3:*", Resource: [arn, `${arn}/*`] }];
    assert.ok(new Judge(reader, own, open).may("s3:GetObject", snapshot, ours));
    assert.equal(new Judge(reader, own, open).may("s3:PutObject", snapshot, ours), false);
    assert.equal(new Judge(reader, [], open).may("s3:GetObject", snapshot, ours), false);
    assert.equal(new Judge(reader, own, policy).may("s3:GetObject", snapshot, ours), false);
  });
});

import assert from "node:assert/strict";

import { foreignBucketPolicies } from "../../../components/cloud-outputs";
import { awsSection, otherAccount } from "../../support/aws";
import { settingsOf } from "../../support/settings";

const bucket = (changes: object) => ({ buckets: { "bucket.dogecompany.com": { access: "read", ...changes } } });
const settingsWith = (jobRoles: object) =>
  settingsOf("dev", {
    aws: { ...awsSection, jobRoles },
    scaleSets: { "runner-cpu": { job: { awsRole: "build" } }, "runner-gpu": { job: { awsRole: "train" } } },
  });

describe("what owners of foreign buckets are told", () => {
  it("is one policy for a bucket, with every role that uses it", () => {
    const settings = settingsWith({
      build: bucket({ account: otherAccount, access: "readWrite", prefixes: ["ci"] }),
      train: bucket({ account: otherAccount }),
    });
    const policies = foreignBucketPolicies(settings);
    assert.deepEqual(Object.keys(policies), ["bucket.dogecompany.com"]);
    assert.deepEqual(
      policies["bucket.dogecompany.com"]?.Statement.map(({ Sid, Principal }) => [Sid, Principal]),
      [
        ["CrossAccountList1", { AWS: "arn:aws:iam::111122223333:role/ci-build" }],
        ["CrossAccountObjects1", { AWS: "arn:aws:iam::111122223333:role/ci-build" }],
        ["CrossAccountList2", { AWS: "arn:aws:iam::111122223333:role/ci-train" }],
        ["CrossAccountObjects2", { AWS: "arn:aws:iam::111122223333:role/ci-train" }],
      ],
    );
  });

  it("is nothing for buckets of the account itself, where the role's own policy is enough", () => {
    const settings = settingsWith({ build: bucket({}), train: bucket({ account: awsSection.accountId }) });
    assert.deepEqual(foreignBucketPolicies(settings), {});
    assert.deepEqual(foreignBucketPolicies(settingsOf("dev")), {});
  });
});

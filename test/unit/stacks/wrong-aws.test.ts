import assert from "node:assert/strict";

import { awsSection } from "../../support/aws";
import { type Changes, messageOf, settingsOf } from "../../support/settings";

const aws = (changes: object): Changes => ({ aws: { ...awsSection, ...changes } });
const role = (changes: object, set: object = { job: { awsRole: "ci" } }): Changes => ({
  ...aws({ jobRoles: { ci: changes } }),
  scaleSets: { "runner-cpu": set },
});
const bucket = (name: string, changes: object = {}): Changes =>
  role({ buckets: { [name]: { access: "read", ...changes } } });
const backup = (changes: object): Changes =>
  aws({ backup: { expireDays: 90, buckets: { main: { bucket: "vault-snapshots.dogecompany.com" } }, ...changes } });
const pull = { ecr: { repositories: ["platform/service"], access: "pull" } };
const cluster = (changes: object): Changes => aws({ cluster: { ...awsSection.cluster, ...changes } });

describe("settings of AWS that are wrong", () => {
  const cases: readonly (readonly [string, Changes, readonly string[]])[] = [
    [
      "an account id without quotes",
      aws({ accountId: 111122223333 }),
      ["aws.accountId: given 111122223333; allowed: an account's twelve digits in quotes; fix: put it in quotes"],
    ],
    [
      "an account id of eleven digits",
      aws({ accountId: "11112222333" }),
      ['aws.accountId: given "11112222333"; allowed: an account\'s twelve digits in quotes'],
    ],
    [
      "no issuer",
      { aws: { ...awsSection, cluster: { name: "ci" } } },
      [
        "aws.cluster.oidcIssuer: not set; allowed: https://oidc.eks.REGION.amazonaws.com/id/ID, as `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer` prints it",
      ],
    ],
    [
      "an issuer over plain http",
      cluster({ oidcIssuer: awsSection.cluster.oidcIssuer.replace("https", "http") }),
      [
        'aws.cluster.oidcIssuer: given "http://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041A"; allowed: https://oidc.eks.REGION.amazonaws.com/id/ID, as `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer` prints it',
      ],
    ],
    [
      "an issuer of another region",
      cluster({ oidcIssuer: awsSection.cluster.oidcIssuer.replace("eu-central-1", "us-east-1") }),
      [
        'aws.cluster.oidcIssuer: given "https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041A"; allowed: an issuer in aws.region, which is eu-central-1',
      ],
    ],
    [
      "a partition without the region",
      aws({ partition: "aws-us-gov" }),
      ['aws.partition: given "aws-us-gov"; allowed: aws, which eu-central-1 is in'],
    ],
    [
      "a role beside a Docker daemon",
      {
        ...aws({ jobRoles: { ci: pull } }),
        scaleSets: { "runner-base": { job: { awsRole: "ci" } }, "runner-cpu": { job: { awsRole: "ci" } } },
      },
      [
        'scaleSets.runner-base.job.awsRole: given "ci" with mode dind; allowed: nothing: whoever gets at the privileged daemon gets at the node, and at the roles of all its pods; fix: use a set in mode kubernetes or kubernetes-novolume; null takes away a value of scaleSetDefaults',
      ],
    ],
    [
      "an unknown role",
      {
        ...aws({ jobRoles: { "actions-runner-role": pull } }),
        scaleSets: {
          "runner-gpu": { job: { awsRole: "actions-runner-role" } },
          "runner-cpu": { job: { awsRole: "action-runner-role" } },
        },
      },
      [
        'scaleSets.runner-cpu.job.awsRole: given "action-runner-role"; allowed: one of aws.jobRoles: actions-runner-role; fix: did you mean actions-runner-role?',
      ],
    ],
    [
      "a role without the section",
      { scaleSets: { "runner-cpu": { job: { awsRole: "ci" } } } },
      ['scaleSets.runner-cpu.job.awsRole: given "ci", but there is no section aws; fix: add aws.jobRoles.ci'],
    ],
    [
      "a role whose section cannot be read",
      { ...aws({ accountId: "1", jobRoles: { ci: pull } }), scaleSets: { "runner-cpu": { job: { awsRole: "ci" } } } },
      ['aws.accountId: given "1"; allowed: an account\'s twelve digits in quotes'],
    ],
    [
      "a role that no set uses",
      aws({ jobRoles: { ci: pull } }),
      ["aws.jobRoles.ci: used by no scale set; fix: set scaleSets.NAME.job.awsRole to ci, or remove it"],
    ],
    [
      "a role that may do nothing",
      role({}),
      ["aws.jobRoles.ci: may do nothing; allowed: at least one of buckets, ecr and ssm"],
    ],
    [
      "a role with empty lists",
      role({
        ecr: { repositories: [], access: "pull" },
        ssm: { paths: [], access: "read" },
        buckets: { "bucket.dogecompany.com": { prefixes: [], access: "read" } },
      }),
      [
        "aws.jobRoles.ci.ecr.repositories: empty; allowed: at least one",
        "aws.jobRoles.ci.ssm.paths: empty; allowed: at least one",
        'aws.jobRoles.ci.buckets["bucket.dogecompany.com"].prefixes: empty; allowed: at least one',
      ],
    ],
    [
      "a name of a role that IAM does not take",
      { ...aws({ jobRoles: { CI_Role: pull } }), scaleSets: { "runner-cpu": { job: { awsRole: "CI_Role" } } } },
      ['aws.jobRoles.CI_Role: given "CI_Role"; allowed: a DNS label: lower-case letters, digits and hyphens'],
    ],
    [
      "a name of the platform's own",
      {
        ...aws({ jobRoles: { "vault-unseal": pull } }),
        scaleSets: { "runner-cpu": { job: { awsRole: "vault-unseal" } } },
      },
      [
        'aws.jobRoles.vault-unseal: given "vault-unseal"; allowed: another name than the platform\'s own roles: vault-unseal, vault-backup, vault-backup-pruner, vault-drill, ebs-csi, efs-csi',
      ],
    ],
    [
      "a name too long for IAM",
      {
        ...aws({ jobRoles: { ["a".repeat(62)]: pull } }),
        scaleSets: { "runner-cpu": { job: { awsRole: "a".repeat(62) } } },
      },
      [
        "aws.jobRoles.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: its name in IAM, ci-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, has 65 characters; allowed: at most 64",
      ],
    ],
    [
      "two roles of one account",
      {
        ...aws({ jobRoles: { ci: pull, second: { ...pull, serviceAccount: "ci" } } }),
        scaleSets: { "runner-cpu": { job: { awsRole: "ci" } }, "runner-gpu": { job: { awsRole: "second" } } },
      },
      [
        'aws.jobRoles.second.serviceAccount: given "ci"; allowed: another account than that of ci: an account has one role',
      ],
    ],
    [
      "the account of a runner",
      role({ ...pull, serviceAccount: "runner-cpu-kube-mode" }),
      [
        'aws.jobRoles.ci.serviceAccount: given "runner-cpu-kube-mode"; allowed: an account of jobs alone, and neither a runner\'s nor that of jobs without a role',
      ],
    ],
    [
      "the account of jobs without rights",
      role({ ...pull, serviceAccount: "workflow" }),
      [
        'aws.jobRoles.ci.serviceAccount: given "workflow"; allowed: an account of jobs alone, and neither a runner\'s nor that of jobs without a role',
      ],
    ],
    [
      "an account of the job template beside the role",
      role(pull, { job: { awsRole: "ci", template: { spec: { serviceAccountName: "other" } } } }),
      [
        "scaleSets.runner-cpu.job.template.spec.serviceAccountName: given beside awsRole ci; allowed: nothing: the role hangs on a service account of its own",
      ],
    ],
    [
      "a bucket's name that S3 does not take",
      bucket("Bucket_A"),
      [
        'aws.jobRoles.ci.buckets.Bucket_A: given "Bucket_A"; allowed: a bucket\'s name: 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit, and not like an address',
      ],
    ],
    [
      "an address for a bucket",
      bucket("10.0.0.1"),
      [
        'aws.jobRoles.ci.buckets["10.0.0.1"]: given "10.0.0.1"; allowed: a bucket\'s name: 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit, and not like an address',
      ],
    ],
    [
      "a prefix with a wildcard",
      bucket("bucket.dogecompany.com", { prefixes: ["ci/*"] }),
      [
        'aws.jobRoles.ci.buckets["bucket.dogecompany.com"].prefixes.0: given "ci/*"; allowed: a prefix such as ci/artifacts: no slash at its beginning or end, no wildcard and no variable of a policy',
      ],
    ],
    [
      "a prefix with a slash in front",
      bucket("bucket.dogecompany.com", { prefixes: ["/ci"] }),
      [
        'aws.jobRoles.ci.buckets["bucket.dogecompany.com"].prefixes.0: given "/ci"; allowed: a prefix such as ci/artifacts: no slash at its beginning or end, no wildcard and no variable of a policy',
      ],
    ],
    [
      "a prefix with a slash at its end",
      bucket("bucket.dogecompany.com", { prefixes: ["ci/"] }),
      [
        'aws.jobRoles.ci.buckets["bucket.dogecompany.com"].prefixes.0: given "ci/"; allowed: a prefix such as ci/artifacts: no slash at its beginning or end, no wildcard and no variable of a policy',
      ],
    ],
    [
      "a prefix with a variable",
      bucket("bucket.dogecompany.com", { prefixes: ["${aws:username}"] }),
      [
        'aws.jobRoles.ci.buckets["bucket.dogecompany.com"].prefixes.0: given "${aws:username}"; allowed: a prefix such as ci/artifacts: no slash at its beginning or end, no wildcard and no variable of a policy',
      ],
    ],
    [
      "access that there is not",
      bucket("bucket.dogecompany.com", { access: "all" }),
      ['aws.jobRoles.ci.buckets["bucket.dogecompany.com"].access: given "all"; allowed: one of read, readWrite'],
    ],
    [
      "all repositories",
      role({ ecr: { repositories: ["*"], access: "pull" } }),
      [
        'aws.jobRoles.ci.ecr.repositories.0: given "*"; allowed: the name of a repository such as platform/runner, without wildcards',
      ],
    ],
    [
      "all parameters",
      role({ ssm: { paths: ["/"], access: "read" } }),
      [
        'aws.jobRoles.ci.ssm.paths.0: given "/"; allowed: a path such as /ci/app, with a slash in front, none at the end and no wildcards',
      ],
    ],
    [
      "more than fits into a policy",
      bucket("bucket.dogecompany.com", {
        prefixes: Array.from({ length: 180 }, (_, i) => `ci/some/longer/prefix/${i}`),
      }),
      ["aws.jobRoles.ci: its policy has 17457 characters; allowed: at most 10240; fix: name fewer, shorter prefixes"],
    ],
    [
      "jobs that read snapshots",
      {
        ...role({ buckets: { "vault-snapshots.dogecompany.com": { access: "read" } } }),
        aws: {
          ...awsSection,
          jobRoles: { ci: { buckets: { "vault-snapshots.dogecompany.com": { access: "read" } } } },
          backup: { expireDays: 90, buckets: { main: { bucket: "vault-snapshots.dogecompany.com" } } },
        },
      },
      [
        'aws.jobRoles.ci.buckets["vault-snapshots.dogecompany.com"]: given "vault-snapshots.dogecompany.com"; allowed: a bucket of jobs: this one holds the snapshots of all secrets',
      ],
    ],
    ["no bucket for snapshots", backup({ buckets: {} }), ["aws.backup.buckets: empty; allowed: at least one bucket"]],
    [
      "one bucket twice, and a log in it",
      backup({
        buckets: {
          main: { bucket: "vault-snapshots.dogecompany.com" },
          Second: { bucket: "vault-snapshots.dogecompany.com", accessLogBucket: "vault-snapshots.dogecompany.com" },
        },
      }),
      [
        'aws.backup.buckets.Second: given "Second"; allowed: a DNS label of at most 20 characters: it becomes part of the key\'s name',
        'aws.backup.buckets.Second.bucket: given "vault-snapshots.dogecompany.com"; allowed: another than that of main',
        'aws.backup.buckets.Second.accessLogBucket: given "vault-snapshots.dogecompany.com"; allowed: a bucket without snapshots: a log of its own writing would never end',
      ],
    ],
    [
      "a lock that outlives the lifecycle",
      backup({ objectLock: { mode: "compliance", days: 120 } }),
      ["aws.backup.objectLock.days: given 120; allowed: at most aws.backup.expireDays, which is 90"],
    ],
    [
      "a reader with a wildcard",
      backup({ readerRoleArns: ["arn:aws:iam::444455556666:role/*"] }),
      [
        'aws.backup.readerRoleArns.0: given "arn:aws:iam::444455556666:role/*"; allowed: the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME, without wildcards',
      ],
    ],
    [
      "an alias for the key of volumes",
      {
        ...aws({ csiDrivers: { ebs: true } }),
        storage: {
          backend: "ebs",
          classes: { block: "ebs-gp3", shared: "efs" },
          ebs: {
            gp3: { kmsKeyArn: "arn:aws:kms:eu-central-1:111122223333:alias/volumes" },
            efs: { fileSystemId: "fs-0123456789abcdef0" },
          },
        },
        scaleSetDefaults: { work: { storageClassName: "ebs-gp3" } },
      },
      [
        'storage.ebs.gp3.kmsKeyArn: given "arn:aws:kms:eu-central-1:111122223333:alias/volumes"; allowed: the ARN of the key itself with aws.csiDrivers.ebs: no policy of a role can name an alias',
      ],
    ],
    [
      "one account for Vault and its backup",
      aws({ vault: { backupServiceAccount: "vault" } }),
      ['aws.vault.backupServiceAccount: given "vault"; allowed: another account than aws.vault.serviceAccount'],
    ],
    [
      "Vault among jobs",
      aws({ vault: { namespace: "arc-runners-kubernetes" } }),
      [
        'aws.vault.namespace: given "arc-runners-kubernetes"; allowed: a namespace of Vault alone: jobs could use its accounts',
      ],
    ],
  ];
  for (const [title, changes, expected] of cases) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(
        messageOf("dev", changes)
          .split("\n")
          .slice(1)
          .map((line) => line.trim()),
        expected,
      );
    });
  }
});

describe("settings of AWS", () => {
  it("are absent unless an environment has them", () => {
    assert.equal(settingsOf("dev").aws, undefined);
  });

  it("lie on defaults of their own", () => {
    assert.deepEqual(settingsOf("dev", aws({})).aws, {
      partition: "aws",
      region: "eu-central-1",
      accountId: "111122223333",
      cluster: { ...awsSection.cluster, createOidcProvider: false },
      jobRoles: {},
      csiDrivers: { ebs: false, efs: false },
      vault: {
        namespace: "vault",
        serviceAccount: "vault",
        backupServiceAccount: "vault-backup",
        prunerServiceAccount: "vault-backup-pruner",
        drillServiceAccount: "vault-drill",
      },
    });
  });
});

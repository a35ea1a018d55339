import { isDnsLabel } from "../../components/arc/names";
import { workflowServiceAccount } from "../../components/hook-templates";
import { jobServiceAccount } from "../../components/job-account";
import { iamRoleName, jobStatements } from "../../components/job-roles";
import { policyJson } from "../../components/aws/policy-document";
import type { Readable } from "../checks";
import { isObject } from "../merge";
import { joinPath, nearestName, type Problem, show } from "../problems";
import type { ScaleSetSettings } from "../settings";
import { backupProblems } from "./backup-checks";
import { bucketNameAllowed, isBucketName } from "./names";
import type { AwsJobRole, AwsSettings } from "./schema";

/** Roles of the platform's own, which are named as those of jobs are. */
export const platformRoles = [
  "vault-unseal",
  "vault-backup",
  "vault-backup-pruner",
  "vault-drill",
  "ebs-csi",
  "efs-csi",
];

/** Longest name of a role, and most characters of the policies written into it. Source: IAM documentation, "IAM and AWS STS quotas". */
const limits = { roleName: 64, policy: 10_240 };

/** What is wrong with the section `aws`, and with sets that want one of its roles. */
export function awsProblems(settings: Readable): Problem[] {
  const { aws, scaleSets } = settings;
  return [
    ...Object.entries(scaleSets).flatMap(([name, set]) => setProblems(name, set, settings)),
    ...(aws
      ? [
          ...placeProblems(aws),
          ...driverProblems(aws, settings),
          ...roleProblems(aws, scaleSets),
          ...backupProblems(aws, settings),
        ]
      : []),
  ];
}

/** Region, partition and issuer belong together; a role that trusts the issuer of another cluster would be of no use to this one. */
function placeProblems({ region, partition, cluster }: AwsSettings): Problem[] {
  const problems: Problem[] = [];
  const wanted = region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  if (partition !== wanted)
    problems.push({ path: "aws.partition", what: show("", partition), allowed: `${wanted}, which ${region} is in` });
  if (!cluster.oidcIssuer.startsWith(`https://oidc.eks.${region}.`)) {
    problems.push({
      path: "aws.cluster.oidcIssuer",
      what: show("", cluster.oidcIssuer),
      allowed: `an issuer in aws.region, which is ${region}`,
    });
  }
  return problems;
}

/** The driver's role is given the key that volumes are encrypted with. */
function driverProblems({ csiDrivers }: AwsSettings, { storage }: Readable): Problem[] {
  const key = storage?.ebs?.gp3.kmsKeyArn;
  if (!csiDrivers.ebs || key === undefined || key.includes(":key/")) return [];
  const allowed = "the ARN of the key itself with aws.csiDrivers.ebs: no policy of a role can name an alias";
  return [{ path: "storage.ebs.gp3.kmsKeyArn", what: show("", key), allowed }];
}

function setProblems(name: string, set: ScaleSetSettings, { aws, unreadable = [] }: Readable): Problem[] {
  const { awsRole, template } = set.job;
  if (awsRole === undefined) return [];
  const path = joinPath("scaleSets", name, "job", "awsRole");
  const what = show("", awsRole);
  if (set.mode === "dind") {
    return [
      {
        path,
        what: `${what} with mode dind`,
        allowed: "nothing: whoever gets at the privileged daemon gets at the node, and at the roles of all its pods",
        fix: "use a set in mode kubernetes or kubernetes-novolume; null takes away a value of scaleSetDefaults",
      },
    ];
  }
  if (unreadable.includes("aws")) return [];
  if (!aws) return [{ path, what: `${what}, but there is no section aws`, fix: `add aws.jobRoles.${awsRole}` }];
  const known = Object.keys(aws.jobRoles);
  if (!known.includes(awsRole)) {
    const nearest = nearestName(awsRole, known);
    const fix = nearest === undefined ? "add it to aws.jobRoles" : `did you mean ${nearest}?`;
    return [{ path, what, allowed: `one of aws.jobRoles: ${known.join(", ")}`, fix }];
  }
  const spec: unknown = template?.spec;
  return ["serviceAccountName", "serviceAccount"]
    .filter((field) => isObject(spec) && spec[field] !== undefined)
    .map((field) => ({
      path: joinPath("scaleSets", name, "job", "template", "spec", field),
      what: `given beside awsRole ${awsRole}`,
      allowed: "nothing: the role hangs on a service account of its own",
    }));
}

function roleProblems(aws: AwsSettings, scaleSets: Readable["scaleSets"]): Problem[] {
  const used = Object.values(scaleSets).flatMap(({ job }) => job.awsRole ?? []);
  const roles = Object.entries(aws.jobRoles);
  return roles.flatMap(([name, role], index) => [
    ...nameProblems(aws, name),
    ...accountProblems(name, role, roles.slice(0, index)),
    ...permissionProblems(aws, name, role),
    ...(used.includes(name)
      ? []
      : [
          {
            path: joinPath("aws", "jobRoles", name),
            what: "used by no scale set",
            fix: `set scaleSets.NAME.job.awsRole to ${name}, or remove it`,
          },
        ]),
  ]);
}

function nameProblems(aws: AwsSettings, name: string): Problem[] {
  const path = joinPath("aws", "jobRoles", name);
  const what = `given ${JSON.stringify(name)}`;
  if (!isDnsLabel(name)) return [{ path, what, allowed: "a DNS label: lower-case letters, digits and hyphens" }];
  if (platformRoles.includes(name))
    return [{ path, what, allowed: `another name than the platform's own roles: ${platformRoles.join(", ")}` }];
  const length = iamRoleName(aws, name).length;
  if (length <= limits.roleName) return [];
  return [
    {
      path,
      what: `its name in IAM, ${iamRoleName(aws, name)}, has ${length} characters`,
      allowed: `at most ${limits.roleName}`,
    },
  ];
}

function accountProblems(
  name: string,
  role: AwsJobRole,
  earlier: readonly (readonly [string, AwsJobRole])[],
): Problem[] {
  const account = jobServiceAccount(name, role);
  const path = joinPath("aws", "jobRoles", name, "serviceAccount");
  const what = show("", account);
  const same = earlier.find(([other, { serviceAccount }]) => account === (serviceAccount ?? other));
  if (same) return [{ path, what, allowed: `another account than that of ${same[0]}: an account has one role` }];
  const taken = [workflowServiceAccount, "default"].includes(account) || /-(kube-mode|no-permission)$/.test(account);
  if (!taken) return [];
  return [{ path, what, allowed: "an account of jobs alone, and neither a runner's nor that of jobs without a role" }];
}

function permissionProblems(aws: AwsSettings, name: string, role: AwsJobRole): Problem[] {
  const path = joinPath("aws", "jobRoles", name);
  const { buckets = {}, ecr, ssm } = role;
  const lists = {
    "ecr.repositories": ecr?.repositories,
    "ssm.paths": ssm?.paths,
    ...Object.fromEntries(
      Object.entries(buckets).map(([bucket, { prefixes }]) => [joinPath("buckets", bucket, "prefixes"), prefixes]),
    ),
  };
  const problems: Problem[] = [
    ...Object.entries(lists)
      .filter(([, list]) => list?.length === 0)
      .map(([key]) => ({ path: `${path}.${key}`, what: "empty", allowed: "at least one" })),
    ...Object.keys(buckets).flatMap((bucket) =>
      bucketProblems(joinPath("aws", "jobRoles", name, "buckets", bucket), bucket, aws),
    ),
  ];
  if (problems.length > 0) return problems;
  const statements = jobStatements(aws, role);
  if (statements.length === 0)
    return [{ path, what: "may do nothing", allowed: "at least one of buckets, ecr and ssm" }];
  const size = policyJson(statements).length;
  if (size <= limits.policy) return [];
  return [
    {
      path,
      what: `its policy has ${size} characters`,
      allowed: `at most ${limits.policy}`,
      fix: "name fewer, shorter prefixes",
    },
  ];
}

function bucketProblems(path: string, bucket: string, { backup }: AwsSettings): Problem[] {
  if (!isBucketName(bucket)) return [{ path, what: `given ${JSON.stringify(bucket)}`, allowed: bucketNameAllowed }];
  const snapshots = Object.values(backup?.buckets ?? {}).some((own) => own.bucket === bucket);
  if (!snapshots) return [];
  return [
    { path, what: `given "${bucket}"`, allowed: "a bucket of jobs: this one holds the snapshots of all secrets" },
  ];
}

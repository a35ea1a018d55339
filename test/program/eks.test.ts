import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";

import { program } from "../../components/program";
import { promiseOf, register, type Registrations } from "../support/mocks";
import { config } from "../support/settings";

/** The example of an installation, `Pulumi.eks.yaml`, with a bucket of another account for jobs. */
function example(): Record<string, string> {
  const text = readFileSync(join(__dirname, "../../Pulumi.eks.yaml"), "utf8").replace("# account:", "account:");
  const file = parse(text) as { readonly config: Readonly<Record<string, unknown>> };
  const own = Object.entries(file.config).filter(([key]) => key.startsWith("runner-platform:"));
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice("runner-platform:".length), value]));
  const githubAppPrivateKey = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";
  return config({ githubToken: undefined, githubAppPrivateKey, ...values });
}

async function run() {
  let outputs: Record<string, unknown> = {};
  let roles: Promise<unknown> | undefined;
  const registrations = await register(
    async () => {
      outputs = await program();
      roles = promiseOf(pulumi.output(outputs["awsRoles"]));
    },
    { stack: "eks", config: example(), secretKeys: ["kubeconfig", "githubAppPrivateKey"] },
  );
  return { registrations, outputs, roles: await roles };
}

describe("the program of stack eks, in AWS", () => {
  let registrations: Registrations;
  let outputs: Record<string, unknown>;
  let roles: unknown;
  before(async () => {
    ({ registrations, outputs, roles } = await run());
  });

  it("has a provider that only accepts the account of the settings, and holds no credentials", () => {
    const { inputs } = registrations.get("pulumi:providers:aws", "platform-aws");
    assert.equal(inputs["allowedAccountIds"], '["111122223333"]');
    assert.deepEqual(
      Object.keys(inputs).filter((key) => /key|token|profile|secret|role/i.test(key)),
      [],
    );
  });

  it("ties the account of jobs to their role, and their pods to the account", () => {
    const account = registrations.get(
      "kubernetes:core/v1:ServiceAccount",
      "kubernetes-actions-runner-role-service-account",
    );
    assert.deepEqual(Reflect.get(account.inputs["metadata"] as object, "annotations"), {
      "eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/ci-actions-runner-role",
      "eks.amazonaws.com/sts-regional-endpoints": "true",
    });
    assert.ok(account.dependencies.includes("aws-actions-runner-role-role"));
    const pods = registrations.ofType("kubernetes:core/v1:PodTemplate").filter(({ name }) => name.includes("-hook-"));
    const accounts = pods.map(({ name, inputs }) => {
      const { spec } = inputs["template"] as { readonly spec: { readonly serviceAccountName: string } };
      return [name, spec.serviceAccountName];
    });
    assert.deepEqual(Object.fromEntries(accounts), {
      "runner-cpu-hook-pod-template": "actions-runner-role",
      "runner-cpu-largememory-hook-pod-template": "workflow",
      "runner-gpu-hook-pod-template": "workflow",
      "runner-highcpu-hook-pod-template": "workflow",
      "runner-hybrid-hook-pod-template": "workflow",
    });
  });

  it("tells who needs it the roles, and what owners of foreign buckets must allow", () => {
    const arn = (name: string) => [name, `arn:aws:iam::111122223333:role/ci-${name}`] as const;
    assert.deepEqual(
      roles,
      Object.fromEntries(
        ["actions-runner-role", "ebs-csi", "efs-csi", "vault-unseal", "vault-backup", "vault-backup-pruner"].map(arn),
      ),
    );
    const Principal = { AWS: "arn:aws:iam::111122223333:role/ci-actions-runner-role" };
    const bucket = "arn:aws:s3:::bucket.dogecompany.com";
    assert.deepEqual(outputs["awsForeignBucketPolicies"], {
      "bucket.dogecompany.com": {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "CrossAccountList1",
            Effect: "Allow",
            Principal,
            Action: "s3:ListBucket",
            Resource: bucket,
            Condition: { StringLike: { "s3:prefix": ["ci/artifacts/*"] } },
          },
          {
            Sid: "CrossAccountObjects1",
            Effect: "Allow",
            Principal,
            Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            Resource: [`${bucket}/ci/artifacts/*`],
          },
        ],
      },
    });
  });
});

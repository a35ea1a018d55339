import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";

import { policyJson, type Statement } from "./policy-document";

export interface KmsKeyArgs {
  /** Name by which people find the key, without `alias/`. */
  readonly alias: string;
  readonly description: string;
  readonly region: string;
  /** Who administers and who uses it: the whole policy, AWS's default is not added. */
  readonly policy: readonly Statement[];
  /** How long a deletion can be taken back. @default 30 */
  readonly deletionWindowDays?: number;
  /** What is encrypted with the key is lost with it. */
  readonly protect: boolean;
}

/**
 * A key of KMS for one purpose, renewed every year: its older forms stay, so that what was encrypted with them can still be read.
 *
 * ```ts
 * new KmsKey("aws-vault-unseal", { alias: "prod-vault-unseal", description, region, policy: unsealKeyPolicy(account, role), protect: true });
 * ```
 */
export class KmsKey extends pulumi.ComponentResource {
  public readonly arn: pulumi.Output<string>;
  public readonly nodes: { readonly key: Key; readonly alias: Alias };

  public constructor(name: string, args: KmsKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:KmsKey", name, { alias: args.alias }, opts);

    const key = createKey(this, name, args);
    this.arn = key.arn;
    this.nodes = { key, alias: createAlias(this, name, key, args) };
    this.registerOutputs({ arn: this.arn });
  }
}

function createKey(parent: KmsKey, name: string, args: KmsKeyArgs): Key {
  return new Key(
    `${name}-key`,
    {
      description: args.description,
      region: args.region,
      enableKeyRotation: true,
      deletionWindowInDays: args.deletionWindowDays ?? 30,
      policy: policyJson(args.policy),
    },
    { parent, protect: args.protect },
  );
}

function createAlias(parent: KmsKey, name: string, key: Key, { alias, region }: KmsKeyArgs): Alias {
  return new Alias(`${name}-alias`, { name: `alias/${alias}`, region, targetKeyId: key.keyId }, { parent });
}

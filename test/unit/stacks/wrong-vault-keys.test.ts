import { pgpKey as signingKey } from "../components/vault/init-pgp-fixtures";
import {
  aws,
  hashicorp,
  kms,
  pgpKey,
  plugin,
  produced,
  staticKey,
  testRefusals,
  transit,
  vault,
} from "./vault-fixtures";

describe("settings of Vault's keys that are wrong", () => {
  testRefusals([
    [
      "a static key with Vault",
      vault(hashicorp),
      [
        'vault.unseal.method: given "static"; allowed: awskms, transit or shamir: distribution vault has no seal with a key from a file',
      ],
    ],
    [
      "a key that the stack makes, in production",
      produced({ unseal: staticKey }),
      [
        "vault.unseal.generate: given true; allowed: false in production: a key that lies in the cluster protects from nobody who reads its Secrets; fix: make the Secret from a key that is kept elsewhere too, or use awskms or transit",
      ],
    ],
    [
      "one key as both",
      vault({ unseal: { ...staticKey, previous: { secret: staticKey.secret, keyId: "1" } } }),
      [
        'vault.unseal.previous.keyId: given "1"; allowed: another id than vault.unseal.keyId',
        "vault.unseal.previous.secret: the Secret and key of vault.unseal.secret; allowed: those of the key before",
      ],
    ],
    [
      "AWS without anything about it",
      vault({ unseal: { method: "awskms", plugin } }),
      [
        "vault.unseal.region: not set, and there is no section aws; allowed: a region such as eu-central-1, or a section aws that names one",
        "vault.unseal.keyArn: not set, and aws.unseal makes no key; allowed: the ARN of a KMS key; fix: set it, or aws.unseal to {}",
      ],
    ],
    [
      "a key in another region",
      vault({ ...hashicorp, unseal: { method: "awskms", keyArn: kms, region: "us-east-1" } }),
      ['vault.unseal.region: given "us-east-1"; allowed: eu-central-1, where the key of vault.unseal.keyArn is'],
    ],
    [
      "OpenBao 2.7 without a plugin for AWS",
      vault({ unseal: { method: "awskms", keyArn: kms, region: "eu-central-1" } }),
      [
        "vault.unseal.plugin: not set; allowed: folder, command and sha256 of openbao-plugin-kms-aws in vault.image: OpenBao 2.7.2 reaches no KMS by itself; fix: build an image with the plugin, or use another method",
      ],
    ],
    [
      "Vault with a plugin for AWS",
      vault({ ...hashicorp, unseal: { method: "awskms", keyArn: kms, region: "eu-central-1", plugin } }),
      ["vault.unseal.plugin: given; allowed: nothing: vault 2.0.4 reaches KMS by itself"],
    ],
    [
      "a Vault that needs itself to start",
      vault({ unseal: transit("https://vault-active.vault.svc:8200") }),
      [
        'vault.unseal.address: given "https://vault-active.vault.svc:8200"; allowed: another Vault than this one, which could not start without itself',
      ],
    ],
    [
      "accounts that roles do not trust",
      vault(
        { name: "keys", namespace: "secrets", unseal: { method: "awskms", plugin } },
        { aws: { ...aws, unseal: {} } },
      ),
      [
        'aws.vault.namespace: given "vault"; allowed: vault.namespace, which is secrets',
        'aws.vault.serviceAccount: given "vault"; allowed: keys, the account of the servers',
      ],
    ],
    [
      "a threshold that nobody reaches",
      vault({ initialization: { shares: 3, threshold: 4, keepSharesInSecret: true } }),
      ["vault.initialization.threshold: given 4; allowed: at most shares, which is 3"],
    ],
    [
      "a threshold that everybody reaches alone",
      vault({ initialization: { shares: 3, threshold: 1, keepSharesInSecret: true } }),
      ["vault.initialization.threshold: given 1; allowed: from 2 to 3: each of the shares would be the whole key"],
    ],
    [
      "shares in a Secret, in production",
      produced({ initialization: { shares: 1, threshold: 1, keepSharesInSecret: true } }),
      [
        "vault.initialization.keepSharesInSecret: given true; allowed: false in production: whoever reads Secrets of the cluster would have all of Vault; fix: give pgpKeys",
      ],
    ],
    [
      "shares that go nowhere, in production",
      produced({ initialization: { keepSharesInSecret: false } }),
      [
        "vault.initialization.pgpKeys: not set; allowed: 5 public PGP keys, one for each share; fix: gpg --export KEY | base64 -w0",
      ],
    ],
    [
      "shares that go nowhere",
      vault({ initialization: { keepSharesInSecret: false } }),
      [
        "vault.initialization.pgpKeys: not set; allowed: 5 public PGP keys, one for each share; fix: give them, or set keepSharesInSecret in development",
      ],
    ],
    [
      "too few holders of shares",
      vault({ initialization: { keepSharesInSecret: false, pgpKeys: [pgpKey("A")] } }),
      ["vault.initialization.pgpKeys: 1 given; allowed: 5, one for each share"],
    ],
    [
      "a key that nothing can be encrypted to",
      vault({
        initialization: {
          shares: 1,
          threshold: 1,
          keepSharesInSecret: false,
          pgpKeys: [signingKey({ tag: 6, flags: 3 })],
        },
      }),
      [
        "vault.initialization.pgpKeys.0: it has no part that encrypts, as a key that only signs; allowed: a public key that messages can be encrypted to; fix: gpg --export KEY | base64 -w0",
      ],
    ],
    [
      "two shares in one hand",
      vault({
        initialization: { shares: 2, threshold: 2, keepSharesInSecret: false, pgpKeys: [pgpKey("A"), pgpKey("A")] },
      }),
      [
        "vault.initialization.pgpKeys.1: the same as key 0; allowed: keys of different people: shares in one hand are one share",
      ],
    ],
    [
      "keys of people, and a Secret",
      vault({ initialization: { shares: 1, threshold: 1, keepSharesInSecret: true, pgpKeys: [pgpKey("A")] } }),
      ["vault.initialization.pgpKeys: given beside keepSharesInSecret; allowed: one of the two"],
    ],
    [
      "a rolling update that waits for people",
      vault({
        updates: "rolling",
        unseal: { method: "shamir" },
        initialization: { shares: 1, threshold: 1, keepSharesInSecret: false, pgpKeys: [pgpKey("A")] },
      }),
      [
        'vault.updates: given "rolling" with unseal.method shamir; allowed: onDelete: every server that starts waits for people with their shares; fix: use onDelete, and npm run vault -- upgrade',
      ],
    ],
  ]);
});

import type { Changes } from "../../support/settings";
import { produced, testRefusals, vault } from "./vault-fixtures";

const keys = {
  kind: "keys",
  accessKeyId: { name: "store", key: "id" },
  secretAccessKey: { name: "store", key: "secret" },
};
const store = { endpoint: "https://s3.example.com", bucket: "snapshots", credentials: keys };
/** Changes of backups, and of the unseal method. */
const backup = (
  { unseal, ...changes }: { readonly unseal?: object } & Record<string, unknown>,
  make: (changes: object) => Changes = vault,
) => make({ backup: { stores: { a: store, b: store }, ...changes }, ...(unseal && { unseal }) });

describe("backups of Vault that are wrong", () => {
  testRefusals([
    [
      "six days of retention for a weekly run, and no floor",
      backup({ retention: { minKeep: 0 } }),
      [
        "vault.backup.retention: kept for 6 days, run every 168 h and without a floor: there are times without any backup; allowed: at least 14 days, or minKeep of 1 and more",
      ],
    ],
    [
      "a schedule that is none, in a zone that is none",
      backup({ schedule: "every sunday", timeZone: "Europe/Bärlin" }),
      [
        'vault.backup.timeZone: given "Europe/Bärlin"; allowed: a time zone such as Etc/UTC or Europe/Berlin',
        'vault.backup.schedule: given "every sunday"; allowed: five fields of cron such as 0 3 * * 0',
      ],
    ],
    ["no store", backup({ stores: {} }), ["vault.backup.stores: empty; allowed: at least one store"]],
    [
      "one store in production",
      backup({ stores: { a: store } }, produced),
      [
        "vault.backup.stores: 1 stores: what happens to the store happens to all backups; allowed: two stores in production, in different places",
      ],
    ],
    [
      "a store without TLS in production",
      backup({ stores: { a: store, b: { ...store, endpoint: "http://s3.example.com" } } }, produced),
      ['vault.backup.stores.b.endpoint: given "http://s3.example.com"; allowed: https in production'],
    ],
    [
      "a role that nobody names or makes",
      backup({ stores: { a: { bucket: "snapshots", credentials: { kind: "webIdentity" } } } }),
      [
        "vault.backup.stores.a.credentials.roleArn: not set, and there is no section aws.backup that makes a role; allowed: the ARN of a role that trusts the ServiceAccount of backups",
      ],
    ],
    [
      "encryption by a key that is not named",
      backup({
        stores: {
          a: {
            bucket: "snapshots",
            credentials: { kind: "webIdentity", roleArn: "arn:aws:iam::111122223333:role/backup" },
            encryption: { kind: "sse-kms" },
          },
        },
      }),
      ["vault.backup.stores.a.encryption.keyArn: not set; allowed: the ARN of a KMS key"],
    ],
    [
      "drills of a store that there is none of, at a time that is none",
      backup({ drill: { store: "c", schedule: "monthly" } }),
      [
        'vault.backup.drill.schedule: given "monthly"; allowed: five fields of cron such as 0 3 * * 0',
        'vault.backup.drill.store: given "c"; allowed: one of vault.backup.stores: a, b; fix: did you mean a?',
      ],
    ],
    [
      "drills that need people with their shares",
      backup({ drill: {}, unseal: { method: "shamir" } }),
      [
        "vault.backup.drill: given with unseal.method shamir; allowed: a seal that opens by itself: awskms, transit or static; fix: leave it out, and restore for trial by hand, with people and their shares: docs/vault-backup.md",
      ],
    ],
    [
      "drills where there are no native side-cars",
      backup({ drill: {} }, (changes) =>
        vault(changes, { kubernetes: { version: "1.28" }, dind: { form: "container" } }),
      ),
      ["vault.backup.drill: given with Kubernetes 1.28; allowed: 1.29 or later: the server is a native side-car"],
    ],
  ]);
});

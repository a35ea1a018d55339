import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { parseConfig, readConfig } from "../../../../apps/vault-backup/config";
import { BackupError } from "../../../../apps/vault-backup/errors";
import { temporaryFolder } from "../../../support/temporary";
import { storeConfig } from "./world";

const valid = () => ({
  vault: {
    address: "https://vault-active.vault.svc:8200",
    peers: ["https://vault-0.vault-internal.vault.svc:8200"],
    caFile: "/vault-tls/ca.crt",
    loginMount: "kubernetes",
    role: "vault-backup",
    tokenFile: "/token",
    canaryPath: "secret/data/vault-backup/canary",
  },
  spoolFolder: "/spool",
  stores: [storeConfig("aws", "/keys"), storeConfig("onprem", "/keys")],
  retention: { days: 6, minKeep: 2, unverifiedGraceHours: 24 },
  deadlineSeconds: 7200,
  pushgateway: "http://pushgateway.monitoring.svc:9091",
  jobLease: { namespace: "vault", name: "vault-backup" },
});

function problems(change: (config: ReturnType<typeof valid>) => object): string {
  try {
    parseConfig(change(valid()));
  } catch (error) {
    assert.ok(error instanceof BackupError);
    assert.equal(error.exitCode, 40);
    return error.message;
  }
  return assert.fail("it was accepted");
}

describe("the configuration of the backup", () => {
  const folder = temporaryFolder();

  it("is accepted when it is right", () => {
    assert.deepEqual(parseConfig(valid()), valid());
  });

  it("is refused with all that is wrong: setting, value, allowed", () => {
    const message = problems((config) => ({
      ...config,
      vault: { ...config.vault, address: "http://vault" },
      retention: { ...config.retention, days: 0 },
      deadlineSeconds: "7200",
    }));
    assert.match(message, /vault\.address: given "http:\/\/vault"; allowed: https:\/\/HOST\[:PORT\]/);
    assert.match(message, /retention\.days: given 0; allowed: a whole number from 1 to 3650/);
    assert.match(message, /deadlineSeconds: given "7200"; allowed: a whole number from 1 to 86400/);
  });

  it("is refused with unknown keys, missing maps, and stores of the same name", () => {
    assert.match(
      problems((config) => ({ ...config, schedule: "x" })),
      /unknown key schedule/,
    );
    assert.match(
      problems((config) => ({ ...config, retention: undefined })),
      /retention: not set; allowed: a map/,
    );
    assert.match(
      problems((config) => ({ ...config, stores: [] })),
      /at least one store/,
    );
    assert.match(
      problems((config) => ({ ...config, stores: [config.stores[0], config.stores[0]] })),
      /stores: given aws twice; allowed: each name once/,
    );
    const credentials = { kind: "anonymous" };
    assert.match(
      problems((config) => ({ ...config, stores: [{ ...config.stores[0], credentials }] })),
      /stores\.0\.credentials.*webIdentity or keys/,
    );
  });

  it("names the file that is no JSON", () => {
    const file = join(folder(), "config.json");
    writeFileSync(file, "{");
    assert.throws(() => readConfig(file), /config\.json: .*allowed: a JSON file/);
    assert.throws(() => readConfig(join(folder(), "none.json")), /ENOENT/);
  });
});

import assert from "node:assert/strict";

import { platformAdminPolicy, platformAdminRules, policyText } from "../../../../components/vault/init-policy";

const rules = platformAdminRules({ secretMount: "kv", mayUnmountSecrets: false });

describe("the policy of Pulumi's login", () => {
  it("denies the values of secrets, whatever else is allowed", () => {
    assert.deepEqual(rules["kv/data/*"], ["deny"]);
    assert.deepEqual(rules["kv/subkeys/*"], ["deny"]);
    assert.deepEqual(rules["kv/config"], ["create", "read", "update"]);
    const paths = Object.keys(rules).filter((path) => path.startsWith("kv/"));
    assert.deepEqual(paths, ["kv/config", "kv/data/*", "kv/subkeys/*"]);
  });

  it("uses sudo only where the API demands it", () => {
    const paths = Object.entries(rules).filter(([, capabilities]) => capabilities.includes("sudo"));
    assert.deepEqual(
      paths.map(([path]) => path),
      ["sys/auth/*", "sys/audit", "sys/audit/*", "sys/step-down"],
    );
  });

  it("can make audit devices but not remove them, and unmount engines in development alone", () => {
    assert.equal(rules["sys/audit/*"]?.includes("delete"), false);
    assert.equal(rules["sys/mounts/*"]?.includes("delete"), false);
    const development = platformAdminRules({ secretMount: "kv", mayUnmountSecrets: true });
    assert.equal(development["sys/mounts/*"]?.includes("delete"), true);
  });

  it("names no snapshot, seal, key or token of others", () => {
    const text = platformAdminPolicy({ secretMount: "kv", mayUnmountSecrets: true });
    assert.doesNotMatch(text, /snapshot|sys\/seal|rekey|rotate|generate-root|raw|token\/create|accessor|"\*"/);
  });

  it("may take away the engine of backups' mark, which holds no secret, in production too", () => {
    assert.equal(rules["sys/mounts/canary"]?.includes("delete"), true);
    assert.deepEqual(
      Object.keys(rules).filter((path) => path.startsWith("canary/")),
      [],
    );
  });

  it("is written with one block for each path", () => {
    assert.equal(
      policyText({ "a/b": ["read"], 'c"d': ["create", "sudo"] }),
      'path "a/b" {\n  capabilities = ["read"]\n}\n\npath "c\\"d" {\n  capabilities = ["create", "sudo"]\n}\n',
    );
  });
});

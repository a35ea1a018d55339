import assert from "node:assert/strict";

import fc from "fast-check";

import { renderHcl } from "../../../../components/vault/hcl";
import { serverConfig, type ServerConfigArgs } from "../../../../components/vault/server-config";
import { serverRelease } from "../../../../components/vault/server-release";

const peers = ["vault-0", "vault-1"].map((pod) => {
  const host = `${pod}.vault-internal.vault.svc`;
  return { host, address: `https://${host}:8200` };
});
const openbao: ServerConfigArgs = {
  release: serverRelease("openbao", "2.7.2"),
  peers,
  unseal: { method: "static", secret: { name: "vault-unseal", key: "key" }, keyId: "1" },
  audit: { stdout: true, file: true },
};
const kms = { method: "awskms", region: "eu-central-1", keyArn: "alias/prod-vault-unseal" } as const;

/** The text without what no case here is about. */
function partsOf(changes: Partial<ServerConfigArgs>, part: RegExp): string[] {
  const blocks = serverConfig({ ...openbao, ...changes }).split(/\n\n(?=\S)/);
  return blocks.filter((block) => part.test(block)).map((block) => block.trim());
}

describe("serverConfig", () => {
  it("is the whole configuration of OpenBao", () => {
    assert.equal(
      serverConfig(openbao),
      `ui = false
log_format = "json"
log_level = "info"

storage "raft" {
  path = "/vault/data"
  performance_multiplier = 1

  retry_join {
    leader_api_addr = "https://vault-0.vault-internal.vault.svc:8200"
    leader_tls_servername = "vault-0.vault-internal.vault.svc"
    leader_ca_cert_file = "/vault/tls/ca.crt"
  }

  retry_join {
    leader_api_addr = "https://vault-1.vault-internal.vault.svc:8200"
    leader_tls_servername = "vault-1.vault-internal.vault.svc"
    leader_ca_cert_file = "/vault/tls/ca.crt"
  }
}

listener "tcp" {
  address = "[::]:8200"
  cluster_address = "[::]:8201"
  tls_cert_file = "/vault/tls/tls.crt"
  tls_key_file = "/vault/tls/tls.key"
  tls_min_version = "tls12"
  tls_disable_client_certs = true
  tls_auto_reload = true
  tls_auto_reload_interval = "60s"
}

listener "tcp" {
  address = "[::]:8202"
  tls_cert_file = "/vault/tls/tls.crt"
  tls_key_file = "/vault/tls/tls.key"
  tls_min_version = "tls12"
  tls_disable_client_certs = true
  tls_auto_reload = true
  tls_auto_reload_interval = "60s"

  telemetry {
    unauthenticated_metrics_access = true
    metrics_only = true
  }
}

seal "static" {
  current_key_id = "1"
  current_key = "file:///vault/seal/current/key"
}

service_registration "kubernetes" {}

telemetry {
  prometheus_retention_time = "10m"
  disable_hostname = true
}

audit "file" "stdout" {
  options {
    file_path = "stdout"
  }
}

audit "file" "file" {
  options {
    file_path = "/vault/audit/audit.log"
  }
}
`,
    );
  });

  it("states for Vault that no memory is locked, and leaves audit devices, reloading and the narrow listener to others", () => {
    const text = serverConfig({ ...openbao, release: serverRelease("vault", "2.0.4"), unseal: { method: "shamir" } });
    assert.match(text, /^disable_mlock = true$/m);
    assert.doesNotMatch(text, /audit|tls_auto_reload|metrics_only|^seal/m);
    assert.equal(text.split("unauthenticated_metrics_access").length, 2);
    assert.doesNotMatch(serverConfig(openbao), /disable_mlock/);
  });

  it("leaves out of OpenBao 2.6 what came with 2.7", () => {
    const text = serverConfig({ ...openbao, release: serverRelease("openbao", "2.6.3") });
    assert.doesNotMatch(text, /tls_auto_reload|metrics_only/);
    assert.match(text, /^audit "file" "stdout"/m);
  });

  it("has the audit devices that are asked for", () => {
    const names = (audit?: ServerConfigArgs["audit"]) =>
      partsOf({ audit }, /^audit/).map((block) => block.split(" {")[0]);
    assert.deepEqual(names({ stdout: true, file: false }), ['audit "file" "stdout"']);
    assert.deepEqual(names({ stdout: false, file: true }), ['audit "file" "file"']);
    assert.deepEqual(names(), []);
  });

  it("may be read outside of a cluster", () => {
    const ports = { api: 18_200, cluster: 18_201, metrics: 18_202 };
    const text = serverConfig({ ...openbao, bind: "127.0.0.1", ports, registersAtKubernetes: false });
    assert.doesNotMatch(text, /service_registration|\[::\]/);
    for (const port of Object.values(ports)) assert.ok(text.includes(`"127.0.0.1:${port}"`));
  });

  describe("of the seal", () => {
    const seal = (changes: Partial<ServerConfigArgs>) => partsOf(changes, /^(seal|plugin|plugin_directory)/m);

    it("names region and key of AWS, and its role nowhere", () => {
      assert.deepEqual(seal({ release: serverRelease("vault", "2.0.4"), unseal: kms }), [
        'seal "awskms" {\n  region = "eu-central-1"\n  kms_key_id = "alias/prod-vault-unseal"\n}',
      ]);
    });

    it("names the plugin where OpenBao needs one", () => {
      const plugin = { folder: "/usr/local/plugins", command: "openbao-plugin-kms-aws", sha256: "ab".repeat(32) };
      const [first, ...others] = seal({ unseal: { ...kms, plugin } });
      assert.match(first ?? "", /^plugin_directory = "\/usr\/local\/plugins"$/m);
      assert.deepEqual(others, [
        `plugin "kms" "awskms" {\n  command = "openbao-plugin-kms-aws"\n  sha256sum = "${"ab".repeat(32)}"\n}`,
        'seal "awskms" {\n  region = "eu-central-1"\n  kms_key_id = "alias/prod-vault-unseal"\n}',
      ]);
    });

    it("names the other Vault of transit, and its token nowhere", () => {
      const transit = {
        method: "transit",
        address: "https://root.example.com:8200",
        mountPath: "transit",
        keyName: "runner-platform",
        tokenSecret: { name: "vault-transit", key: "token" },
      } as const;
      assert.deepEqual(seal({ unseal: { ...transit, caSecret: { name: "root-ca", key: "ca.crt" } } }), [
        'seal "transit" {\n  address = "https://root.example.com:8200"\n  mount_path = "transit/"\n  key_name = "runner-platform"\n  tls_ca_cert = "/vault/seal/ca/ca.crt"\n}',
      ]);
      assert.doesNotMatch(serverConfig({ ...openbao, unseal: transit }), /tls_ca_cert|token/);
    });

    it("names the key before, while static keys are exchanged", () => {
      const [text] = seal({
        unseal: {
          method: "static",
          secret: { name: "vault-unseal-2", key: "key" },
          keyId: "2",
          previous: { secret: { name: "vault-unseal", key: "key" }, keyId: "1" },
        },
      });
      assert.match(text ?? "", /previous_key_id = "1"\n {2}previous_key = "file:\/\/\/vault\/seal\/previous\/key"/);
    });
  });
});

describe("renderHcl", () => {
  it("keeps every value within its quotes", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = renderHcl({ attributes: { key: value } });
        const [, literal = ""] = /^key = (".*")\n$/s.exec(text) ?? [];
        assert.equal(JSON.parse(literal), value);
        assert.ok(!literal.includes("\n"));
      }),
    );
  });
});

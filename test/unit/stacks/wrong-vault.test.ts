import { images, produced, testRefusals, vault } from "./vault-fixtures";

describe("settings of Vault that are wrong", () => {
  testRefusals([
    [
      "audit logs that fill their volume",
      vault({ audit: { rotate: { size: "1Gi", files: 10 } } }),
      [
        "vault.audit.rotate: 10 files of 1Gi and the present one; allowed: at most 80 % of vault.storage.audit, which is 10Gi, and a size above 0; fix: take fewer or smaller files, or a larger volume",
      ],
    ],
    [
      "a release that nobody maintains",
      vault({ version: "2.4.4" }),
      ['vault.version: given "2.4.4"; allowed: 2.5.0 or later, with distribution openbao'],
    ],
    [
      "an image of another version",
      vault({ version: "2.7.1" }),
      [
        'vault.version: given "2.7.1", but the image is 2.7.2; allowed: the version of vault.image; fix: change both together',
      ],
    ],
    [
      "no audit, in production",
      produced({ audit: { enabled: false } }),
      ["vault.audit.enabled: given false; allowed: true in production: nobody could say who has read a secret"],
    ],
    [
      "audit without a device",
      vault({ audit: { stdout: false, file: false } }),
      [
        "vault.audit: enabled, but without a device; allowed: stdout, file or both; fix: use both: Vault answers nothing that it can log nowhere",
      ],
    ],
    [
      "no cert-manager",
      vault({}, { certManager: { mode: "none" } }),
      [
        'certManager.mode: given "none", but Vault needs a certificate; allowed: install or existing; fix: set it to install, or to existing if the cluster has cert-manager',
      ],
    ],
    [
      "an issuer that there is none of",
      vault({ tls: { issuer: "platform-c" } }),
      [
        'vault.tls.issuer: given "platform-c"; allowed: one of certManager.issuers: platform-ca; fix: did you mean platform-ca?',
      ],
    ],
    [
      "certificates that outlive their issuer's",
      vault({ tls: { issuer: "platform-ca", duration: "9000h", renewBefore: "9000h" } }),
      [
        'vault.tls.renewBefore: given "9000h"; allowed: less than duration, which is 9000h',
        'vault.tls.duration: given "9000h"; allowed: at most leafDuration of the issuer, which is 2160h',
      ],
    ],
    [
      "an address, which no certificate has",
      vault({ provisioner: { address: "https://10.0.0.1:8200" } }),
      [
        "vault.provisioner.tlsServerName: not set, but vault.provisioner.address is the address 10.0.0.1; allowed: a name of the certificate, such as vault-active.vault.svc",
      ],
    ],
    [
      "a name that the certificate does not have",
      vault({ provisioner: { address: "https://vault.example.com" } }),
      [
        'vault.provisioner.address: given "https://vault.example.com", a name that the certificate does not have; allowed: a name of the certificate: of a Service, of a server, or of vault.tls.names; fix: add vault.example.com to vault.tls.names, or set vault.provisioner.tlsServerName',
      ],
    ],
    [
      "another name that it does not have",
      vault({ provisioner: { address: "https://10.0.0.1", tlsServerName: "vault.example.com" } }),
      [
        'vault.provisioner.tlsServerName: given "vault.example.com"; allowed: a name of the certificate: of a Service, of a server, or of vault.tls.names; fix: add it to vault.tls.names',
      ],
    ],
    [
      "the namespace of others",
      vault({ namespace: "arc-systems" }),
      [
        'vault.namespace: given "arc-systems"; allowed: another one than namespaces.controller: whoever reads Secrets there gets at Vault',
      ],
    ],
    [
      "a name that is too long",
      vault({ name: "a".repeat(41), provisioner: { tlsServerName: "localhost" } }),
      [`vault.name: given "${"a".repeat(41)}"; allowed: at most 40 letters: names of objects begin with it`],
    ],
    [
      "clients from everywhere",
      vault({ clientCidrs: ["0.0.0.0/0"] }),
      ['vault.clientCidrs.0: given "0.0.0.0/0"; allowed: a range that is not everything'],
    ],
    [
      "no address",
      vault({ clusterIp: "1.2.3" }),
      ['vault.clusterIp: given "1.2.3"; allowed: an IP address of the cluster\'s Service range'],
    ],
    [
      "an image without digest where digests are wanted",
      vault({ image: "example.com/openbao:2.7.2" }, { images }),
      [
        'vault.image: given "example.com/openbao:2.7.2"; allowed: an image with @sha256:DIGEST, or one that images.lock.json holds; fix: run `npm run images -- lock`, or set images.requireDigest to false',
      ],
    ],
    [
      "volumes in production that go with their claims",
      produced({}, { storage: { backend: "local", local: { provisioner: "example.com/folders" } } }),
      [
        "storage.classes.retained: not set; allowed: the name of a class, for Vault in production: its volumes outlive their claims",
      ],
    ],
    [
      "a class in production whose volumes are deleted",
      produced(
        { storage: { className: "rook-ceph-block" } },
        { storage: { backend: "local", classes: { retained: "kept" }, local: { provisioner: "example.com/folders" } } },
      ),
      [
        'vault.storage.className: given "rook-ceph-block"; allowed: kept in production: volumes of rook-ceph-block are deleted with their claims',
      ],
    ],
  ]);
});

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  base64Of,
  certificateFiles,
  type Certificates,
  ensureCertificates,
} from "../../../../sandbox/cluster/certificates";
import { type Paths, paths } from "../../../../sandbox/cluster/paths";

describe("ensureCertificates", () => {
  let state: Paths;
  let files: Certificates;
  before(async () => {
    state = paths(mkdtempSync(join(tmpdir(), "runner-platform-certificates-")));
    files = await ensureCertificates(state);
  });
  after(() => {
    rmSync(state.root, { recursive: true, force: true });
  });

  const read = (name: keyof Certificates): X509Certificate =>
    new X509Certificate(readFileSync(files[name].certificate));

  it("makes an authority that may sign certificates", () => {
    const authority = read("authority");
    assert.equal(authority.subject, "CN=sandbox-authority");
    assert.ok(authority.ca);
    assert.ok(authority.verify(authority.publicKey));
  });

  const subjects: readonly (readonly [keyof Certificates, string])[] = [
    ["apiServer", "CN=kube-apiserver"],
    ["apiServerKubeletClient", "CN=kube-apiserver-kubelet-client\nO=system:masters"],
    ["kubelet", "CN=system:node:sandbox\nO=system:nodes"],
    ["admin", "CN=sandbox-admin\nO=system:masters"],
    ["controllerManager", "CN=system:kube-controller-manager"],
    ["scheduler", "CN=system:kube-scheduler"],
    ["proxy", "CN=system:kube-proxy"],
  ];
  for (const [name, subject] of subjects) {
    it(`issues ${name} to the user that Kubernetes expects, signed by the authority, for its own key`, () => {
      const authority = read("authority");
      const certificate = read(name);
      assert.equal(certificate.subject, subject);
      assert.ok(certificate.checkIssued(authority));
      assert.ok(certificate.verify(authority.publicKey));
      assert.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(files[name].key))));
      assert.equal(certificate.ca, false);
      assert.ok(new Date(certificate.validFrom) < new Date());
      const days = (new Date(certificate.validTo).getTime() - Date.now()) / 86_400_000;
      assert.ok(days > 364 && days < 366, certificate.validTo);
    });
  }

  it("lets the API server be called by every name and address it has", () => {
    const certificate = read("apiServer");
    for (const host of ["localhost", "kubernetes", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"])
      assert.equal(certificate.checkHost(host), host);
    for (const address of ["127.0.0.1", "10.96.0.1", "10.88.0.1"]) assert.equal(certificate.checkIP(address), address);
    assert.equal(certificate.checkHost("example.com"), undefined);
    assert.equal(certificate.checkIP("10.96.0.2"), undefined);
  });

  it("gives the kubelet its node's name, and clients no names", () => {
    assert.equal(read("kubelet").subjectAltName, "DNS:sandbox, IP Address:10.88.0.1");
    assert.equal(read("admin").subjectAltName, undefined);
  });

  it("makes a key pair for the tokens of service accounts", () => {
    const privateKey = createPrivateKey(readFileSync(files.serviceAccounts.key));
    const publicKey = createPublicKey(readFileSync(files.serviceAccounts.certificate));
    const token = Buffer.from("token");
    assert.ok(verify("sha256", token, publicKey, sign("sha256", token, privateKey)));
  });

  it("lets nobody but the owner read keys", () => {
    assert.equal(statSync(state.certificates).mode & 0o777, 0o700);
    const names = Object.keys(files) as (keyof Certificates)[];
    for (const name of names) assert.equal(statSync(files[name].key).mode & 0o777, 0o600, name);
  });

  it("gives a file's content as kubeconfig files want it", () => {
    const pem = Buffer.from(base64Of(files.admin.certificate), "base64").toString();
    assert.match(pem, /^-----BEGIN CERTIFICATE-----\n/);
  });

  it("keeps a complete set, and makes a new one when it was interrupted", async () => {
    const content = (): string => readFileSync(files.authority.certificate, "utf8");
    const before = content();
    assert.deepEqual(await ensureCertificates(state), certificateFiles(state));
    assert.equal(content(), before);
    unlinkSync(join(state.certificates, "complete"));
    await ensureCertificates(state);
    assert.notEqual(content(), before);
    assert.ok(read("proxy").verify(read("authority").publicKey));
  });
});

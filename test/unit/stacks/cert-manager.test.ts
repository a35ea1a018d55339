import assert from "node:assert/strict";

import fc from "fast-check";

import { formatProblem } from "../../../stacks/problems";
import { decode, settingsOf } from "../../support/settings";

type Change = Readonly<Record<string, unknown>>;

/** The lines about a stack whose section is changed so, without the headline. */
function lines(certManager: Change, others: Change = {}): string[] {
  const result = decode("dev", { certManager, ...others });
  return "problems" in result ? result.problems.map(formatProblem) : [];
}

function issuerLines(issuer: Change, name = "own", others: Change = {}): string[] {
  return lines({ mode: "install", issuers: { [name]: issuer }, ...others });
}

const ca = { commonName: "platform" };
const acme = { server: "https://acme.example.com/directory", privateKeySecretName: "acme" };
const http01 = { ingressClassName: "nginx" };
const dns01 = { region: "eu-central-1", hostedZoneId: "Z012345", roleArn: "arn:aws:iam::123456789012:role/dns" };
const vault = {
  server: "https://vault.example.com",
  path: "pki/sign/platform",
  role: "cert-manager",
  serviceAccountName: "vault-issuer",
  audience: "vault",
};
const digest = `@sha256:${"0".repeat(64)}`;
const old = { mode: "install", version: "1.11.5", chart: { version: "v1.11.5" }, approver: { scope: "all" } };
const legacy = { runnerDeployments: {} };

describe("settings of cert-manager", () => {
  it("ask for nothing unless they say so", () => {
    const { certManager } = settingsOf("dev");
    assert.equal(certManager.mode, "none");
    assert.deepEqual(certManager.chart, {
      chart: "cert-manager",
      repository: "https://charts.jetstack.io",
      version: "v1.21.2",
    });
  });

  const right: readonly (readonly [string, Change, Change?])[] = [
    ["an installation without issuers", { mode: "install" }],
    ["an authority of one's own, with common values", { mode: "install", issuers: { own: { selfSignedCa: ca } } }],
    ["ACME by HTTP and DNS", { mode: "install", issuers: { own: { acme: { ...acme, http01, dns01 } } } }],
    ["Vault, in a namespace", { mode: "install", issuers: { own: { namespace: "team-a", vault } } }],
    [
      "an issuer that exists, whatever its namespace",
      { mode: "existing", issuers: { own: { namespace: "arc-systems", existing: { name: "x" } } } },
    ],
    ["an authority in a cluster with cert-manager", { mode: "existing", issuers: { own: { selfSignedCa: ca } } }],
    ["the older release", old],
    ["a chart in a folder", { mode: "install", chart: { chart: "folder-v1.21.2", repository: null, version: null } }],
    [
      "more signers",
      {
        mode: "install",
        approver: { signers: ["clusterissuers.cert-manager.io/other", "issuers.pki.example.com/team-a.x"] },
      },
    ],
    ["older runners with an installation", { mode: "install" }, { legacy }],
    ["older runners with an existing one", { mode: "existing" }, { legacy }],
  ];
  for (const [what, certManager, others] of right) {
    it(`may describe ${what}`, () => {
      assert.deepEqual(lines(certManager, others), []);
    });
  }

  it("give an authority a life of ten years, two of which overlap, and certificates of 90 days", () => {
    const { issuers } = settingsOf("dev", {
      certManager: { mode: "install", issuers: { own: { selfSignedCa: ca } } },
    }).certManager;
    assert.deepEqual(issuers["own"]?.selfSignedCa, {
      commonName: "platform",
      duration: "87600h",
      renewBefore: "17520h",
      leafDuration: "2160h",
      keyAlgorithm: "ECDSA",
    });
  });

  const wrong: readonly (readonly [string, () => string[], string])[] = [
    [
      "older runners without anybody who issues their controller's certificate",
      () => lines({}, { legacy }),
      'certManager.mode: given "none", but legacy.controller.certificates is cert-manager; allowed: install or existing; fix: set it to install, or to existing if the cluster has cert-manager',
    ],
    [
      "issuers without cert-manager",
      () => lines({ issuers: { own: { selfSignedCa: ca } } }),
      "certManager.issuers: given own; allowed: nothing with certManager.mode none; fix: set certManager.mode to install, or to existing if the cluster has cert-manager",
    ],
    [
      "a release that was not looked at",
      () => lines({ mode: "install", version: "1.15.0", chart: { version: "v1.15.0" } }),
      'certManager.version: given "1.15.0"; allowed: 1.21.x or 1.11.x: charts and definitions of other lines have not been looked at',
    ],
    [
      "a chart of another release",
      () => lines({ mode: "install", chart: { version: "v1.21.0" } }),
      'certManager.version: given "1.21.2", but the chart is v1.21.0; allowed: the chart\'s version; fix: change both together, and the images with them',
    ],
    [
      "a folder with another release",
      () => lines({ mode: "install", chart: { chart: "folder-v1.21.0", repository: null, version: null } }),
      'certManager.version: given "1.21.2", but the chart is v1.21.0; allowed: the chart\'s version; fix: change both together, and the images with them',
    ],
    [
      "a repository's chart without version",
      () => lines({ mode: "install", chart: { version: null } }),
      "certManager.chart.version: not set; allowed: the version of the chart",
    ],
    [
      "a folder that is not there",
      () => lines({ mode: "install", chart: { chart: "/nowhere", repository: null, version: null } }),
      'certManager.chart.chart: given "/nowhere": no such folder or file; allowed: a chart\'s name together with repository, oci://REGISTRY/CHART, a folder, or a .tgz file',
    ],
    [
      "the namespace of jobs for the keys of authorities",
      () => lines({ mode: "install", namespace: "arc-runners-dind" }),
      'certManager.namespace: given "arc-runners-dind"; allowed: a namespace of its own: the keys of authorities lie there',
    ],
    [
      "a narrow approver that the release does not have",
      () => lines({ ...old, approver: { scope: "listed" } }),
      'certManager.approver.scope: given "listed"; allowed: all: the chart of cert-manager 1.11.5 cannot narrow what is approved',
    ],
    [
      "signers that would be lost among all",
      () => lines({ mode: "install", approver: { scope: "all", signers: ["clusterissuers.cert-manager.io/x"] } }),
      'certManager.approver.signers: given ["clusterissuers.cert-manager.io/x"]; allowed: nothing with scope all',
    ],
    [
      "signers for a cert-manager of somebody else's",
      () => lines({ mode: "existing", approver: { signers: ["clusterissuers.cert-manager.io/x"] } }),
      'certManager.approver.signers: given ["clusterissuers.cert-manager.io/x"]; allowed: nothing: an existing cert-manager is not changed',
    ],
    [
      "a signer without its kind",
      () => lines({ mode: "install", approver: { signers: ["platform-ca"] } }),
      'certManager.approver.signers.0: given "platform-ca"; allowed: clusterissuers.cert-manager.io/NAME or issuers.cert-manager.io/NAMESPACE.NAME',
    ],
    [
      "an issuer of no kind",
      () => issuerLines({}),
      "certManager.issuers.own: of no kind; allowed: exactly one of selfSignedCa, acme, vault, existing",
    ],
    [
      "an issuer of two kinds",
      () => issuerLines({ selfSignedCa: ca, vault }),
      "certManager.issuers.own: of several kinds: selfSignedCa, vault; allowed: exactly one of selfSignedCa, acme, vault, existing",
    ],
    [
      "an issuer's name that no object can have",
      () => issuerLines({ selfSignedCa: ca }, "Own_CA"),
      'certManager.issuers.Own_CA: given "Own_CA"; allowed: a DNS label of at most 50 letters',
    ],
    [
      "the name of the issuer of roots, where that one is",
      () => issuerLines({ selfSignedCa: ca, namespace: "cert-manager" }, "bootstrap"),
      'certManager.issuers.bootstrap: given "bootstrap"; allowed: another name: bootstrap is the issuer of root certificates',
    ],
    [
      "an issuer in a namespace that comes later",
      () => issuerLines({ selfSignedCa: ca, namespace: "arc-systems" }),
      'certManager.issuers.own.namespace: given "arc-systems"; allowed: a namespace that exists before the platform does; fix: leave it out: a ClusterIssuer serves all namespaces',
    ],
    [
      "a root that is to be renewed before it begins",
      () => issuerLines({ selfSignedCa: { ...ca, duration: "8760h", renewBefore: "8760h" } }),
      'certManager.issuers.own.selfSignedCa.renewBefore: given "8760h"; allowed: less than duration, which is 8760h',
    ],
    [
      "certificates that outlive their root",
      () => issuerLines({ selfSignedCa: { ...ca, renewBefore: "720h", leafDuration: "2160h" } }),
      'certManager.issuers.own.selfSignedCa.leafDuration: given "2160h"; allowed: less than renewBefore of the root, which is 720h; fix: otherwise the last certificates of a root outlive it',
    ],
    [
      "a duration in days",
      () => issuerLines({ selfSignedCa: { ...ca, duration: "3650d" } }),
      'certManager.issuers.own.selfSignedCa.duration: given "3650d"; allowed: a duration in hours, minutes and seconds, such as "2160h" or "1h30m"',
    ],
    [
      "an ACME account that proves nothing",
      () => issuerLines({ acme }),
      "certManager.issuers.own.acme: proves nothing; allowed: http01, dns01 or both",
    ],
    [
      "an ACME server over plain HTTP",
      () => issuerLines({ acme: { ...acme, server: "http://acme.example.com", http01 } }),
      'certManager.issuers.own.acme.server: given "http://acme.example.com"; allowed: an address that begins with https://',
    ],
    [
      "HTTP-01 without the image that answers",
      () => issuerLines({ acme: { ...acme, http01 } }, "own", { images: { acmesolver: null } }),
      "certManager.images.acmesolver: not set; allowed: an image, with an issuer that has http01",
    ],
    [
      "a user for a role",
      () => issuerLines({ acme: { ...acme, dns01: { ...dns01, roleArn: "arn:aws:iam::123456789012:user/dns" } } }),
      'certManager.issuers.own.acme.dns01.roleArn: given "arn:aws:iam::123456789012:user/dns"; allowed: arn:aws:iam::ACCOUNT:role/NAME',
    ],
    [
      "a login at Vault that the release does not have",
      () => issuerLines({ vault }, "own", old),
      "certManager.issuers.own.vault: given; allowed: nothing: cert-manager 1.11.5 logs in with long-lived keys only; fix: set certManager.version to 1.21.2, with its chart and images",
    ],
    [
      "a path of Vault that signs nothing",
      () => issuerLines({ vault: { ...vault, path: "pki/roles/platform" } }),
      'certManager.issuers.own.vault.path: given "pki/roles/platform"; allowed: MOUNT/sign/ROLE of a PKI engine',
    ],
  ];
  for (const [what, found, message] of wrong) {
    it(`are refused with ${what}`, () => {
      assert.deepEqual(found(), [message]);
    });
  }

  it("need a digest for each image of an installation where digests are demanded", () => {
    const images = Object.fromEntries(
      ["controller", "runner", "dind", "node"].map((key) => [key, `registry/x/${key}:1${digest}`]),
    );
    const demanding = { images: { requireDigest: true, ...images } };
    assert.deepEqual(lines({ mode: "existing" }, demanding), []);
    assert.deepEqual(
      lines({ mode: "install", images: { webhook: `registry/x/webhook:1${digest}`, acmesolver: null } }, demanding),
      ["controller", "cainjector"].map(
        (part) =>
          `certManager.images.${part}: given "quay.io/jetstack/cert-manager-${part}:v1.21.2"; allowed: an image with @sha256:DIGEST, or one that images.lock.json holds; fix: run \`npm run images -- lock\`, or set images.requireDigest to false`,
      ),
    );
  });

  it("never let a certificate of the platform outlive the root that signed it", () => {
    const hours = fc.integer({ min: 1, max: 200_000 });
    fc.assert(
      fc.property(hours, hours, hours, (duration, renewBefore, leaf) => {
        const life = { duration: `${duration}h`, renewBefore: `${renewBefore}h`, leafDuration: `${leaf}h` };
        const accepted = issuerLines({ selfSignedCa: { ...ca, ...life } }).length === 0;
        // The last one is signed just before the root is issued anew, when `renewBefore` of it is left.
        assert.equal(accepted, leaf < renewBefore && renewBefore < duration);
      }),
      { numRuns: 30 },
    );
  });
});

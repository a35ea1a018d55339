import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { approvedSigners, createCertManager, issuerPorts } from "../../../components/certificates";
import type { Secrets } from "../../../stacks/secrets";
import { register, type Registrations } from "../../support/mocks";
import { type Changes, settingsOf } from "../../support/settings";

const secrets: Secrets = {
  github: { kind: "token", token: pulumi.secret("ghp_0") },
  registryCredentials: pulumi.secret('{"auths":{}}'),
};
const selfSignedCa = { commonName: "platform" };
const acme = { server: "https://acme.example.com:8443/directory", privateKeySecretName: "acme" };
const dns01 = { region: "eu-central-1", hostedZoneId: "Z012345", roleArn: "arn:aws:iam::123456789012:role/dns" };
const vault = {
  server: "https://vault.example.com:8200",
  path: "pki/sign/platform",
  role: "cert-manager",
  serviceAccountName: "vault-issuer",
  audience: "vault",
};

function run(certManager: Changes, others: Changes = {}): Promise<Registrations> {
  const settings = settingsOf("dev", { certManager, ...others });
  return register(() => createCertManager(settings, secrets, {}));
}

function chartValues(registrations: Registrations): Record<string, unknown> {
  const { inputs } = registrations.get("kubernetes:helm.sh/v4:Chart", "cert-manager-chart");
  return inputs["values"] as Record<string, unknown>;
}

describe("createCertManager", () => {
  it("makes nothing unless settings ask for it", async () => {
    assert.deepEqual((await run({})).list(), []);
  });

  it("makes issuers alone in a cluster that has cert-manager", async () => {
    const registrations = await run({ mode: "existing", issuers: { ca: { selfSignedCa } } });
    assert.deepEqual(registrations.list(), [
      "kubernetes:cert-manager.io/v1:Certificate ca-root < ca",
      "kubernetes:cert-manager.io/v1:ClusterIssuer ca-issuer < ca",
      "kubernetes:cert-manager.io/v1:Issuer cert-manager-bootstrap < cert-manager",
      "runner-platform:index:CertManager cert-manager",
      "runner-platform:index:CertificateIssuer ca < cert-manager",
    ]);
  });

  it("installs into a restricted namespace that reaches the API server, and what issuers are behind", async () => {
    const registrations = await run(
      { mode: "install", issuers: { ca: { selfSignedCa }, vault: { vault } } },
      { monitoring: { podMonitors: true, prometheusRules: true } },
    );
    const namespace = registrations.get("kubernetes:core/v1:Namespace", "certificates-namespace").inputs["metadata"];
    const { name, labels } = namespace as { name: string; labels: Record<string, string> };
    assert.deepEqual([name, labels["pod-security.kubernetes.io/enforce"]], ["cert-manager", "restricted"]);
    const policies = registrations
      .ofType("kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .map((policy) => [policy.name, policy.inputs["spec"]] as const);
    assert.deepEqual(policies.map(([policy]) => policy).sort(), [
      "cert-manager-webhook",
      "certificates-allow-api-server",
      "certificates-allow-dns",
      "certificates-allow-metrics",
      "certificates-allow-outbound",
      "certificates-default-deny",
    ]);
    const spec = JSON.stringify(policies.find(([policy]) => policy === "certificates-allow-outbound")?.[1]);
    assert.match(spec, /"ports":\[\{"port":8200,"protocol":"TCP"\}\]/);
    assert.deepEqual(registrations.get("runner-platform:index:CertManager", "cert-manager").dependencies, [
      "certificates-allow-api-server",
      "certificates-allow-dns",
      "certificates-allow-metrics",
      "certificates-allow-outbound",
      "certificates-default-deny",
      "certificates-namespace",
    ]);
    registrations.get("kubernetes:monitoring.coreos.com/v1:PodMonitor", "cert-manager-metrics");
    registrations.get("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "cert-manager-rule");
  });

  it("takes images through the mirror, with the registry's credentials", async () => {
    const registrations = await run(
      { mode: "install" },
      {
        images: { mirror: "harbor.example.com/proxy" },
        registry: { pullSecret: "harbor" },
        registryCredentials: '{"auths":{}}',
      },
    );
    const values = chartValues(registrations);
    const images = [values, values["webhook"], values["cainjector"], values["acmesolver"]].map(
      (part) => Reflect.get(Object(Reflect.get(Object(part), "image")), "repository") as unknown,
    );
    assert.deepEqual(
      images,
      ["controller", "webhook", "cainjector", "acmesolver"].map(
        (part) => `harbor.example.com/proxy/quay.io/jetstack/cert-manager-${part}`,
      ),
    );
    assert.deepEqual(Reflect.get(Object(values["global"]), "imagePullSecrets"), [{ name: "harbor" }]);
    const secret = registrations.get("kubernetes:core/v1:Secret", "certificates-pull-secret");
    assert.deepEqual(secret.inputs["metadata"], { name: "harbor", namespace: "cert-manager" });
    assert.deepEqual(secret.secretPaths, ["stringData"]);
    const { dependencies } = registrations.get("runner-platform:index:CertManager", "cert-manager");
    assert.ok(dependencies.includes("certificates-pull-secret"));
  });

  it("approves requests to its own issuers, to that of older runners, and to those that settings list", () => {
    const { certManager, legacy } = settingsOf("dev", {
      certManager: {
        mode: "install",
        issuers: {
          ca: { selfSignedCa },
          team: { namespace: "team-a", selfSignedCa },
          company: { existing: { name: "company-ca" } },
        },
        approver: { signers: ["clusterissuers.cert-manager.io/other"] },
      },
      legacy: { runnerDeployments: {} },
    });
    assert.deepEqual(approvedSigners(certManager, legacy), [
      "issuers.cert-manager.io/cert-manager.bootstrap",
      "clusterissuers.cert-manager.io/ca",
      "issuers.cert-manager.io/team-a.team",
      "issuers.cert-manager.io/team-a.team-bootstrap",
      "clusterissuers.cert-manager.io/company-ca",
      "issuers.cert-manager.io/actions-runner-system.actions-runner-controller-selfsigned-issuer",
      "clusterissuers.cert-manager.io/other",
    ]);
  });

  it("hands that list to the chart, which takes an empty one for all", async () => {
    const listed = chartValues(await run({ mode: "install" }));
    assert.deepEqual(listed["approveSignerNames"], ["issuers.cert-manager.io/cert-manager.bootstrap"]);
    const all = chartValues(await run({ mode: "install", approver: { scope: "all" } }));
    assert.equal("approveSignerNames" in all, false);
  });

  it("protects roots in production", async () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    const own = ["controller", "webhook", "cainjector", "acmesolver"];
    const images = (parts: readonly string[]) =>
      Object.fromEntries(parts.map((part) => [part, `registry/x:1${digest}`]));
    const registrations = await run(
      { mode: "install", issuers: { ca: { selfSignedCa } }, images: images(own) },
      { production: true, images: { requireDigest: true, ...images(["controller", "runner", "dind", "node"]) } },
    );
    const guarded = registrations.all.filter(({ protect }) => protect);
    assert.deepEqual(
      guarded.map(({ name }) => name),
      ["ca-root"],
    );
  });
});

describe("issuerPorts", () => {
  const ports = (issuer: Changes): number[] => {
    const { issuers } = settingsOf("dev", { certManager: { mode: "install", issuers: { own: issuer } } }).certManager;
    return issuerPorts(Object.values(issuers));
  };
  const cases: readonly (readonly [string, Changes, readonly number[]])[] = [
    ["none for an authority of one's own", { selfSignedCa }, []],
    ["the server's and port 80 for HTTP-01", { acme: { ...acme, http01: { ingressClassName: "nginx" } } }, [80, 8443]],
    ["the server's and that of AWS for DNS-01", { acme: { ...acme, dns01 } }, [443, 8443]],
    ["Vault's", { vault }, [8200]],
    ["none for an issuer that exists", { existing: { name: "company-ca" } }, []],
  ];
  for (const [what, issuer, expected] of cases) {
    it(`are ${what}`, () => {
      assert.deepEqual(ports(issuer), expected);
    });
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { formatProblems } from "../../../stacks/problems";
import { type Changes, decode, least, settingsOf } from "../../support/settings";

const text = readFileSync(join(__dirname, "../../../Pulumi.eks.yaml"), "utf8");
const pem = "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----";

/** The settings of an example file with what it leaves to secrets. */
function changesOf(yaml: string): Changes {
  const { config } = parse(yaml) as { readonly config: Readonly<Record<string, unknown>> };
  const own = Object.entries(config).filter(([key]) => key.startsWith("runner-platform:"));
  const values = own.map(([key, value]) => [key.slice("runner-platform:".length), value] as const);
  return {
    kubeconfig: least["kubeconfig"],
    githubToken: undefined,
    githubAppPrivateKey: pem,
    ...Object.fromEntries(values),
  };
}

function verdict(changes: Changes): string {
  const result = decode("eks", changes);
  return "problems" in result ? formatProblems("eks", result.problems) : "complete";
}

describe("Pulumi.eks.yaml", () => {
  const changes = changesOf(text);

  it("is a complete example: with a cluster and a private key nothing is missing", () => {
    assert.equal(verdict(changes), "complete");
  });

  it("stays one with its sets of single repositories, which shared sets live beside", () => {
    const names = ["runner-payments", "runner-catalogue"];
    const lines = text.split("\n");
    const first = lines.findIndex((line) => line.includes("# runner-payments:"));
    const uncommented = lines.map((line, index) => (index >= first ? line.replace(/^( {4})# /, "$1") : line));
    const withThem = changesOf(uncommented.join("\n"));
    assert.equal(verdict(withThem), "complete");
    const { scaleSets } = settingsOf("eks", withThem);
    assert.deepEqual(
      names.map((name) => [name, scaleSets[name]?.github?.configUrl, scaleSets[name]?.mode]),
      [
        ["runner-payments", "https://github.com/example-org/payments", "kubernetes"],
        ["runner-catalogue", "https://github.com/example-org/catalogue", "dind"],
      ],
    );
    assert.equal(scaleSets["runner-cpu"]?.github, undefined);
  });

  it("names placeholders alone", () => {
    const accounts = [...text.matchAll(/\b\d{12}\b/g)].map(([account]) => account);
    assert.deepEqual([...new Set(accounts)].sort(), ["000000000000", "111122223333", "444455556666"]);
    for (const [, bucket] of text.matchAll(/bucket: (\S+?)[ ,}]/g)) assert.match(bucket ?? "", /\.dogecompany\.com$/);
  });

  it("can become production once images have digests", () => {
    const message = verdict({ ...changes, production: true, images: undefined });
    const lines = message.split("\n").slice(1);
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /with @sha256:DIGEST|images\.lock\.json/, line);
  });
});

describe("the environment eks", () => {
  const settings = settingsOf("eks", changesOf(text));

  it("keeps daemons and devices on on-demand nodes and puts everything else on spot ones", () => {
    const capacityOf = (set: string) =>
      settings.pools[settings.scaleSets[set]?.pool ?? ""]?.nodeSelector?.["karpenter.sh/capacity-type"];
    const capacities = Object.keys(settings.scaleSets).map((name) => [name, capacityOf(name)]);
    assert.deepEqual(Object.fromEntries(capacities), {
      "runner-base": "on-demand",
      "runner-cpu": "spot",
      "runner-cpu-largememory": "spot",
      "runner-gpu": "on-demand",
      "runner-highcpu": "spot",
      "runner-hybrid": "spot",
    });
    for (const pool of Object.values(settings.pools))
      assert.ok(pool.tolerations?.some(({ key }) => key === "runner-platform/runners"));
  });

  it("uses no folder of a node and leaves the Pod Security level at baseline", () => {
    assert.equal(settings.namespaces.kubernetesPodSecurity, "baseline");
    const kinds = Object.values(settings.caches).map(({ volume }) => volume.kind);
    assert.ok(!kinds.includes("hostPath"));
  });

  it("closes instance metadata and the agent of Pod Identity, both in either kind of address", () => {
    assert.deepEqual(settings.network.blockedCidrs, [
      "169.254.169.254/32",
      "fd00:ec2::254/128",
      "169.254.170.23/32",
      "fd00:ec2::23/128",
    ]);
  });

  it("asks for account, cluster and issuer", () => {
    const storage = { ebs: { efs: { fileSystemId: "fs-0123456789abcdef0" } } };
    assert.equal(
      verdict({ githubAppPrivateKey: undefined, images: { requireDigest: false }, storage }),
      [
        '4 problems in the settings of stack "eks":',
        "  aws.region: not set; allowed: a region such as eu-central-1",
        "  aws.accountId: not set; allowed: an account's twelve digits in quotes",
        "  aws.cluster.name: not set; allowed: the name of the EKS cluster",
        "  aws.cluster.oidcIssuer: not set; allowed: https://oidc.eks.REGION.amazonaws.com/id/ID, as `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer` prints it",
      ].join("\n"),
    );
  });
});

import { strict as assert } from "node:assert";
import { X509Certificate } from "node:crypto";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { issuerRef, leafCertificateSpec, rootName } from "../../components/cert-manager/issuer-specs";
import type { Manifest } from "../../sandbox/cluster/api";
import { waitUntil } from "../../sandbox/cluster/start";
import { nodeImage } from "../../sandbox/images/catalog";
import { core, custom, figure, objects } from "./support/sandbox";

const namespace = "e2e-certificates";
const name = "served";
const issuer = issuerRef("platform-ca", undefined);
const dnsName = "service.e2e-certificates.svc";
const certificates = { group: "cert-manager.io", version: "v1", namespace, plural: "certificates" };

/** The shortest life that cert-manager gives, renewed 20 s after its beginning. */
const life = { duration: "1h", renewBefore: "59m40s" };

/** Serves with the mounted files, connects to itself trusting the mounted root alone, and prints whose certificate it saw. */
const handshake = `
  const { readFileSync } = require("node:fs"), tls = require("node:tls");
  const file = (name) => readFileSync("/tls/" + name);
  const server = tls.createServer({ cert: file("tls.crt"), key: file("tls.key") }, (socket) => socket.end());
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    const socket = tls.connect({ port, host: "127.0.0.1", servername: ${JSON.stringify(dnsName)}, ca: file("ca.crt") }, () => {
      console.log(socket.authorized, socket.getPeerCertificate().serialNumber);
      socket.end();
      server.close();
    });
  });
`;

function body(spec: Readonly<Record<string, unknown>>, objectName = name) {
  return { apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: { name: objectName, namespace }, spec };
}

/** A file of a Secret; absent until it has one. */
async function secretFile(secretName: string, of: string, file: string): Promise<string | undefined> {
  const found = await core()
    .readNamespacedSecret({ name: secretName, namespace: of })
    .catch(() => undefined);
  const content = found?.data?.[file];
  return content === undefined ? undefined : Buffer.from(content, "base64").toString("utf8");
}

async function issued(): Promise<X509Certificate | undefined> {
  const pem = await secretFile(name, namespace, "tls.crt");
  return pem === undefined ? undefined : new X509Certificate(pem);
}

async function issuedOtherThan(serial: string | undefined, seconds: number): Promise<X509Certificate> {
  let found: X509Certificate | undefined;
  await waitUntil(seconds, "a certificate", async () => {
    found = await issued();
    return found !== undefined && found.serialNumber !== serial;
  });
  assert.ok(found);
  return found;
}

/** What a pod that mounts the Secret says after its handshake with itself. */
async function consumed(pod: string): Promise<string> {
  const manifest: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: pod, namespace },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      containers: [
        {
          name: "service",
          image: nodeImage,
          imagePullPolicy: "IfNotPresent",
          command: ["node", "-e", handshake],
          volumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
        },
      ],
      volumes: [{ name: "tls", secret: { secretName: name } }],
    },
  };
  await objects().create(manifest);
  await waitUntil(60, `pod ${pod} to end`, async () => {
    const { status } = await core().readNamespacedPod({ name: pod, namespace });
    return status?.phase === "Succeeded" || status?.phase === "Failed";
  });
  return (await core().readNamespacedPodLog({ name: pod, namespace })).trim();
}

describe("certificates", () => {
  before(async () => {
    const manifest: Manifest = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await objects().create(manifest);
  });

  after(async () => {
    await core().deleteNamespace({ name: namespace });
  });

  it("are refused by cert-manager's webhook when they make no sense", async () => {
    const spec = leafCertificateSpec({ secretName: name, issuer, dnsNames: [dnsName], ...life, renewBefore: "2h" });
    await assert.rejects(
      custom().createNamespacedCustomObject({ ...certificates, body: body(spec, "senseless") }),
      /admission webhook .*cert-manager\.io.* denied the request.*renewBefore/,
    );
  });

  it("are issued by the platform's own authority, used by a pod, and renewed before their end with a new key", async function () {
    this.timeout(180_000);
    const began = Date.now();
    const spec = leafCertificateSpec({ secretName: name, issuer, dnsNames: [dnsName], ...life });
    await custom().createNamespacedCustomObject({ ...certificates, body: body(spec) });
    const first = await issuedOtherThan(undefined, 60);
    const seconds = (Date.now() - began) / 1000;
    assert.equal(first.subjectAltName, `DNS:${dnsName}`);
    const root = new X509Certificate((await secretFile(rootName(issuer.name), "cert-manager", "ca.crt")) ?? "");
    assert.ok(root.ca && root.checkIssued(root), "the root signed itself");
    assert.ok(first.checkIssued(root) && first.verify(root.publicKey));
    assert.match(await consumed("first"), new RegExp(`^true `));

    const second = await issuedOtherThan(first.serialNumber, 90);
    const renewed = (Date.parse(second.validFrom) - Date.parse(first.validFrom)) / 1000;
    assert.ok(second.verify(root.publicKey));
    assert.ok(!second.publicKey.equals(first.publicKey), "the key is a new one");
    assert.ok(Date.parse(first.validTo) > Date.now(), "the first one is still valid");
    const [authorized, serial] = (await consumed("second")).split(" ");
    assert.equal(authorized, "true");
    assert.notEqual(serial, first.serialNumber, "the pod that came after the renewal serves with the new one");
    figure(`a certificate: issued in ${seconds.toFixed(1)} s, renewed ${renewed.toFixed(0)} s after its beginning`);
  });

  it("stay trusted when the root is issued anew, because it keeps its key", async () => {
    const clusterNamespace = "cert-manager";
    const root = async () => secretFile(rootName(issuer.name), clusterNamespace, "tls.crt");
    const before = new X509Certificate((await root()) ?? "");
    const leaf = await issued();
    const where = { ...certificates, namespace: clusterNamespace, name: rootName(issuer.name) };
    const { status } = (await custom().getNamespacedCustomObject(where)) as {
      readonly status: { readonly conditions: readonly object[] };
    };
    // What `cmctl renew` does.
    const issuing = { type: "Issuing", status: "True", reason: "ManuallyTriggered", message: "end-to-end test" };
    const conditions = [...status.conditions, { ...issuing, lastTransitionTime: new Date().toISOString() }];
    await custom().patchNamespacedCustomObjectStatus(
      { ...where, body: { status: { conditions } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    let after = before;
    await waitUntil(60, "a new root", async () => {
      after = new X509Certificate((await root()) ?? "");
      return after.serialNumber !== before.serialNumber;
    });
    assert.ok(after.publicKey.equals(before.publicKey));
    assert.ok(
      leaf?.checkIssued(after) && leaf.verify(after.publicKey),
      "the new root verifies what the old one signed",
    );
  });
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { stringify } from "yaml";

import { loginCluster } from "../../../../components/vault/login-cluster";
import { LoginRefused, requestLogin } from "../../../../components/vault/login-request";
import { type Certificates, ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** Both sides of a login against a server of a few lines. */
describe("what a login asks for", () => {
  let folder = "";
  let certificates: Certificates;
  let server: Server;
  let authority: string;
  const asked: Asked[] = [];
  let answer: { status: number; body: string };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "runner-platform-test-"));
    certificates = await ensureCertificates(paths(folder));
    authority = readFileSync(certificates.authority.certificate, "utf8");
    const { certificate, key } = certificates.apiServer;
    server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      void bodyOf(request).then((body) => {
        const { method = "", url = "", headers } = request;
        asked.push({ method, url, authorization: headers.authorization ?? "", body });
        response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    asked.length = 0;
  });

  const address = (): string => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answers = (status: number, body: unknown): void => {
    answer = { status, body: JSON.stringify(body) };
  };
  const request = () => ({
    address: address(),
    authority,
    mount: "kubernetes",
    role: "platform-admin",
    jwt: "the-jwt",
  });

  describe("of Vault", () => {
    it("is a token for a role and the token of a ServiceAccount", async () => {
      answers(200, { auth: { client_token: "s.token" } });
      assert.equal(await requestLogin(request()), "s.token");
      assert.deepEqual(asked, [
        {
          method: "POST",
          url: "/v1/auth/kubernetes/login",
          authorization: "",
          body: { role: "platform-admin", jwt: "the-jwt" },
        },
      ]);
    });

    it("is refused with what Vault says, without what it was shown", async () => {
      answers(403, { errors: ["permission denied"] });
      await assert.rejects(requestLogin(request()), (error: Error) => {
        assert.ok(error instanceof LoginRefused);
        assert.equal(error.status, 403);
        assert.equal(error.message, "Vault answered 403: permission denied");
        return true;
      });
      answer = { status: 502, body: "<html>" };
      await assert.rejects(requestLogin(request()), { message: "Vault answered 502: no reason given" });
    });

    it("goes to nobody whose certificate is of another authority, or of another name", async () => {
      const { authority: other } = await ensureCertificates(paths(join(folder, "other")));
      await assert.rejects(
        requestLogin({ ...request(), authority: readFileSync(other.certificate, "utf8") }),
        /certificate/,
      );
      await assert.rejects(requestLogin({ ...request(), tlsServerName: "vault.example.com" }), /altnames/);
      assert.deepEqual(asked, []);
    });

    it("takes the name in the certificate where the address is another", async () => {
      answers(200, { auth: { client_token: "s.token" } });
      assert.equal(await requestLogin({ ...request(), tlsServerName: "kubernetes.default.svc" }), "s.token");
    });
  });

  describe("of the API server", () => {
    const kubeconfig = (): string =>
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [
          {
            name: "a",
            cluster: { server: address(), "certificate-authority-data": Buffer.from(authority).toString("base64") },
          },
        ],
        users: [{ name: "a", user: { token: "kubeconfig-token" } }],
        contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
        "current-context": "a",
      });

    it("is a token for one audience", async () => {
      answers(201, { status: { token: "the-jwt", expirationTimestamp: "2026-01-01T00:00:00Z" } });
      const cluster = await loginCluster({ kubeconfig: kubeconfig() }, "vault");
      assert.equal(await cluster.tokenOf("vault-provisioner", "vault"), "the-jwt");
      assert.deepEqual(asked, [
        {
          method: "POST",
          url: "/api/v1/namespaces/vault/serviceaccounts/vault-provisioner/token",
          authorization: "Bearer kubeconfig-token",
          body: { spec: { audiences: ["vault"], expirationSeconds: 600 } },
        },
      ]);
    });

    it("is the authority of a Secret, and nothing else of it", async () => {
      answers(200, { data: { "ca.crt": Buffer.from("the authority").toString("base64"), "tls.key": "c2VjcmV0" } });
      const cluster = await loginCluster({ kubeconfig: kubeconfig(), context: "a" }, "vault");
      assert.equal(await cluster.authorityIn("vault-tls"), "the authority");
      answers(200, { data: {} });
      await assert.rejects(cluster.authorityIn("vault-tls"), /Secret vault\/vault-tls has no key ca\.crt/);
    });

    it("is refused with the status alone", async () => {
      answers(403, { kind: "Status", message: "with details", reason: "Forbidden" });
      const cluster = await loginCluster({ kubeconfig: kubeconfig() }, "vault");
      await assert.rejects(cluster.tokenOf("vault-provisioner", "vault"), {
        message: "cannot get a token of ServiceAccount vault/vault-provisioner: the API server answered 403",
      });
    });

    it("is asked of the context that settings name, and of no other", async () => {
      await assert.rejects(loginCluster({ kubeconfig: kubeconfig(), context: "b" }, "vault"), {
        message: 'your kubeconfig has no context "b"',
      });
    });
  });
});

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}

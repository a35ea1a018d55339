import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { KubeConfig } from "@kubernetes/client-node";

import { RunningCluster } from "../../../cli/vault/cluster";
import { ask, type AskServer, type ServerRequest } from "../../../cli/vault/tunnel";
import { ensureCertificates } from "../../../sandbox/cluster/certificates";
import { paths } from "../../../sandbox/cluster/paths";
import { temporaryFolder } from "../../support/temporary";

const secrets = { account: "token-of-the-account", vault: "token-of-vault" };

/** An API server that knows one StatefulSet with three pods. */
describe("RunningCluster", () => {
  let api: Server;
  let config: KubeConfig;
  const calls: string[] = [];
  const asked: { readonly pod: string; readonly request: ServerRequest }[] = [];
  let evictionStatus: number;
  let refusals: number;

  const pod = (name: string, revision: string) => ({
    metadata: { name, labels: { "controller-revision-hash": revision } },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  });
  const answers: Readonly<Record<string, unknown>> = {
    "GET /apis/apps/v1/namespaces/vault/statefulsets/vault": {
      metadata: { generation: 4 },
      status: { observedGeneration: 4, updateRevision: "vault-new" },
    },
    "GET /api/v1/namespaces/vault/pods": {
      items: [pod("vault-0", "vault-old"), pod("vault-1", "vault-new")],
    },
    "POST /api/v1/namespaces/vault/serviceaccounts/vault-provisioner/token": {
      status: { token: secrets.account, expirationTimestamp: "2030-01-01T00:00:00Z" },
    },
  };

  const vault: AskServer = (name, request) => {
    asked.push({ pod: name, request });
    if (name === "vault-2") return Promise.reject(new Error("no such pod"));
    const health = { initialized: true, sealed: false, standby: name !== "vault-0" };
    if (request.path.startsWith("/v1/sys/health")) return Promise.resolve({ status: 200, body: health });
    if (request.path === "/v1/auth/kubernetes/login")
      return Promise.resolve({ status: 200, body: { auth: { client_token: secrets.vault } } });
    if (request.token !== secrets.vault || refusals-- > 0) return Promise.resolve({ status: 403, body: {} });
    const data = { healthy: false, voters: ["vault-0", "vault-1"] };
    return Promise.resolve({ status: request.path.includes("autopilot") ? 200 : 204, body: { data } });
  };

  beforeEach(async () => {
    calls.length = asked.length = 0;
    evictionStatus = 201;
    refusals = 0;
    api = createServer((request, response) => {
      const [path = ""] = (request.url ?? "").split("?");
      const call = `${request.method ?? ""} ${path}`;
      calls.push(call);
      response.setHeader("content-type", "application/json");
      void drained(request).then(() => {
        if (path.endsWith("/eviction")) response.writeHead(evictionStatus).end("{}");
        else if (call in answers) response.end(JSON.stringify(answers[call]));
        else response.writeHead(404).end("{}");
      });
    }).listen(0, "127.0.0.1");
    await once(api, "listening");
    config = new KubeConfig();
    const server = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    // The client talks plain http only to whom it need not verify.
    config.loadFromClusterAndUser({ name: "stub", server, skipTLSVerify: true }, { name: "stub" });
  });

  afterEach(() => {
    api.close();
    api.closeAllConnections();
  });

  const open = (givenToken?: string) =>
    new RunningCluster(
      { config, namespace: "vault", name: "vault", replicas: 3, ...(givenToken !== undefined && { givenToken }) },
      vault,
    );

  it("puts together what Kubernetes, each server and autopilot say", async () => {
    const standby = { initialized: true, sealed: false, leader: false };
    assert.deepEqual(await open().observe(), {
      revision: "vault-new",
      settled: true,
      servers: [
        { name: "vault-0", revision: "vault-old", ready: true, health: { ...standby, leader: true } },
        { name: "vault-1", revision: "vault-new", ready: true, health: standby },
        { name: "vault-2", ready: false },
      ],
      autopilot: { healthy: false, voters: ["vault-0", "vault-1"] },
    });
  });

  it("logs in as the platform's ServiceAccount, once, and anew when its token is refused", async () => {
    const cluster = open();
    await cluster.observe();
    await cluster.observe();
    const logins = () => asked.filter(({ request }) => request.path.endsWith("/login"));
    assert.deepEqual(
      logins().map(({ request }) => request.body),
      [{ role: "platform-admin", jwt: secrets.account }],
    );
    refusals = 1;
    await cluster.observe();
    assert.equal(logins().length, 2);
  });

  it("takes a token of the caller's, and asks for none then", async () => {
    await open(secrets.vault).observe();
    assert.ok(!calls.some((call) => call.endsWith("/token")));
    await assert.rejects(open("another").observe(), /autopilot cannot be asked/);
  });

  it("evicts, and takes the disruption budget's no for an answer", async () => {
    assert.equal(await open().replace("vault-1"), true);
    assert.deepEqual(calls, ["POST /api/v1/namespaces/vault/pods/vault-1/eviction"]);
    evictionStatus = 429;
    assert.equal(await open().replace("vault-1"), false);
    evictionStatus = 403;
    await assert.rejects(open().replace("vault-1"), /cannot evict pod vault\/vault-1/);
  });

  it("lets the leader hand over, or says which right is missing", async () => {
    await open(secrets.vault).stepDown("vault-0");
    assert.deepEqual(asked.at(-1), {
      pod: "vault-0",
      request: { method: "PUT", path: "/v1/sys/step-down", token: secrets.vault },
    });
    await assert.rejects(open("another").stepDown("vault-0"), (error: Error) => {
      assert.match(error.message, /"update" and "sudo" on sys\/step-down/);
      assert.ok(!error.message.includes("another"));
      return true;
    });
  });
});

async function drained(request: IncomingMessage): Promise<void> {
  request.resume();
  await once(request, "end");
}

describe("ask", () => {
  const temporary = temporaryFolder();

  it("checks the certificate for the server's own name, whatever address it is reached at", async () => {
    const { apiServer, authority } = await ensureCertificates(paths(temporary()));
    const server = createSecureServer(
      { cert: readFileSync(apiServer.certificate), key: readFileSync(apiServer.key) },
      (request, response) => {
        response.writeHead(request.headers["x-vault-token"] === "t" ? 200 : 403).end('{"ok":true}');
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const pem = readFileSync(authority.certificate, "utf8");
    try {
      const right = await ask(port, "kubernetes.default.svc", pem, { method: "GET", path: "/", token: "t" });
      assert.deepEqual(right, { status: 200, body: { ok: true } });
      await assert.rejects(ask(port, "vault-0.vault-internal.vault.svc", pem, { method: "GET", path: "/" }), {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
      });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe("npm run vault", () => {
  const command = (...args: readonly string[]) => {
    const script = join(__dirname, "../../../cli/vault.ts");
    const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script, ...args], { encoding: "utf8" });
    return [status, stderr.trim()];
  };

  it("says what is missing, without a stack trace", () => {
    assert.deepEqual(command("upgrade", "--stack", "dev"), [1, 'stack "dev" has no section vault']);
    const [status, message] = command("upgrade", "--stack", "dev", "--timeout", "soon");
    assert.equal(status, 1);
    assert.match(String(message), /use a number with s, m or h/);
  });
});

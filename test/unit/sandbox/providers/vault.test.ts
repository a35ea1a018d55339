import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { serveRest } from "../../../../sandbox/providers/rest/server.js";
import type { RunningServer } from "../../../../sandbox/providers/shared/frame.js";
import { call, type grpc, provider } from "../../../../sandbox/providers/shared/proto.js";
import {
  decode,
  encode,
  isSecret,
  type PropertyMap,
  secret,
  UNKNOWN,
} from "../../../../sandbox/providers/shared/values.js";
import { VaultClient } from "../../../../sandbox/providers/vault/client.js";
import { vaultKinds } from "../../../../sandbox/providers/vault/kinds.js";
import { temporaryFolder } from "../../../support/temporary";
import { EngineSide, urnOf } from "./engine-side";

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: unknown;
}

/** Answers by `METHOD path`: a status, or a status and a body; the last one of several stays. */
type Answers = Record<string, (readonly [number, unknown?])[]>;

const tokens = {
  policy: "vault:index/policy:Policy",
  mount: "vault:index/mount:Mount",
  jwtMount: "vault:jwt/authBackend:AuthBackend",
  jwtRole: "vault:jwt/authBackendRole:AuthBackendRole",
  loginMount: "vault:index/authBackend:AuthBackend",
  certRole: "vault:index/certAuthBackendRole:CertAuthBackendRole",
};

/* eslint-disable @typescript-eslint/unbound-method -- `call` binds the methods to the client again */
describe("the offline vault provider", () => {
  const folder = temporaryFolder();
  let vault: Server;
  let asked: Asked[];
  let answers: Answers;
  let server: RunningServer;
  let engine: EngineSide;
  let client: EngineSide["client"];

  beforeEach(async () => {
    [asked, answers] = [[], {}];
    vault = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const path = (request.url ?? "").replace("/v1/", "");
        const method = request.method ?? "";
        const token = String(request.headers["x-vault-token"]);
        asked.push({ method, path, token, body: text === "" ? undefined : (JSON.parse(text) as unknown) });
        const queue = answers[`${method} ${path}`] ?? [[method === "GET" ? 200 : 204]];
        const [status, body] = (queue.length > 1 ? queue.shift() : queue[0]) ?? [500];
        response.writeHead(status).end(body === undefined ? "" : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => vault.listen(0, "127.0.0.1", resolve));
    server = await serveRest(
      {
        name: "vault",
        npmPackage: "@pulumi/vault",
        kinds: vaultKinds,
        connect: (settings) => new VaultClient(settings),
      },
      () => undefined,
    );
    engine = new EngineSide(server.port);
    ({ client } = engine);
    writeFileSync(join(folder(), "token"), "s.from-the-file\n");
    await configure();
  });
  afterEach(async () => {
    engine.close();
    await server.stop();
    await new Promise((resolve) => vault.close(resolve));
  });

  async function configure(changes: PropertyMap = {}): Promise<void> {
    const { port } = vault.address() as AddressInfo;
    await engine.configure({
      address: `http://127.0.0.1:${String(port)}`,
      // As the SDK writes what is no text.
      authLoginTokenFile: JSON.stringify({ filename: join(folder(), "token") }),
      maxRetries: "2",
      ...changes,
    });
  }

  const create = (type: string, inputs: PropertyMap, preview = false) => engine.create(type, inputs, preview);
  const diff = (type: string, olds: PropertyMap, news: PropertyMap) => engine.changes(type, olds, news);

  const failure = async (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => assert.fail("it should have been refused"),
      (error: unknown) => (error as grpc.ServiceError).details,
    );

  it("dials nobody in a preview, and keeps secrets secret", async () => {
    const { outputs } = await create(tokens.policy, { name: "harbor", policy: secret("path ...") }, true);
    assert.equal(outputs["id"], UNKNOWN);
    assert.ok(isSecret(outputs["policy"]));
    assert.deepEqual(asked, []);
  });

  it("reads the token when it first needs it, from the file", async () => {
    writeFileSync(join(folder(), "token"), "s.later\n");
    const { id } = await create(tokens.policy, { name: "harbor", policy: "path ..." });
    assert.equal(id, "harbor");
    assert.deepEqual(asked, [
      { method: "PUT", path: "sys/policies/acl/harbor", token: "s.later", body: { policy: "path ..." } },
    ]);
  });

  it("says which token it misses, and no token", async () => {
    await configure({ authLoginTokenFile: JSON.stringify({ filename: join(folder(), "nowhere") }) });
    const said = await failure(create(tokens.policy, { name: "harbor", policy: "" }));
    assert.equal(said, `it: there is no file ${join(folder(), "nowhere")} with a token of Vault`);
  });

  it("asks again while another server takes over, and not for ever", async () => {
    answers["PUT sys/policies/acl/harbor"] = [[503], [500], [204]];
    await create(tokens.policy, { name: "harbor", policy: "" });
    assert.equal(asked.length, 3);
    answers["PUT sys/policies/acl/harbor"] = [[503, { errors: ["Vault is sealed"] }]];
    assert.equal(
      await failure(create(tokens.policy, { name: "harbor", policy: "" })),
      "it: Vault refuses to write sys/policies/acl/harbor (503): Vault is sealed",
    );
    assert.equal(asked.length, 6);
  });

  it("repeats nothing that is refused for good", async () => {
    answers["PUT sys/policies/acl/harbor"] = [[403, { errors: ["permission denied"] }]];
    assert.match(await failure(create(tokens.policy, { name: "harbor", policy: "" })), /\(403\): permission denied$/);
    assert.equal(asked.length, 1);
  });

  it("takes a login back that could be made only by half", async () => {
    answers["POST auth/github/config"] = [[400, { errors: ["error checking oidc discovery URL"] }]];
    const inputs = { path: "github", type: "jwt", oidcDiscoveryUrl: "https://issuer.example" };
    assert.match(await failure(create(tokens.jwtMount, inputs)), /error checking oidc discovery URL/);
    assert.deepEqual(
      asked.map(({ method, path }) => `${method} ${path}`),
      ["POST sys/auth/github", "POST auth/github/config", "DELETE sys/auth/github"],
    );
  });

  it("sends what a role does not bind as empty: Vault would keep what was bound before", async () => {
    await create(tokens.jwtRole, {
      backend: "github",
      roleName: "reader",
      roleType: "jwt",
      userClaim: "repository_id",
      boundAudiences: ["https://vault.acme.example"],
      boundClaims: { repository_id: "2,3", ref: "refs/heads/main" },
      tokenPolicies: ["harbor"],
    });
    const [{ path, body } = { path: "", body: {} }] = asked;
    assert.equal(path, "auth/github/role/reader");
    const { bound_subject, bound_claims, token_max_ttl } = body as Record<string, unknown>;
    assert.deepEqual([bound_subject, token_max_ttl], ["", 0]);
    assert.deepEqual(bound_claims, { repository_id: ["2", "3"], ref: ["refs/heads/main"] });
  });

  it("makes a login by certificate", async () => {
    answers["GET sys/auth"] = [[200, { data: { "drill/": { accessor: "auth_cert_1", type: "cert" } } }]];
    const { id, outputs } = await create(tokens.loginMount, { path: "drill", type: "cert", description: "d" });
    assert.deepEqual([id, outputs["accessor"]], ["drill", "auth_cert_1"]);
    await create(tokens.certRole, {
      backend: "drill",
      name: "reader",
      certificate: "PEM",
      allowedDnsSans: ["drill.vault.svc"],
      tokenPolicies: ["reader"],
    });
    const [mount, , role] = asked;
    assert.deepEqual([mount?.path, mount?.body], ["sys/auth/drill", { type: "cert", description: "d" }]);
    assert.equal(role?.path, "auth/drill/certs/reader");
    const { certificate, allowed_dns_sans, allowed_common_names, token_policies } = role.body as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [certificate, allowed_dns_sans, allowed_common_names, token_policies],
      ["PEM", ["drill.vault.svc"], [], ["reader"]],
    );
  });

  it("tells a change from a replacement, and sees none where there is none", async () => {
    const policy = { name: "harbor", policy: secret("a") };
    assert.deepEqual(await diff(tokens.policy, policy, policy), { changed: [], replaces: [] });
    assert.deepEqual(await diff(tokens.policy, policy, { ...policy, policy: secret("b") }), {
      changed: ["policy"],
      replaces: [],
    });
    assert.deepEqual(await diff(tokens.mount, { path: "a", type: "kv" }, { path: "b", type: "kv" }), {
      changed: ["path"],
      replaces: ["path"],
    });
  });

  it("finds out that something is gone, and deletes what is gone already", async () => {
    answers["GET sys/policies/acl/harbor"] = [[404]];
    answers["DELETE sys/policies/acl/harbor"] = [[404]];
    const read = new provider.ReadRequest();
    read.setUrn(urnOf(tokens.policy));
    read.setId("harbor");
    assert.equal((await call(client.read, client, read)).getId(), "");
    const remove = new provider.DeleteRequest();
    remove.setUrn(urnOf(tokens.policy));
    remove.setId("harbor");
    await call(client.delete, client, remove);
  });

  it("shows in a refresh what somebody changed by hand", async () => {
    answers["GET sys/policies/acl/harbor"] = [[200, { data: { name: "harbor", policy: "by hand" } }]];
    const read = new provider.ReadRequest();
    read.setUrn(urnOf(tokens.policy));
    read.setId("harbor");
    read.setInputs(encode({ name: "harbor", policy: "ours" }));
    read.setProperties(encode({ name: "harbor", policy: "ours" }));
    assert.equal(decode((await call(client.read, client, read)).getInputs())["policy"], "by hand");
  });

  it("names what an input lacks, and what is not served", async () => {
    const check = new provider.CheckRequest();
    check.setUrn(urnOf(tokens.policy));
    check.setNews(encode({ name: "harbor" }));
    const failures = (await call(client.check, client, check)).getFailuresList();
    assert.deepEqual(
      failures.map((each) => each.getReason()),
      ["policy is required"],
    );
    assert.match(
      await failure(create("vault:aws/secretBackend:SecretBackend", {})),
      /^vault:aws\/secretBackend:SecretBackend is not served by the offline vault provider \(served: /,
    );
  });
});

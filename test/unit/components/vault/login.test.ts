import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { logInAtVault, type LoginTools, type VaultLoginArgs } from "../../../../components/vault/login";
import type { ClusterAccess } from "../../../../components/vault/login-cluster";
import { loginFiles, loginFolder, writeLoginFiles } from "../../../../components/vault/login-files";
import { LoginRefused, type VaultLoginRequest } from "../../../../components/vault/login-request";
import { createVaultProvider } from "../../../../components/vault/provider";
import { register, type Registrations } from "../../../support/mocks";
import { temporaryFolder } from "../../../support/temporary";

const providerType = "pulumi:providers:vault";
const token = "s.token-of-vault";
/** As the engine is told of values that are not known yet. Source: pulumi/pulumi, sdk/nodejs/runtime/rpc.ts. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("the login at Vault", () => {
  const temporary = temporaryFolder();
  const asked: unknown[] = [];
  const warnings: string[] = [];
  let failures: Error[];

  beforeEach(() => {
    asked.length = 0;
    warnings.length = 0;
    failures = [];
  });

  const args = (changes: Partial<VaultLoginArgs> = {}): VaultLoginArgs => ({
    ready: pulumi.output(true),
    method: "kubernetes",
    kubeconfig: pulumi.secret("the kubeconfig"),
    stack: "test",
    namespace: "vault",
    serviceAccount: "vault-provisioner",
    tlsSecretName: "vault-tls",
    address: "https://vault.example.com:8200",
    ...changes,
  });

  const tools = (): LoginTools => ({
    openCluster: (access: ClusterAccess, namespace) => {
      asked.push([access, namespace]);
      return Promise.resolve({
        authorityIn: (secret) => Promise.resolve(`authority of ${secret}\n`),
        tokenOf: (account, audience) => Promise.resolve(`jwt of ${account} for ${audience}`),
      });
    },
    requestLogin: (request: VaultLoginRequest) => {
      asked.push(request);
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve(token);
    },
    folder: join(temporary(), "runner-platform-0", "test"),
    sleep: () => {
      asked.push("pause");
      return Promise.resolve();
    },
    warn: (message) => warnings.push(message),
  });

  const make = (changes: Partial<VaultLoginArgs> = {}, preview = false): Promise<Registrations> =>
    register(() => createVaultProvider("vault", args(changes), {}, tools()), { preview });

  const request = {
    address: "https://vault.example.com:8200",
    authority: "authority of vault-tls\n",
    mount: "kubernetes",
    role: "platform-admin",
    jwt: "jwt of vault-provisioner for vault",
  };

  for (const preview of [false, true]) {
    it(`leaves token and authority in files, and gives the provider their names alone${preview ? ", in a preview too" : ""}`, async () => {
      const registrations = await make({}, preview);
      const { folder } = tools();
      const { inputs, secretPaths } = registrations.get(providerType, "vault");
      assert.deepEqual(inputs, {
        address: "https://vault.example.com:8200",
        caCertFile: join(folder, "vault-ca.crt"),
        authLoginTokenFile: JSON.stringify({ filename: join(folder, "vault-token") }),
        skipChildToken: "true",
        maxRetries: "10",
        // Of the SDK; it concerns tokens that the provider makes of its own, which it does not.
        maxLeaseTtlSeconds: "1200",
      });
      assert.deepEqual(asked, [[{ kubeconfig: "the kubeconfig" }, "vault"], request]);
      assert.equal(readFileSync(join(folder, "vault-token"), "utf8"), token);
      assert.equal(readFileSync(join(folder, "vault-ca.crt"), "utf8"), "authority of vault-tls\n");
      assert.deepEqual(readdirSync(folder).sort(), ["vault-ca.crt", "vault-token"]);
      for (const file of ["vault-token", "vault-ca.crt"])
        assert.equal(lstatSync(join(folder, file)).mode & 0o777, 0o600);
      assert.equal(lstatSync(folder).mode & 0o777, 0o700);
      assert.ok(!JSON.stringify(inputs).includes(token));
      assert.deepEqual(secretPaths, [], "names of files are no secret, although the kubeconfig is one");
    });
  }

  it("asks nobody while it is not known whether Vault is initialised", async () => {
    const registrations = await make({ ready: pulumi.output<unknown>(pulumi.unknown) }, true);
    assert.deepEqual(asked, []);
    const { inputs } = registrations.get(providerType, "vault");
    assert.deepEqual([inputs["caCertFile"], inputs["authLoginTokenFile"]], [unknownValue, unknownValue]);
  });

  it("takes a context of the caller's kubeconfig, and a name for the certificate", async () => {
    await make({ kubeconfig: undefined, context: "production", tlsServerName: "vault.vault.svc" });
    assert.deepEqual(asked, [[{ context: "production" }, "vault"], { ...request, tlsServerName: "vault.vault.svc" }]);
  });

  it("fetches the authority alone where the caller brings a token, and removes one of before", async () => {
    await make();
    const registrations = await make({ method: "environment" });
    const { folder } = tools();
    assert.equal("authLoginTokenFile" in registrations.get(providerType, "vault").inputs, false);
    assert.equal(existsSync(join(folder, "vault-token")), false);
    assert.equal(existsSync(join(folder, "vault-ca.crt")), true);
  });

  it("tries again while servers change", async () => {
    failures = [new Error("connect ECONNREFUSED"), new LoginRefused(503, "Vault is sealed")];
    await make();
    assert.equal(asked.filter((item) => item === "pause").length, 2);
  });

  it("warns in a preview that cannot log in, and leaves the provider unasked", async () => {
    failures = Array.from({ length: 9 }, () => new Error("connect ECONNREFUSED 192.0.2.1:8200"));
    const registrations = await make({}, true);
    const { inputs } = registrations.get(providerType, "vault");
    assert.deepEqual([inputs["caCertFile"], inputs["authLoginTokenFile"]], [unknownValue, unknownValue]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /^vault\.provisioner: cannot log in at https:\/\/vault\.example\.com:8200: connect ECONNREFUSED 192\.0\.2\.1:8200; fix: see that this machine reaches/,
    );
  });

  it("fails when a login is refused, at once and without the token that was shown", async () => {
    failures = [new LoginRefused(403, "permission denied")];
    let outcome: unknown;
    await register(async () => {
      const files = logInAtVault(args(), tools());
      outcome = await promised(files).catch((error: unknown) => error);
    });
    assert.ok(outcome instanceof Error);
    assert.match(
      outcome.message,
      /Vault answered 403: permission denied; fix: see that ServiceAccount vault-provisioner/,
    );
    assert.doesNotMatch(outcome.message, /jwt/);
    assert.deepEqual(
      asked.filter((item) => item === "pause"),
      [],
    );
  });

  it("writes into no folder that could be somebody else's", () => {
    const open = join(temporary(), "open", "test");
    mkdirSync(join(temporary(), "open"), { mode: 0o755 });
    chmodSync(join(temporary(), "open"), 0o755);
    assert.throws(() => writeLoginFiles(open, { authority: "" }), /others may look into it; allowed: .*0700; fix:/);
    mkdirSync(join(temporary(), "target"), { mode: 0o700 });
    symlinkSync(join(temporary(), "target"), join(temporary(), "link"));
    assert.throws(() => writeLoginFiles(join(temporary(), "link", "x"), { authority: "" }), /it is no folder of yours/);
  });

  it("names its folder for user and stack, so that the next run finds it again", () => {
    assert.match(loginFolder("prod", "/tmp"), /^\/tmp\/runner-platform-\d+\/prod$/);
    assert.deepEqual(loginFiles("/x"), { token: "/x/vault-token", authority: "/x/vault-ca.crt" });
  });
});

function promised<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise: () => Promise<T> }).promise();
}

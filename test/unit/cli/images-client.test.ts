import assert from "node:assert/strict";

import { baseAddress, RegistryClient } from "../../../cli/images/registry/client";
import type { Credentials } from "../../../cli/images/registry/credentials";
import { transport } from "../../../cli/images/registry/transport";
import type { ImageReference } from "../../../components/images/reference";
import { digestOf, FakeRegistry, imageIndex, indexType, manifestReply, manifestType } from "./images-fake-registry";

const registry = new FakeRegistry();
const image = (): ImageReference => ({ registry: registry.host, repository: "acme/tool", tag: "1" });
const manifestPath = "/v2/acme/tool/manifests/1";
const index = imageIndex([
  { os: "linux", architecture: "arm64", variant: "v8" },
  { os: "linux", architecture: "amd64" },
  { os: "unknown", architecture: "unknown" },
]);

function client(credentials?: Credentials): RegistryClient {
  const send = transport({ retries: 0, timeoutSeconds: 5 });
  return new RegistryClient({ send, credentials: () => Promise.resolve(credentials) });
}

describe("RegistryClient.lookUp", () => {
  it("gives the digest of the index, its type, and its platforms without attestations", async () => {
    registry.answers(() => manifestReply(index));
    assert.deepEqual(await client().lookUp(image()), {
      digest: digestOf(index),
      mediaType: indexType,
      platforms: ["linux/amd64", "linux/arm64/v8"],
    });
    assert.deepEqual(
      registry.seen.map(({ method, path }) => `${method} ${path}`),
      [`GET ${manifestPath}`],
    );
    assert.match(
      registry.seen[0]?.headers.accept ?? "",
      /^application\/vnd\.oci\.image\.index\.v1\+json, .*manifest\.list\.v2/,
    );
  });

  it("reads the platform of a single image from its configuration", async () => {
    const config = JSON.stringify({ os: "linux", architecture: "amd64" });
    const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf(config) }, layers: [] });
    registry.answers(({ path }) =>
      path.includes("/blobs/") ? { body: config } : manifestReply(manifest, manifestType),
    );
    assert.deepEqual(await client().lookUp(image()), {
      digest: digestOf(manifest),
      mediaType: manifestType,
      platforms: ["linux/amd64"],
    });
    assert.equal(registry.seen[1]?.path, `/v2/acme/tool/blobs/${digestOf(config)}`);
  });

  it("computes the digest when the registry does not announce one", async () => {
    registry.answers(() => ({ headers: { "Content-Type": indexType }, body: index }));
    assert.equal((await client().lookUp(image())).digest, digestOf(index));
  });

  it("takes the type from the content behind a proxy that says application/json", async () => {
    registry.answers(() => manifestReply(index, "application/json; charset=utf-8"));
    assert.equal((await client().lookUp(image())).mediaType, indexType);
  });

  const wrong: readonly (readonly [string, Parameters<typeof manifestReply>, RegExp])[] = [
    ["that is no JSON", ["<html>", indexType], /answers with something that is no JSON: is it a registry\?$/],
    [
      "of the first, signed form",
      ["{}", "application/vnd.docker.distribution.manifest.v1+prettyjws"],
      /v1\+prettyjws, which is no image manifest of today$/,
    ],
    ["without its parts", ['{"manifests": 1}', indexType], /answers with a manifest that lacks its parts$/],
    ["larger than any manifest", [" ".repeat(5 * 1024 * 1024), indexType], /sends more than 4 MiB for a manifest$/],
  ];
  for (const [name, reply, message] of wrong) {
    it(`refuses an answer ${name}`, async () => {
      registry.answers(() => manifestReply(...reply));
      await assert.rejects(client().lookUp(image()), { kind: "wrong", message });
    });
  }

  it("refuses content that has not the digest it is announced with", async () => {
    const announced = digestOf("something else");
    registry.answers(() => ({
      headers: { "Content-Type": indexType, "Docker-Content-Digest": announced },
      body: index,
    }));
    await assert.rejects(client().lookUp(image()), {
      kind: "wrong",
      message: `${registry.host} announces ${announced} but sends content with ${digestOf(index)}`,
    });
  });

  it("refuses a configuration that is not the one which the manifest names", async () => {
    const manifest = JSON.stringify({ config: { digest: digestOf("{}") } });
    registry.answers(({ path }) =>
      path.includes("/blobs/") ? { body: "{ }" } : manifestReply(manifest, manifestType),
    );
    await assert.rejects(client().lookUp(image()), { kind: "wrong" });
  });

  it("says that the registry has no such tag", async () => {
    await assert.rejects(client().lookUp(image()), { kind: "absent", message: `${registry.host} has no acme/tool:1` });
  });
});

describe("RegistryClient.digestOf", () => {
  it("asks by HEAD, which costs no pull", async () => {
    registry.answers(() => manifestReply(index));
    assert.equal(await client().digestOf(image()), digestOf(index));
    assert.equal(registry.seen[0]?.method, "HEAD");
  });

  it("gives nothing where HEAD is not served or names no digest", async () => {
    registry.answers(() => ({ status: 405 }));
    assert.equal(await client().digestOf(image()), undefined);
    registry.answers(() => ({}));
    assert.equal(await client().digestOf(image()), undefined);
  });
});

describe("logging in to a registry", () => {
  const tokenPath = "/token?service=fake&scope=repository%3Aacme%2Ftool%3Apull";
  const challenge = (): string =>
    `Bearer realm="http://${registry.host}/token",service="fake",scope="repository:acme/tool:pull"`;

  function answerWithTokens(allow: (authorization: string | undefined, body: string) => boolean): void {
    registry.answers(({ path, headers, body }) => {
      if (path.startsWith("/token")) {
        return allow(headers.authorization, body) ? { body: '{"token":"T1"}' } : { status: 401 };
      }
      if (headers.authorization === "Bearer T1") return manifestReply(index);
      return { status: 401, headers: { "WWW-Authenticate": challenge() } };
    });
  }

  it("takes an anonymous token, and keeps it for the next request", async () => {
    answerWithTokens((authorization) => authorization === undefined);
    const one = client();
    assert.equal((await one.lookUp(image())).digest, digestOf(index));
    assert.equal(await one.digestOf(image()), digestOf(index));
    assert.deepEqual(
      registry.seen.map(({ path }) => path),
      [manifestPath, tokenPath, manifestPath, manifestPath],
    );
  });

  it("gives name and password to the token service only", async () => {
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    answerWithTokens((authorization) => authorization === basic);
    await client({ username: "me", password: "secret" }).lookUp(image());
    assert.deepEqual(
      registry.seen.map(({ headers }) => headers.authorization),
      [undefined, basic, "Bearer T1"],
    );
  });

  it("trades an identity token by a form", async () => {
    answerWithTokens((_, body) => new URLSearchParams(body).get("refresh_token") === "ID");
    await client({ identityToken: "ID" }).lookUp(image());
    const form =
      "service=fake&scope=repository%3Aacme%2Ftool%3Apull&grant_type=refresh_token&client_id=runner-platform&refresh_token=ID";
    assert.deepEqual([registry.seen[1]?.method, registry.seen[1]?.body], ["POST", form]);
  });

  it("answers a Basic challenge with name and password", async () => {
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    registry.answers(({ headers }) =>
      headers.authorization === basic
        ? manifestReply(index)
        : { status: 401, headers: { "WWW-Authenticate": 'Basic realm="x"' } },
    );
    assert.equal((await client({ username: "me", password: "secret" }).lookUp(image())).digest, digestOf(index));
  });

  it("fetches a new token when the old one has expired", async () => {
    let valid = 1;
    registry.answers(({ path, headers }) => {
      if (path.startsWith("/token")) return { body: `{"access_token":"T${valid}"}` };
      if (headers.authorization === `Bearer T${valid}`) return manifestReply(index);
      return { status: 401, headers: { "WWW-Authenticate": challenge() } };
    });
    const one = client();
    await one.lookUp(image());
    valid = 2;
    assert.equal((await one.lookUp(image())).digest, digestOf(index));
  });

  it("tells whoever is not logged in how to, and never shows a password to whoever is", async () => {
    answerWithTokens(() => false);
    await assert.rejects(client().lookUp(image()), {
      kind: "denied",
      message: `${registry.host} does not show it to everybody: check the name, or log in with \`docker login ${registry.host}\``,
    });
    await assert.rejects(client({ username: "me", password: "hunter2" }).lookUp(image()), (error: Error) => {
      assert.match(error.message, /does not show it to the login kept for it/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ["no challenge", "", /answers 401 without saying how to log in$/],
    ["a realm that is no address", 'Bearer realm="token"', /names no token service with https \(realm "token"\)$/],
    ["a realm of another scheme", 'Bearer realm="file:///token"', /names no token service with https/],
  ];
  for (const [name, header, message] of broken) {
    it(`refuses ${name}`, async () => {
      registry.answers(() => ({ status: 401, ...(header !== "" && { headers: { "WWW-Authenticate": header } }) }));
      await assert.rejects(client({ username: "me", password: "x" }).lookUp(image()), { kind: "wrong", message });
    });
  }

  it("refuses a token service that answers without a token", async () => {
    registry.answers(({ path }) =>
      path.startsWith("/token") ? { body: "{}" } : { status: 401, headers: { "WWW-Authenticate": challenge() } },
    );
    await assert.rejects(client().lookUp(image()), { kind: "wrong", message: /answers 200 without a token$/ });
  });
});

describe("baseAddress", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["docker.io", [], "https://registry-1.docker.io/"],
    ["ghcr.io", [], "https://ghcr.io/"],
    ["localhost:5000", [], "http://localhost:5000/"],
    ["127.0.0.1:5000", [], "http://127.0.0.1:5000/"],
    ["[::1]:5000", [], "http://[::1]:5000/"],
    ["localhost.example.com", [], "https://localhost.example.com/"],
    ["127.0.0.1.example.com", [], "https://127.0.0.1.example.com/"],
    ["harbor:8080", ["harbor:8080"], "http://harbor:8080/"],
    ["harbor:8081", ["harbor:8080"], "https://harbor:8081/"],
  ];
  for (const [name, plainHttp, address] of cases) {
    it(`finds ${name} at ${address}${plainHttp.length > 0 ? ` when ${plainHttp.join()} may be plain` : ""}`, () => {
      assert.equal(baseAddress(name, plainHttp).href, address);
    });
  }
});

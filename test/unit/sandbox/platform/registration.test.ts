import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { GitHubAdminClient } from "../../../../sandbox/github/client";
import { tokenProblem, waitForScaleSets } from "../../../../sandbox/platform/registration";

const token = "ghp_wrong0123456789";

describe("tokenProblem", () => {
  let server: Server;
  let origin: string;
  let status: number;
  let requests: IncomingMessage[];
  before(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(status, { "Content-Type": "application/json" }).end('{"token":"x"}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    requests = [];
    status = 201;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("finds none with a token that GitHub accepts, and asks as the controller will", async () => {
    assert.equal(await tokenProblem(`${origin}/acme`, token), undefined);
    assert.deepEqual(
      requests.map(({ method, url, headers }) => [method, url, headers.authorization]),
      [["POST", "/api/v3/orgs/acme/actions/runners/registration-token", `Bearer ${token}`]],
    );
  });

  const scopes: readonly (readonly [string, string])[] = [
    ["/acme/", "/api/v3/orgs/acme"],
    ["/acme/tools", "/api/v3/repos/acme/tools"],
    ["/enterprises/acme", "/api/v3/enterprises/acme"],
  ];
  for (const [scope, path] of scopes) {
    it(`asks for ${scope} at ${path}`, async () => {
      assert.equal(await tokenProblem(`${origin}${scope}`, token), undefined);
      assert.equal(requests[0]?.url, `${path}/actions/runners/registration-token`);
    });
  }

  for (const [code, words] of [
    [401, "401 Unauthorized"],
    [403, "403 Forbidden"],
    [404, "404 Not Found"],
  ] as const) {
    it(`names the setting, what is needed and the way out, and never the token, when GitHub answers ${code}`, async () => {
      status = code;
      assert.equal(
        await tokenProblem(`${origin}/acme`, token),
        `GitHub at ${origin}/acme refused the token in githubToken (${words}): a token that may register runners there (for an organisation: self-hosted runners, read and write) is needed; put a valid one in, or take runner-platform:githubToken out of Pulumi.local.yaml to use the sandbox's own`,
      );
    });
  }

  for (const [url, expected] of [
    ["https://github.com/acme", "https://api.github.com/orgs/acme"],
    ["https://www.github.com/acme/tools", "https://api.github.com/repos/acme/tools"],
    ["https://acme.ghe.com/enterprises/acme", "https://api.acme.ghe.com/enterprises/acme"],
    ["https://ghes.example.com/acme", "https://ghes.example.com/api/v3/orgs/acme"],
  ] as const) {
    it(`asks ${expected} about ${url}`, async () => {
      const asked: string[] = [];
      const original = globalThis.fetch;
      globalThis.fetch = (input) => {
        asked.push(input as string);
        return Promise.resolve(new Response(null, { status: 204 }));
      };
      try {
        assert.equal(await tokenProblem(url, token), undefined);
      } finally {
        globalThis.fetch = original;
      }
      assert.deepEqual(asked, [`${expected}/actions/runners/registration-token`]);
    });
  }
});

describe("waitForScaleSets", () => {
  /** A set; without `lastSeen` no listener has a session. */
  const set = (name: string, lastSeen?: number, connected = true): object => ({
    name,
    ...(lastSeen !== undefined && { listener: { connected, lastSeen } }),
  });

  /** A client that gives one answer after the other, the last one for ever. */
  function client(...answers: readonly (readonly object[])[]): GitHubAdminClient {
    let asked = 0;
    const scaleSets = (): Promise<unknown> => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]);
    return { scaleSets } as unknown as GitHubAdminClient;
  }
  const why = (): Promise<string> => Promise.resolve("because of the weather");

  it("returns the wanted sets once the listener of each gives a new sign of life", async () => {
    const [before, after] = [1, 2].map((seen) => [set("a", seen), set("b", seen), set("foreign")]) as [
      object[],
      object[],
    ];
    assert.deepEqual(await waitForScaleSets(client(before, after), ["a", "b"], 5, why), after.slice(0, 2));
  });

  it("tells which sets do not work, and why; a session whose listener is silent does not count", async () => {
    const now = [set("working", 2), set("silent", 1), set("gone", 2, false), set("new")];
    const names = ["working", "silent", "gone", "new", "missing"];
    const before = [set("working", 1), set("silent", 1), set("gone", 1, false), set("new")];
    await assert.rejects(waitForScaleSets(client(before, now), names, 0.1, why), {
      message: [
        "after 0.1 s not all scale sets work:",
        "  silent: registered, but its listener is not connected",
        "  gone: registered, but its listener is not connected",
        "  new: registered, but its listener is not connected",
        "  missing: not registered at GitHub",
        "because of the weather",
      ].join("\n"),
    });
  });
});

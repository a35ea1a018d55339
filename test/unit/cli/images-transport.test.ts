import assert from "node:assert/strict";

import fc from "fast-check";

import { authorize } from "../../../cli/images/registry/authorize";
import { parseChallenges } from "../../../cli/images/registry/challenge";
import {
  type Incoming,
  retryAfterSeconds,
  transport,
  type TransportOptions,
} from "../../../cli/images/registry/transport";
import { FakeRegistry } from "./images-fake-registry";

const registry = new FakeRegistry();
const other = new FakeRegistry();
const now = Date.parse("2026-11-24T12:00:00Z");

function get(options: TransportOptions = {}): Promise<Incoming> & { readonly pauses: number[] } {
  const pauses: number[] = [];
  const sleep = (seconds: number): Promise<void> => {
    pauses.push(seconds);
    return Promise.resolve();
  };
  const send = transport({ sleep, now: () => now, timeoutSeconds: 5, ...options });
  const answer = send({
    method: "GET",
    url: new URL(`http://${registry.host}/v2/x`),
    headers: { Authorization: "Bearer T" },
  });
  return Object.assign(answer, { pauses });
}

describe("transport", () => {
  it("tries again after errors of the moment, waiting longer each time", async () => {
    const replies = [{ status: 503 }, undefined, { status: 500 }, { body: "ok" }];
    registry.answers(() => replies.shift());
    const answer = get();
    assert.equal((await answer).body.toString(), "ok");
    assert.deepEqual(answer.pauses, [0.5, 1, 2]);
  });

  it("waits as long as Retry-After says, in seconds or until a date", async () => {
    const replies = [
      { status: 429, headers: { "Retry-After": "7" } },
      { status: 503, headers: { "Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT" } },
      { body: "ok" },
    ];
    registry.answers(() => replies.shift());
    const answer = get();
    await answer;
    assert.deepEqual(answer.pauses, [7, 30]);
  });

  it("gives up at once when it should wait for long, and says when to come back", async () => {
    registry.answers(() => ({ status: 429, headers: { "Retry-After": "3600" } }));
    await assert.rejects(get(), {
      kind: "limited",
      message: `${registry.host} answers 429, too many requests: try again in 60 min, or log in`,
    });
    assert.equal(registry.seen.length, 1);
  });

  it("gives up after the last attempt with what was last answered", async () => {
    registry.answers(() => ({ status: 502 }));
    await assert.rejects(get({ retries: 2 }), { kind: "unreachable", message: `${registry.host} answers 502` });
    assert.equal(registry.seen.length, 3);
  });

  it("says what broke the connection", async () => {
    registry.answers(() => undefined);
    await assert.rejects(get({ retries: 0 }), {
      kind: "unreachable",
      message: `${registry.host} cannot be reached (other side closed)`,
    });
  });

  it("does not wait for ever", async () => {
    registry.answers(() => "silence");
    await assert.rejects(get({ retries: 0, timeoutSeconds: 0.05 }), {
      kind: "unreachable",
      message: `${registry.host} cannot be reached (no answer in time)`,
    });
  });

  it("returns other statuses as they are, at the first attempt", async () => {
    registry.answers(() => ({ status: 404 }));
    assert.equal((await get()).status, 404);
    assert.equal(registry.seen.length, 1);
  });

  it("follows redirects, and keeps credentials on the way only within one host", async () => {
    registry.answers(({ path }) =>
      path === "/v2/x"
        ? { status: 307, headers: { Location: "/v2/y" } }
        : { status: 307, headers: { Location: `http://${other.host}/blob` } },
    );
    other.answers(() => ({ body: "content" }));
    assert.equal((await get()).body.toString(), "content");
    assert.deepEqual(
      [...registry.seen, ...other.seen].map(({ path, headers }) => [path, headers.authorization]),
      [
        ["/v2/x", "Bearer T"],
        ["/v2/y", "Bearer T"],
        ["/blob", undefined],
      ],
    );
  });

  it("ends a ring of redirects", async () => {
    registry.answers(() => ({ status: 302, headers: { Location: "/v2/x" } }));
    await assert.rejects(get(), { kind: "wrong", message: `${registry.host} redirects more than 5 times` });
    assert.equal(registry.seen.length, 6);
  });
});

describe("retryAfterSeconds", () => {
  it("reads seconds and dates, and takes a past date for now", () => {
    assert.equal(retryAfterSeconds("120", now), 120);
    assert.equal(retryAfterSeconds("Tue, 24 Nov 2026 12:01:00 GMT", now), 60);
    assert.equal(retryAfterSeconds("Tue, 24 Nov 2026 11:00:00 GMT", now), 0);
    assert.equal(retryAfterSeconds("soon", now), undefined);
  });
});

describe("parseChallenges", () => {
  it("reads several schemes with quoted, bare and escaped values", () => {
    assert.deepEqual(parseChallenges('Bearer realm="https://a/t",Service="x, \\"y\\"",scope=pull , Basic realm="z"'), [
      { scheme: "bearer", parameters: { realm: "https://a/t", service: 'x, "y"', scope: "pull" } },
      { scheme: "basic", parameters: { realm: "z" } },
    ]);
  });

  it("reads back what is written in quotes, and never throws", () => {
    const values = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,20}$/), { maxKeys: 4 });
    fc.assert(
      fc.property(values, (parameters) => {
        const text = Object.entries(parameters).map(([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`);
        assert.deepEqual(parseChallenges(`Bearer ${text.join(",")}`), [
          { scheme: "bearer", parameters: { ...parameters } },
        ]);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseChallenges(text))));
  });
});

describe("authorize", () => {
  it("sends no credentials to a token service without TLS, whatever the registry says", async () => {
    const headers = new Headers({ "www-authenticate": 'Bearer realm="http://evil.example/token",service="x"' });
    const access = {
      registry: "ghcr.io",
      repository: "a/b",
      credentials: { username: "me", password: "x" },
      plainHttp: false,
    };
    await assert.rejects(
      authorize({ status: 401, headers, body: Buffer.alloc(0) }, access, () => assert.fail("nothing may be sent")),
      { kind: "wrong", message: 'ghcr.io names no token service with https (realm "http://evil.example/token")' },
    );
  });
});

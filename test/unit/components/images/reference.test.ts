import assert from "node:assert/strict";

import fc from "fast-check";

import { formatReference, type ImageReference, parseReference } from "../../../../components/images/reference";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("parseReference", () => {
  const accepted: readonly (readonly [string, ImageReference])[] = [
    ["docker:28", { registry: "docker.io", repository: "library/docker", tag: "28" }],
    ["library/docker:28", { registry: "docker.io", repository: "library/docker", tag: "28" }],
    ["docker.io/docker:28", { registry: "docker.io", repository: "library/docker", tag: "28" }],
    ["index.docker.io/library/docker:28", { registry: "docker.io", repository: "library/docker", tag: "28" }],
    ["acme/tool:1", { registry: "docker.io", repository: "acme/tool", tag: "1" }],
    [
      "ghcr.io/actions/actions-runner:2.336.0",
      { registry: "ghcr.io", repository: "actions/actions-runner", tag: "2.336.0" },
    ],
    ["localhost/tool:1", { registry: "localhost", repository: "tool", tag: "1" }],
    ["localhost:5000/tool:1", { registry: "localhost:5000", repository: "tool", tag: "1" }],
    ["[::1]:5000/tool:1", { registry: "[::1]:5000", repository: "tool", tag: "1" }],
    ["registry:5000/a/b__c/d.e-f:v1_2", { registry: "registry:5000", repository: "a/b__c/d.e-f", tag: "v1_2" }],
    [`ghcr.io/a/b@${digest}`, { registry: "ghcr.io", repository: "a/b", digest }],
    [`ghcr.io/a/b:1@${digest}`, { registry: "ghcr.io", repository: "a/b", tag: "1", digest }],
    [
      "harbor.example.com/proxy/docker.io/library/docker:28",
      { registry: "harbor.example.com", repository: "proxy/docker.io/library/docker", tag: "28" },
    ],
  ];
  for (const [text, parts] of accepted) {
    it(`reads ${text}`, () => {
      assert.deepEqual(parseReference(text), parts);
    });
  }

  const refused = [
    "",
    "docker",
    "ghcr.io/a/b",
    "localhost:5000/tool",
    "ghcr.io/A/b:1",
    "ghcr.io/a//b:1",
    "ghcr.io/a/b:",
    "ghcr.io/a/b:-1",
    `ghcr.io/a/b:${"x".repeat(129)}`,
    `ghcr.io/${"a".repeat(256)}:1`,
    "ghcr.io/a/b:1@sha256:short",
    `ghcr.io/a/b@sha512:${"a".repeat(128)}`,
    `ghcr.io/a/b@${digest}@${digest}`,
    "https://ghcr.io/a/b:1",
    "ghcr.io/a/../b:1",
    "user@ghcr.io/a/b:1",
    " ghcr.io/a/b:1",
    "ghcr.io/a/b:1\n",
    "-bad.io/a:1",
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)}`, () => {
      assert.equal(parseReference(text), undefined);
    });
  }

  const component = fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}$/);
  const references = fc
    .record({
      registry: fc.oneof(
        fc.constantFrom("docker.io", "localhost", "127.0.0.1:5000"),
        fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,3})?\.(io|example\.com)(:[1-9][0-9]{0,4})?$/),
      ),
      path: fc.array(component, { minLength: 2, maxLength: 4 }),
      tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined }),
      digest: fc.option(fc.stringMatching(/^sha256:[0-9a-f]{64}$/), { nil: undefined }),
    })
    .filter((parts) => parts.tag !== undefined || parts.digest !== undefined)
    .map(({ path, tag, digest: given, registry }) => ({
      registry,
      repository: path.join("/"),
      ...(tag !== undefined && { tag }),
      ...(given !== undefined && { digest: given }),
    }));

  it("reads back every reference that it writes", () => {
    fc.assert(fc.property(references, (parts) => assert.deepEqual(parseReference(formatReference(parts)), parts)));
  });

  it("never throws, and what it accepts is stable once written in full", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z.:/@-]{1,30}$/)), (text) => {
        const parts = parseReference(text);
        if (!parts) return;
        const full = formatReference(parts);
        assert.deepEqual(parseReference(full), parts);
        assert.equal(formatReference(parseReference(full) ?? parts), full);
      }),
    );
  });
});

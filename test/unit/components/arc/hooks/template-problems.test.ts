import assert from "node:assert/strict";

import { hookTemplateProblems } from "../../../../../components/arc/hooks/template-problems";
import { after, type Draft, job, line, novolume } from "./refused";
import { refusedContainers } from "./refused-containers";
import { refusedPods } from "./refused-pods";

describe("hookTemplateProblems", () => {
  it("finds nothing wrong with a good template, in either mode", () => {
    assert.deepEqual(
      after(() => undefined),
      [],
    );
    assert.deepEqual(
      after(() => undefined, novolume),
      [],
    );
  });

  for (const [title, change, message, context] of [...refusedPods, ...refusedContainers])
    it(`refuses ${title}`, () => assert.deepEqual(after(change, context), [message]));

  for (const path of [
    "/",
    "/etc/ssl",
    "/var/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/var",
    "/var/lib/kubelet",
    "//etc/",
    "/proc/./1",
  ])
    it(`refuses the node's own folder ${path}`, () => {
      const hostPath = (t: Draft) => (t.spec.volumes = [{ name: "ccache-cache", hostPath: { path } }]);
      assert.deepEqual(after(hostPath), [
        `spec.volumes.ccache-cache.hostPath.path: given "${path}"; a folder made for it, such as /var/cache/runners: this one belongs to the node`,
      ]);
    });

  it("allows a cache folder of the node, or only those in a list", () => {
    const hostPath = (t: Draft) =>
      (t.spec.volumes = [{ name: "ccache-cache", hostPath: { path: "/var/cache/ccache" } }]);
    assert.deepEqual(after(hostPath), []);
    assert.deepEqual(after(hostPath, { hostPaths: ["/var/cache/"] }), []);
    assert.deepEqual(after(hostPath, { hostPaths: ["/tmp", "/var/cach"] }), [
      'spec.volumes.ccache-cache.hostPath.path: given "/var/cache/ccache"; a folder in /tmp, /var/cach',
    ]);
  });

  it("refuses a folder of the node that climbs", () => {
    assert.deepEqual(
      after((t) => (t.spec.volumes = [{ name: "ccache-cache", hostPath: { path: "/tmp/../etc" } }])),
      ['spec.volumes.ccache-cache.hostPath.path: given "/tmp/../etc"; an absolute path without ..'],
    );
  });

  it("misses the container of the job, and knows a misspelt one", () => {
    assert.deepEqual(
      after((t) => (job(t)["name"] = "$jobs")),
      [
        'spec.containers: holds no container "$job"; one, with the resources of the job at least: the namespace has a quota; did you mean $job by $jobs?',
      ],
    );
    assert.deepEqual(hookTemplateProblems({ spec: { automountServiceAccountToken: false } }, novolume).map(line), [
      'spec.containers: holds no container "$job"; one, with the resources of the job at least: the namespace has a quota',
    ]);
  });

  it("allows what the other mode forbids, a token that is declared, and a security context with the group", () => {
    assert.deepEqual(
      after((t) => (t.spec["affinity"] = {}), novolume),
      [],
    );
    assert.deepEqual(
      after((t) => (t.spec["initContainers"] = [])),
      [],
    );
    assert.deepEqual(
      after((t) => (t.spec["resources"] = { requests: { cpu: "1" } }), novolume),
      [],
    );
    assert.deepEqual(
      after((t) => (t.spec["automountServiceAccountToken"] = true), { serviceAccountToken: true }),
      [],
    );
    assert.deepEqual(
      after((t) => (t.spec["securityContext"] = { fsGroup: 1001 }), novolume),
      [],
    );
    assert.deepEqual(
      after((t) => (t.spec["securityContext"] = { runAsUser: 0 })),
      [],
    );
  });

  it("allows what null takes away", () => {
    assert.deepEqual(
      after((t) => Object.assign(job(t), { image: null, command: null, tty: null })),
      [],
    );
  });

  it("tells the size of a template that no ConfigMap holds", () => {
    const env = [{ name: "A", value: "x".repeat(1024 * 1024) }];
    const [message, ...more] = after((t) => (job(t)["env"] = env));
    assert.match(message ?? "", /^spec: the template is 104\d{4} bytes of YAML; less than 1048576 \(1 MiB\)/);
    assert.deepEqual(more, []);
  });

  it("reports everything at once", () => {
    const problems = after((t) => {
      t.metadata["name"] = "x";
      t.spec["restartPolicy"] = "Always";
      job(t)["image"] = "x:1";
      t.spec.volumes.push({ name: "work", emptyDir: {} });
    });
    assert.deepEqual(
      problems.map((problem) => problem.split(":")[0]),
      ["metadata.name", "spec.restartPolicy", 'spec.containers["$job"].image', "spec.volumes.work"],
    );
  });

  const none: readonly (readonly [string, unknown])[] = [
    ["missing", undefined],
    ["empty", null],
    ["a text", "text"],
    ["a list", []],
  ];
  for (const [title, document] of none)
    it(`refuses a template that is ${title}`, () => {
      const [problem] = hookTemplateProblems(document, novolume);
      assert.equal(problem?.allowed, "a template with metadata and spec");
    });
});

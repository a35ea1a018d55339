import assert from "node:assert/strict";

import { podSecurityViolations } from "../../../../../components/arc/hooks/pod-security";

/** A pod that even the level `restricted` lets in. */
const compliant = {
  metadata: { annotations: {} },
  spec: {
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    initContainers: [],
    containers: [
      {
        name: "job",
        image: "i:1",
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
    volumes: [{ name: "cache", emptyDir: {} }],
  },
};

type Draft = Record<string, unknown>;
type Change = (draft: {
  metadata: { annotations: Draft };
  pod: Draft;
  context: Draft;
  job: Draft;
  jobContext: Draft;
}) => void;

function changed(change: Change): typeof compliant {
  const pod = structuredClone(compliant);
  const [job] = pod.spec.containers;
  assert.ok(job);
  change({
    metadata: pod.metadata,
    pod: pod.spec,
    context: pod.spec.securityContext,
    job,
    jobContext: job.securityContext,
  });
  return pod;
}

const profiles = "RuntimeDefault, Localhost";
const seLinux = "container_t, container_init_t, container_kvm_t, container_engine_t";

const baseline: readonly (readonly [string, Change, string, unknown, string])[] = [
  ["the node's network", ({ pod }) => (pod["hostNetwork"] = true), "spec.hostNetwork", true, "false"],
  ["the node's processes", ({ pod }) => (pod["hostPID"] = true), "spec.hostPID", true, "false"],
  ["the node's IPC", ({ pod }) => (pod["hostIPC"] = true), "spec.hostIPC", true, "false"],
  [
    "privileged containers",
    ({ jobContext }) => (jobContext["privileged"] = true),
    "spec.containers.job.securityContext.privileged",
    true,
    "false",
  ],
  [
    "privileged init containers",
    ({ pod }) =>
      (pod["initContainers"] = [
        { name: "init", securityContext: { ...compliant.spec.containers[0]?.securityContext, privileged: true } },
      ]),
    "spec.initContainers.init.securityContext.privileged",
    true,
    "false",
  ],
  [
    "process containers of Windows nodes",
    ({ context }) => (context["windowsOptions"] = { hostProcess: true }),
    "spec.securityContext.windowsOptions.hostProcess",
    true,
    "false",
  ],
  [
    "ports of the node",
    ({ job }) => (job["ports"] = [{ containerPort: 1 }, { containerPort: 80, hostPort: 80 }]),
    "spec.containers.job.ports.1.hostPort",
    80,
    "nothing",
  ],
  [
    "the unmasked /proc",
    ({ jobContext }) => (jobContext["procMount"] = "Unmasked"),
    "spec.containers.job.securityContext.procMount",
    "Unmasked",
    "Default",
  ],
  [
    "a pod without seccomp",
    ({ context }) => (context["seccompProfile"] = { type: "Unconfined" }),
    "spec.securityContext.seccompProfile.type",
    "Unconfined",
    profiles,
  ],
  [
    "a container without AppArmor",
    ({ jobContext }) => (jobContext["appArmorProfile"] = { type: "Unconfined" }),
    "spec.containers.job.securityContext.appArmorProfile.type",
    "Unconfined",
    profiles,
  ],
  [
    "AppArmor switched off by annotation",
    ({ metadata }) => (metadata.annotations["container.apparmor.security.beta.kubernetes.io/job"] = "unconfined"),
    'metadata.annotations["container.apparmor.security.beta.kubernetes.io/job"]',
    "unconfined",
    "runtime/default, localhost/PROFILE",
  ],
  [
    "other SELinux types",
    ({ context }) => (context["seLinuxOptions"] = { type: "spc_t" }),
    "spec.securityContext.seLinuxOptions.type",
    "spc_t",
    seLinux,
  ],
  [
    "SELinux users",
    ({ jobContext }) => (jobContext["seLinuxOptions"] = { user: "u" }),
    "spec.containers.job.securityContext.seLinuxOptions.user",
    "u",
    "nothing",
  ],
  [
    "SELinux roles",
    ({ jobContext }) => (jobContext["seLinuxOptions"] = { role: "r" }),
    "spec.containers.job.securityContext.seLinuxOptions.role",
    "r",
    "nothing",
  ],
  [
    "probes of other hosts",
    ({ job }) => (job["livenessProbe"] = { httpGet: { port: 1, host: "10.0.0.1" } }),
    "spec.containers.job.livenessProbe.httpGet.host",
    "10.0.0.1",
    "nothing: the pod's own address is taken",
  ],
];

const restricted: readonly (readonly [string, Change, string, string, string])[] = [
  [
    "root by default",
    ({ context }) => delete context["runAsNonRoot"],
    "spec.containers.job.securityContext.runAsNonRoot",
    "not set",
    "true, here or in the pod",
  ],
  [
    "root by permission",
    ({ jobContext }) => (jobContext["runAsNonRoot"] = false),
    "spec.containers.job.securityContext.runAsNonRoot",
    "given false",
    "true, here or in the pod",
  ],
  [
    "root by number",
    ({ context }) => (context["runAsUser"] = 0),
    "spec.securityContext.runAsUser",
    "given 0",
    "any other user",
  ],
  [
    "no word on seccomp",
    ({ context }) => delete context["seccompProfile"],
    "spec.containers.job.securityContext.seccompProfile.type",
    "not set",
    `${profiles}, here or in the pod`,
  ],
  [
    "escalation",
    ({ jobContext }) => delete jobContext["allowPrivilegeEscalation"],
    "spec.containers.job.securityContext.allowPrivilegeEscalation",
    "not set",
    "false",
  ],
  [
    "capabilities kept",
    ({ jobContext }) => (jobContext["capabilities"] = { drop: ["CHOWN"] }),
    "spec.containers.job.securityContext.capabilities.drop",
    'given ["CHOWN"]',
    '["ALL"]',
  ],
  [
    "capabilities of level baseline",
    ({ jobContext }) => (jobContext["capabilities"] = { drop: ["ALL"], add: ["CHOWN"] }),
    "spec.containers.job.securityContext.capabilities.add",
    'given "CHOWN"',
    "NET_BIND_SERVICE",
  ],
  [
    "volumes of other kinds",
    ({ pod }) => (pod["volumes"] = [{ name: "models", nfs: { server: "s", path: "/" } }]),
    "spec.volumes.models.nfs",
    'given {"server":"s","path":"/"}',
    "configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected, secret",
  ],
];

describe("podSecurityViolations", () => {
  it("finds nothing in a pod that complies, at any level", () => {
    for (const level of ["privileged", "baseline", "restricted"] as const)
      assert.deepEqual(podSecurityViolations(compliant, level), []);
  });

  for (const [title, change, path, given, allowed] of baseline)
    it(`baseline and restricted forbid ${title}`, () => {
      const violation = { path, what: `given ${JSON.stringify(given)}`, allowed };
      assert.deepEqual(podSecurityViolations(changed(change), "baseline"), [violation]);
      assert.deepEqual(podSecurityViolations(changed(change), "restricted"), [violation]);
      assert.deepEqual(podSecurityViolations(changed(change), "privileged"), []);
    });

  for (const [title, change, path, what, allowed] of restricted)
    it(`only restricted forbids ${title}`, () => {
      assert.deepEqual(podSecurityViolations(changed(change), "restricted"), [{ path, what, allowed }]);
      assert.deepEqual(podSecurityViolations(changed(change), "baseline"), []);
    });

  it("baseline forbids folders of the node, and restricted reports each once", () => {
    const pod = changed((draft) => (draft.pod["volumes"] = [{ name: "uv-cache", hostPath: { path: "/tmp/uv" } }]));
    const paths = (level: "baseline" | "restricted") => podSecurityViolations(pod, level).map(({ path }) => path);
    assert.deepEqual(paths("baseline"), ["spec.volumes.uv-cache.hostPath"]);
    assert.deepEqual(paths("restricted"), ["spec.volumes.uv-cache.hostPath"]);
  });

  it("baseline names each capability and each setting of the kernel that is too much", () => {
    const pod = changed(({ jobContext, context }) => {
      jobContext["capabilities"] = { drop: ["ALL"], add: ["CHOWN", "SYS_ADMIN", "NET_RAW"] };
      context["sysctls"] = [
        { name: "net.ipv4.tcp_syncookies", value: "1" },
        { name: "kernel.msgmax", value: "1" },
      ];
    });
    assert.deepEqual(
      podSecurityViolations(pod, "baseline").map(({ path, what }) => `${path} ${what}`),
      [
        'spec.securityContext.sysctls["kernel.msgmax"] given "kernel.msgmax"',
        'spec.containers.job.securityContext.capabilities.add given "SYS_ADMIN"',
        'spec.containers.job.securityContext.capabilities.add given "NET_RAW"',
      ],
    );
  });
});

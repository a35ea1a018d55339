import assert from "node:assert/strict";

import { dindPodTemplate } from "../../../../components/arc/dind-pod";
import { dindPodArgs } from "../../../support/fixtures";

const small = { requests: { cpu: "10m", memory: "16Mi" } };
const init = {
  name: "init-dind-externals",
  image: "registry/runner:1",
  imagePullPolicy: "IfNotPresent",
  command: ["cp"],
  args: ["-r", "/home/runner/externals/.", "/home/runner/tmpDir/"],
  volumeMounts: [{ name: "dind-externals", mountPath: "/home/runner/tmpDir" }],
  resources: small,
};

function dind(socketDirectory: string): object {
  return {
    name: "dind",
    image: "registry/docker:1",
    imagePullPolicy: "IfNotPresent",
    args: ["dockerd", `--host=unix://${socketDirectory}/docker.sock`, "--group=$(DOCKER_GROUP_GID)"],
    env: [{ name: "DOCKER_GROUP_GID", value: "123" }],
    securityContext: { privileged: true },
    volumeMounts: [
      { name: "work", mountPath: "/home/runner/_work" },
      { name: "dind-sock", mountPath: socketDirectory },
      { name: "dind-externals", mountPath: "/home/runner/externals" },
    ],
    resources: small,
  };
}

function runner(socketDirectory: string, sock: object): object {
  return {
    name: "runner",
    image: "registry/runner:1",
    imagePullPolicy: "IfNotPresent",
    command: ["/home/runner/run.sh"],
    env: [
      { name: "DOCKER_HOST", value: `unix://${socketDirectory}/docker.sock` },
      { name: "RUNNER_WAIT_FOR_DOCKER_IN_SECONDS", value: "120" },
    ],
    volumeMounts: [
      { name: "work", mountPath: "/home/runner/_work" },
      { name: "dind-sock", mountPath: socketDirectory, ...sock },
    ],
    resources: small,
  };
}

const volumes = [
  { name: "dind-sock", emptyDir: {} },
  { name: "dind-externals", emptyDir: {} },
  { name: "work", emptyDir: {} },
];
const common = {
  restartPolicy: "Never",
  serviceAccountName: "runner-base-no-permission",
  automountServiceAccountToken: false,
};

describe("dindPodTemplate", () => {
  it("runs the daemon as a native side-car with a start-up probe of 120 s", () => {
    assert.deepEqual(dindPodTemplate(dindPodArgs).spec, {
      ...common,
      initContainers: [
        init,
        {
          ...dind("/var/run"),
          restartPolicy: "Always",
          startupProbe: {
            exec: { command: ["docker", "info"] },
            initialDelaySeconds: 0,
            periodSeconds: 5,
            failureThreshold: 24,
          },
        },
      ],
      containers: [runner("/var/run", {})],
      volumes,
    });
  });

  it("runs the daemon as an ordinary container as the chart of 0.6.1 does", () => {
    assert.deepEqual(dindPodTemplate({ ...dindPodArgs, form: "container" }).spec, {
      ...common,
      initContainers: [init],
      containers: [runner("/run/docker", { readOnly: true }), dind("/run/docker")],
      volumes,
    });
  });

  it("asks node autoscalers to leave running jobs alone", () => {
    assert.deepEqual(dindPodTemplate({ ...dindPodArgs, labels: { team: "ci" } }).metadata, {
      labels: { team: "ci" },
      annotations: { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false", "karpenter.sh/do-not-disrupt": "true" },
    });
  });

  it("gives a registry's certificate authority to runner and daemon", () => {
    const { spec } = dindPodTemplate({
      ...dindPodArgs,
      registryCa: { configMap: "harbor-ca", host: "harbor.example.com:8443" },
    });
    const [runnerContainer] = spec.containers;
    assert.deepEqual(spec.volumes.at(-1), { name: "harbor-ca", configMap: { name: "harbor-ca", optional: true } });
    assert.deepEqual(runnerContainer?.volumeMounts?.at(-1), {
      name: "harbor-ca",
      mountPath: "/usr/local/share/ca-certificates/harbor-ca",
      readOnly: true,
    });
    assert.deepEqual(runnerContainer.env?.at(-1), { name: "RUNNER_UPDATE_CA_CERTS", value: "1" });
    assert.deepEqual(spec.initContainers[1]?.volumeMounts?.at(-1), {
      name: "harbor-ca",
      mountPath: "/etc/docker/certs.d/harbor.example.com:8443",
      readOnly: true,
    });
  });

  it("mounts no authority into the daemon when the registry's host is unknown", () => {
    const { spec } = dindPodTemplate({ ...dindPodArgs, registryCa: { configMap: "harbor-ca" } });
    assert.deepEqual(
      spec.initContainers[1]?.volumeMounts?.map(({ name }) => name),
      ["work", "dind-sock", "dind-externals"],
    );
  });

  it("places pods and bounds their work volume when asked to", () => {
    const tolerations = [{ key: "ci", operator: "Exists", effect: "NoSchedule" }] as const;
    const { spec } = dindPodTemplate({
      ...dindPodArgs,
      nodeSelector: { pool: "ci" },
      tolerations,
      workSizeLimit: "20Gi",
    });
    assert.deepEqual(spec.nodeSelector, { pool: "ci" });
    assert.deepEqual(spec.tolerations, tolerations);
    assert.deepEqual(spec.volumes[2], { name: "work", emptyDir: { sizeLimit: "20Gi" } });
  });

  it("makes only the container named dind privileged, in both forms", () => {
    for (const form of ["sidecar", "container"] as const) {
      const { spec } = dindPodTemplate({ ...dindPodArgs, form });
      const privileged = [...spec.initContainers, ...spec.containers].filter(
        ({ securityContext }) => securityContext?.privileged,
      );
      assert.deepEqual(
        privileged.map(({ name }) => name),
        ["dind"],
      );
    }
  });
});

import assert from "node:assert/strict";

import { dindPodTemplate } from "../../../components/arc/dind-pod";
import type { GitHubCa } from "../../../components/arc/github-ca";
import { hookTemplate } from "../../../components/arc/hooks/hook-template";
import { kubernetesPodTemplate } from "../../../components/arc/kubernetes-pod";
import { githubCaConfigMapOf, githubCaOf } from "../../../components/github-ca";
import {
  legacyControllerValues,
  type LegacyControllerValuesArgs,
} from "../../../components/legacy-arc/controller-values";
import { runnerSetSpec, runnerTemplate, type LegacyRunnerSpecArgs } from "../../../components/legacy-arc/runner-spec";
import { RunnerNamespace } from "../../../components/namespace/runner-namespace";
import { dindPodArgs } from "../../support/fixtures";
import { register } from "../../support/mocks";
import { kinds, scaleSet, spec } from "../../support/scale-set";

const ca: GitHubCa = { configMap: "company-ca", key: "root.pem", hash: "0123" };
const resources = { requests: { cpu: "1", memory: "1Gi" } };

const folder = "/usr/local/share/ca-certificates/github";
const file = `${folder}/ca.crt`;
const volume = {
  name: "github-server-tls-cert",
  configMap: { name: "company-ca", items: [{ key: "root.pem", path: "ca.crt" }] },
};
const mount = { name: "github-server-tls-cert", mountPath: folder, readOnly: true };
const inStore = {
  name: "github-server-tls-cert",
  mountPath: "/etc/ssl/certs/github-ca.crt",
  subPath: "ca.crt",
  readOnly: true,
};
const nodeJs = { name: "NODE_EXTRA_CA_CERTS", value: file };
const update = { name: "RUNNER_UPDATE_CA_CERTS", value: "1" };

function named<T extends { readonly name: string }>(items: readonly T[] | undefined, name: string): T[] {
  return (items ?? []).filter((item) => item.name === name);
}

describe("GitHub's certificate authority", () => {
  for (const version of ["0.6.1", "0.14.2"]) {
    it(`is named in the set and readable for the controller, by that name alone, in ARC ${version}`, async () => {
      const registrations = await register(() => scaleSet({ githubCa: ca }, version));
      // What the chart calls runnerMountPath is none of the custom resource's fields.
      assert.deepEqual(spec(registrations)["githubServerTLS"], {
        certificateFrom: { configMapKeyRef: { name: "company-ca", key: "root.pem" } },
      });
      const rules = registrations.get(kinds.role, "runner-base-manager-role").inputs["rules"] as readonly object[];
      assert.deepEqual(rules.at(-1), {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["company-ca"],
        verbs: ["get"],
      });
    });
  }

  it("leaves no trace where it is not needed", async () => {
    const registrations = await register(() => scaleSet());
    assert.ok(!("githubServerTLS" in spec(registrations)));
    const rules = registrations.get(kinds.role, "runner-base-manager-role").inputs["rules"];
    assert.ok(!JSON.stringify(rules).includes("configmaps"));
    const pods = [dindPodTemplate(dindPodArgs), hookTemplate({ resources })];
    assert.ok(!JSON.stringify(pods).includes("github"));
  });

  it("comes into the system's store of a runner beside a daemon, once, also with a registry's", () => {
    for (const registryCa of [undefined, { configMap: "harbor-ca" }]) {
      const { metadata, spec: pod } = dindPodTemplate({
        ...dindPodArgs,
        githubCa: ca,
        ...(registryCa && { registryCa }),
      });
      const [runner] = pod.containers;
      assert.deepEqual(runner?.env?.slice(-2), [nodeJs, update]);
      assert.equal(named(runner.env, "RUNNER_UPDATE_CA_CERTS").length, 1);
      assert.deepEqual(runner.volumeMounts?.at(-1), mount);
      assert.deepEqual(pod.volumes.at(-1), volume);
      assert.equal(metadata.annotations["runner-platform/github-ca"], "0123");
    }
  });

  it("is given to a runner that may not change the system's store by variables", () => {
    const { metadata, spec: pod } = kubernetesPodTemplate({
      mode: "kubernetes",
      runnerImage: "registry/runner:1",
      imagePullPolicy: "IfNotPresent",
      serviceAccountName: "runner-cpu-kube-mode",
      resources,
      hookConfigMap: "arc-hook-cpu",
      hookTemplateHash: "4567",
      prepareJobTimeoutSeconds: 600,
      work: { storageClassName: "block", size: "1Gi" },
      githubCa: ca,
    });
    const [runner] = pod.containers;
    assert.deepEqual(runner?.env?.slice(-2), [nodeJs, { name: "SSL_CERT_FILE", value: file }]);
    assert.deepEqual(named(runner.env, "RUNNER_UPDATE_CA_CERTS"), []);
    assert.deepEqual(runner.volumeMounts?.at(-1), mount);
    assert.deepEqual(pod.volumes.at(-1), volume);
    assert.equal(metadata.annotations["runner-platform/github-ca"], "0123");
  });

  const githubCa = { ca, origin: "https://ghes.example.com:8443" };
  const git = [
    { name: "GIT_CONFIG_COUNT", value: "1" },
    { name: "GIT_CONFIG_KEY_0", value: "http.https://ghes.example.com:8443/.sslCAInfo" },
    { name: "GIT_CONFIG_VALUE_0", value: file },
  ];
  const jobEnv: readonly (readonly [string, Readonly<Record<string, string>>, readonly object[]])[] = [
    ["Node.js, and git for that server alone", {}, [nodeJs, ...git]],
    ["git only where the settings say nothing", { GIT_CONFIG_COUNT: "0" }, [nodeJs]],
    ["Node.js only where the settings say nothing", { NODE_EXTRA_CA_CERTS: "/x" }, git],
  ];
  for (const [what, env, expected] of jobEnv) {
    it(`is given in jobs' pods to ${what}`, () => {
      const document = hookTemplate({ resources, env, registryCa: { configMap: "harbor-ca" }, githubCa });
      const [job] = document.spec?.containers ?? [];
      assert.deepEqual(job?.env?.slice(Object.keys(env).length), expected);
      assert.deepEqual(job.volumeMounts?.at(-1), mount);
      assert.deepEqual(document.spec?.volumes?.at(-1), volume);
    });
  }

  it("becomes a ConfigMap of a namespace of runners, in a preview too", async () => {
    for (const preview of [false, true]) {
      const registrations = await register(
        () =>
          new RunnerNamespace("dind", {
            namespace: "runners",
            podSecurity: "privileged",
            podSecurityVersion: "1.35",
            network: { egressPorts: [443], blockedCidrs: [] },
            limits: [],
            undisturbedPods: 1,
            claims: {},
            githubCa: { configMap: "company-ca", key: "root.pem", certificate: "PEM" },
          }),
        { preview },
      );
      const made = registrations.get("kubernetes:core/v1:ConfigMap", "dind-github-ca");
      assert.equal(made.parent, "dind");
      assert.deepEqual(made.inputs["data"], { "root.pem": "PEM" });
      assert.equal((made.inputs["metadata"] as { readonly name: string }).name, "company-ca");
    }
  });

  it("is put where the legacy controller looks by itself, and restarts it when it changes", () => {
    const args: LegacyControllerValuesArgs = {
      runnerNamespace: "actions-runner",
      image: "registry/arc:v0.27.6",
      runnerImage: "registry/runner:1.0.0",
      dindImage: "registry/docker:28.5.1-dind",
      imagePullPolicy: "IfNotPresent",
      replicas: 1,
      resources,
      syncPeriod: "1m",
      logLevel: "info",
      logFormat: "json",
    };
    const keys = ["podAnnotations", "additionalVolumes", "additionalVolumeMounts"];
    const pick = (values: Record<string, unknown>): unknown[] => keys.map((key) => values[key]);
    assert.deepEqual(pick(legacyControllerValues({ ...args, githubCa: ca }, { credential: "secret" })), [
      { "runner-platform/github-ca": "0123" },
      [volume],
      [inStore],
    ]);
    assert.deepEqual(pick(legacyControllerValues(args, { credential: "secret" })), [undefined, undefined, undefined]);
  });

  it("is there before a legacy runner registers, and for its jobs, in both kinds", () => {
    const args: LegacyRunnerSpecArgs = {
      scope: { kind: "organization", name: "acme" },
      image: "registry/runner:v2.306.0-ubuntu-22.04",
      imagePullPolicy: "IfNotPresent",
      docker: "sidecar",
      sharedTmp: true,
      resources,
      env: { NODE_EXTRA_CA_CERTS: "/x", LEVEL: "info" },
      githubCa: ca,
      podLabels: {},
    };
    const tmp = { name: "tmp", mountPath: "/tmp" };
    const env = [update, { name: "NODE_EXTRA_CA_CERTS", value: "/x" }, { name: "LEVEL", value: "info" }];
    const deployment = runnerTemplate(args, "example") as {
      readonly metadata: { readonly annotations: Record<string, string> };
      readonly spec: Record<string, unknown>;
    };
    assert.equal(deployment.metadata.annotations["runner-platform/github-ca"], "0123");
    assert.deepEqual(deployment.spec["env"], env);
    assert.deepEqual(deployment.spec["volumeMounts"], [tmp, mount, inStore]);
    assert.deepEqual(deployment.spec["dockerVolumeMounts"], [tmp]);
    assert.deepEqual(deployment.spec["volumes"], [{ name: "tmp", emptyDir: {} }, volume]);

    const { template } = runnerSetSpec("example", args, "example") as { readonly template: typeof deployment };
    assert.equal(template.metadata.annotations["runner-platform/github-ca"], "0123");
    const [runner] = template.spec["containers"] as readonly Record<string, unknown>[];
    assert.deepEqual([runner?.["env"], runner?.["volumeMounts"]], [env, [tmp, mount, inStore]]);
  });
});

describe("githubCaOf", () => {
  const github = { configUrl: "https://ghes.example.com/acme", allowHttp: false };

  it("has nothing without an authority", () => {
    assert.deepEqual([githubCaOf(github), githubCaConfigMapOf(github)], [undefined, undefined]);
  });

  it("takes the key ca.crt unless another is given, and makes no ConfigMap without a certificate", () => {
    const settings = { ...github, ca: { configMap: "company-ca" } };
    assert.deepEqual(githubCaOf(settings), { configMap: "company-ca", key: "ca.crt" });
    assert.equal(githubCaConfigMapOf(settings), undefined);
  });

  it("has another hash for another certificate", () => {
    const hashes = ["A", "B", "A"].map(
      (certificate) => githubCaOf({ ...github, ca: { configMap: "company-ca", certificate } })?.hash,
    );
    assert.match(hashes[0] ?? "", /^[0-9a-f]{16}$/);
    assert.notEqual(hashes[0], hashes[1]);
    assert.equal(hashes[0], hashes[2]);
    const made = githubCaConfigMapOf({ ...github, ca: { configMap: "company-ca", key: "root.pem", certificate: "A" } });
    assert.deepEqual(made, { configMap: "company-ca", key: "root.pem", certificate: "A" });
  });
});

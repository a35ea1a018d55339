import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { workflowPod } from "../../../../components/arc/hooks/workflow-pod";
import { hookEnvironment } from "../../../../sandbox/hooks/environment";
import { readInput } from "../../../../sandbox/hooks/input";
import { runHook } from "../../../../sandbox/hooks/main";
import { requiredPermissions } from "../../../../sandbox/hooks/permissions";
import { temporaryFolder } from "../../../support/temporary";
import { FakeApiServer } from "./api-server";

const review = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const pods = "/api/v1/namespaces/ns/pods";
const secrets = "/api/v1/namespaces/ns/secrets";
const own = "labelSelector=runner-pod=r7";
const job = { image: "python:3", workingDirectory: "/__w/app/app", environmentVariables: { A: "1" } };

describe("the container hooks of the sandbox", () => {
  const folder = temporaryFolder();
  let server: FakeApiServer;
  let responseFile: string;

  beforeEach(async () => {
    server = await FakeApiServer.start();
    responseFile = join(folder(), "response.json");
    writeFileSync(responseFile, "");
    const { answers } = server;
    answers.set(review, () => [201, { status: { allowed: true } }]);
    answers.set(`GET ${pods}?${own}`, () => [200, { items: [] }]);
    answers.set(`GET ${secrets}?${own}`, () => [200, { items: [] }]);
    answers.set(`GET ${pods}/r7`, () => [200, { spec: { nodeName: "machine" } }]);
    answers.set(`POST ${pods}`, (_, body) => [201, body]);
    answers.set(`GET ${pods}/r7-workflow`, (count) => [
      200,
      { status: { phase: count === 0 ? "Pending" : "Running" } },
    ]);
  });
  afterEach(() => server.close());

  const prepare = () => ({ command: "prepare_job", responseFile, args: { container: job, services: [] } });

  it("makes the pod that the platform computes, waits until it runs, and tells the runner its name", async () => {
    await runHook("0.7", prepare(), server.environment());
    assert.deepEqual(server.asked(), [
      `GET ${pods}?${own}`,
      `GET ${pods}/r7`,
      `POST ${pods}`,
      `GET ${pods}/r7-workflow`,
      `GET ${pods}/r7-workflow`,
    ]);
    const created = server.calls.find(({ what }) => what === `POST ${pods}`);
    const runner = { podName: "r7", nodeName: "machine", useKubeScheduler: true, image: "runner:1" };
    assert.deepEqual(created?.body, JSON.parse(JSON.stringify(workflowPod({ line: "0.7", runner, job }))));
    assert.deepEqual(JSON.parse(readFileSync(responseFile, "utf8")), {
      state: { jobPod: "r7-workflow" },
      context: { container: { image: "python:3", ports: {} }, services: [] },
      isAlpine: false,
    });
    for (const { authorization } of server.calls) assert.equal(authorization, "Bearer the-token");
  });

  it("lays the template over the pod, and names the services in its answer", async () => {
    const templateFile = join(folder(), "template.yaml");
    writeFileSync(templateFile, "metadata: {labels: {team: ml}}\nspec: {nodeSelector: {ci: gpu}}\n");
    const input = { ...prepare(), args: { container: job, services: [{ image: "redis:7" }] } };
    await runHook("0.8", input, server.environment({ templateFile }));
    const { body } = server.calls.find(({ what }) => what === `POST ${pods}`) ?? {};
    const pod = body as ReturnType<typeof workflowPod>;
    assert.deepEqual(pod.metadata.labels, { "runner-pod": "r7", team: "ml" });
    assert.deepEqual(pod.spec["nodeSelector"], { ci: "gpu" });
    assert.deepEqual(
      pod.spec.containers.map(({ name }) => name),
      ["job", "redis"],
    );
    assert.deepEqual(JSON.parse(readFileSync(responseFile, "utf8")), {
      state: { jobPod: "r7-workflow" },
      context: { container: { image: "python:3", ports: {} }, services: [{ image: "redis:7", ports: {} }] },
      isAlpine: false,
    });
    assert.ok(!server.asked().includes(`GET ${pods}/r7`), "the 0.8 line does not ask for its node");
  });

  it("copies the runner's Node.js into the shared volume, links as links", async () => {
    const externals = join(folder(), "externals");
    mkdirSync(join(externals, "node20"), { recursive: true });
    symlinkSync("/usr/local/bin/node", join(externals, "node20", "node"));
    mkdirSync(join(folder(), "_work", "app"), { recursive: true });
    await runHook("0.7", prepare(), server.environment({ runnerWorkspace: join(folder(), "_work", "app") }));
    const copy = join(folder(), "_work", "externals", "node20", "node");
    assert.equal(readlinkSync(copy), "/usr/local/bin/node");
  });

  it("removes what an earlier try left, before it makes the pod", async () => {
    server.answers.set(`GET ${pods}?${own}`, () => [200, { items: [{ metadata: { name: "r7-workflow" } }] }]);
    server.answers.set(`DELETE ${pods}/r7-workflow`, () => [404, { message: "gone by itself" }]);
    await runHook("0.8", prepare(), server.environment());
    assert.deepEqual(server.asked().slice(0, 3), [`GET ${pods}?${own}`, `DELETE ${pods}/r7-workflow`, `POST ${pods}`]);
  });

  it("deletes its pods at once, and its secrets, when the job is over", async () => {
    server.answers.set(`GET ${pods}?${own}`, () => [200, { items: [{ metadata: { name: "a" } }] }]);
    server.answers.set(`GET ${secrets}?${own}`, () => [200, { items: [{ metadata: { name: "b" } }] }]);
    server.answers.set(`DELETE ${pods}/a`, () => [200, {}]);
    server.answers.set(`DELETE ${secrets}/b`, () => [200, {}]);
    await runHook("0.8", { command: "cleanup_job", responseFile }, server.environment());
    assert.deepEqual(server.asked().sort(), [
      `DELETE ${pods}/a`,
      `DELETE ${secrets}/b`,
      `GET ${pods}?${own}`,
      `GET ${secrets}?${own}`,
    ]);
    const deletion = server.calls.find(({ what }) => what === `DELETE ${pods}/a`);
    assert.deepEqual(deletion?.body, { gracePeriodSeconds: 0 });
  });

  it("tells why a pod was refused", async () => {
    server.answers.set(`POST ${pods}`, () => [403, { message: "exceeded quota: runners" }]);
    await assert.rejects(runHook("0.8", prepare(), server.environment()), {
      message: "failed to create job pod: exceeded quota: runners",
    });
  });

  it("removes a pod that does not come up, and tells why", async () => {
    server.answers.set(`GET ${pods}/r7-workflow`, () => [
      200,
      { status: { phase: "Failed", reason: "OutOfcpu", message: "Node didn't have enough resource: cpu" } },
    ]);
    await assert.rejects(runHook("0.8", prepare(), server.environment()), {
      message:
        "pod failed to come online with error: Error: Pod r7-workflow is unhealthy with phase status Failed: " +
        "OutOfcpu: Node didn't have enough resource: cpu",
    });
    assert.equal(server.asked().filter((what) => what === `GET ${pods}?${own}`).length, 2, "looked for it again");
  });

  for (const line of ["0.7", "0.8"] as const) {
    it(`asks for each right that the ${line} line needs, and does nothing without one`, async () => {
      server.answers.set(review, (_, body) => {
        const { verb, resource } = (body as { spec: { resourceAttributes: Record<string, string> } }).spec
          .resourceAttributes;
        return [201, { status: { allowed: !(verb === "create" && resource === "secrets") } }];
      });
      const refusal = /^Error: The Service account needs the following permissions \[.*in the 'ns' namespace/;
      await assert.rejects(runHook(line, prepare(), server.environment()), refusal);
      assert.deepEqual(server.asked(), []);
      const wanted = requiredPermissions(line).flatMap(({ group, verbs, resource, subresource }) =>
        verbs.map((verb) => ({ namespace: "ns", group, verb, resource, subresource })),
      );
      const asked = server.calls.map(
        ({ body }) => (body as { spec: { resourceAttributes: unknown } }).spec.resourceAttributes,
      );
      assert.deepEqual(asked, wanted);
      assert.equal(
        wanted.some(({ resource }) => resource === "jobs"),
        line === "0.7",
      );
    });
  }

  it("refuses a job without container, a template that says nothing, and commands that it does not know", async () => {
    const empty = join(folder(), "empty.yaml");
    writeFileSync(empty, "");
    const call = (input: object, over = {}) =>
      runHook("0.8", { command: "prepare_job", responseFile, ...input }, server.environment(over));
    await assert.rejects(call({ args: {} }), { message: "Job Container is required." });
    await assert.rejects(call({ args: { container: job } }, { templateFile: empty }), /Failed to parse .*empty\.yaml/);
    await assert.rejects(call({ args: { container: job } }, { templateFile: "/nowhere" }), /ENOENT.*\/nowhere/);
    await assert.rejects(call({ command: "run_script_step" }), /runs no steps/);
    await assert.rejects(call({ command: "dance" }), { message: "Command not recognized: dance" });
  });
});

describe("what a hook is told", () => {
  const folder = temporaryFolder();

  it("is the last line of its input", async () => {
    const input = await readInput(Readable.from(['{"command":"old"}\n{"command":"new","responseFile":"f"}\n']));
    assert.deepEqual(input, { command: "new", responseFile: "f" });
  });

  it("is read from variables and from the pod's service account", () => {
    for (const name of ["namespace", "token", "ca.crt"]) writeFileSync(join(folder(), name), `the ${name}\n`);
    assert.throws(() => hookEnvironment({}, folder()), /'ACTIONS_RUNNER_POD_NAME' env is required/);
    const least = { ACTIONS_RUNNER_POD_NAME: "r7" };
    assert.deepEqual(hookEnvironment(least, folder()), {
      podName: "r7",
      namespace: "the namespace",
      apiServer: { host: "kubernetes.default.svc", port: 443 },
      token: "the token",
      certificateAuthority: "the ca.crt",
      templateFile: undefined,
      useKubeScheduler: false,
      claimName: undefined,
      runnerImage: "ghcr.io/actions/actions-runner:latest",
      prepareTimeoutSeconds: 600,
      runnerWorkspace: undefined,
      workspace: undefined,
    });
    const seconds = (text: string) =>
      hookEnvironment({ ...least, ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS: text }, folder()).prepareTimeoutSeconds;
    assert.deepEqual(["30", "0", "-1", "soon"].map(seconds), [30, 600, 600, 600]);
  });
});

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  AnalyzerResourceOptions,
  type AnalyzeResponse,
  type AnalyzerInfo,
  EnforcementLevel,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

const root = join(__dirname, "../..");

/** Starts the pack as the engine does and gives the port it prints. */
function startPack(): { readonly pack: ChildProcess; readonly port: Promise<string> } {
  const host = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const pack = spawn(process.execPath, [host, "127.0.0.1:1", "."], {
    cwd: join(root, "policy"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const errors: string[] = [];
  pack.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
  const port = new Promise<string>((resolve, reject) => {
    createInterface({ input: pack.stdout }).once("line", resolve);
    pack.once("exit", (code) => {
      reject(new Error(`the policy pack ended with code ${String(code)}: ${errors.join("")}`));
    });
  });
  return { pack, port };
}

function scaleSet(spec: Readonly<Record<string, number>>): AnalyzeRequest {
  return new AnalyzeRequest()
    .setType("kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet")
    .setName("runner-base-scale-set")
    .setOptions(new AnalyzerResourceOptions())
    .setUrn(
      "urn:pulumi:test::runner-platform::kubernetes:actions.github.com/v1alpha1:AutoscalingRunnerSet::runner-base-scale-set",
    )
    .setProperties(Struct.fromJavaScript({ metadata: { name: "runner-base" }, spec }));
}

/** This proves that the engine can load the pack and hears its reports; what each rule says is proved by the rule's own test. */
describe("the policy pack, in its own process", function () {
  this.timeout(60_000);
  let pack: ChildProcess;
  let client: AnalyzerClient;
  before(async () => {
    const started = startPack();
    pack = started.pack;
    client = new AnalyzerClient(`127.0.0.1:${await started.port}`, credentials.createInsecure());
  });
  after(() => {
    client.close();
    pack.kill();
  });

  function analyze(request: AnalyzeRequest): Promise<AnalyzeResponse> {
    return new Promise((resolve, reject) => {
      client.analyze(request, (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  }

  it("offers every rule as mandatory", async () => {
    const info = await new Promise<AnalyzerInfo>((resolve, reject) => {
      client.getAnalyzerInfo(new Empty(), (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
    assert.equal(info.getName(), "runner-platform");
    assert.deepEqual(
      info.getPoliciesList().map((policy) => [policy.getName(), policy.getEnforcementlevel()]),
      [["arc-runner-scale-set-configure-max-runners", EnforcementLevel.MANDATORY]],
    );
  });

  it("reports a violation with the rule's message", async () => {
    const diagnostics = (await analyze(scaleSet({ minRunners: 1 }))).getDiagnosticsList();
    assert.deepEqual(
      diagnostics.map((diagnostic) => diagnostic.getPolicyname()),
      ["arc-runner-scale-set-configure-max-runners"],
    );
    assert.match(diagnostics[0]?.getMessage() ?? "", /runner scale set "runner-base" should set spec\.maxRunners/);
  });

  it("passes a scale set that complies", async () => {
    assert.deepEqual((await analyze(scaleSet({ minRunners: 1, maxRunners: 2 }))).getDiagnosticsList(), []);
  });
});

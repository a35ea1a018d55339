import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { bundleApp } from "../../../../components/apps/bundle";
import type { ScheduleConfig } from "../../../../components/arc/schedule/config";
import { limitAnnotations } from "../../../../components/arc/schedule/handover";
import { type Certificates, ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";
import { freePort } from "../../../support/free-port";
import { temporaryFolder } from "../../../support/temporary";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly contentType: string;
  readonly body: string;
}

/** Open since the last minute, whenever that was: its end comes on leap days only. */
const always = { name: "always", start: "* * * * *", end: "0 0 29 2 *", timeZone: "Asia/Seoul", minRunners: 5 };
const config: ScheduleConfig = {
  sets: [{ name: "runner-base", namespace: "runners", base: { minRunners: 1, maxRunners: 10 }, windows: [always] }],
};

/** The bundled program as its pod runs it, against an API server of a few lines. */
describe("the program of the schedule", function () {
  this.timeout(60_000);
  const temporary = temporaryFolder();
  const seen: Seen[] = [];
  let certificates: Certificates;
  let server: Server;
  let child: ChildProcess;
  let output: string;
  let acceptedToken: string;
  let spec: Record<string, unknown>;

  const file = (name: string): string => join(temporary(), name);

  beforeEach(async () => {
    seen.length = 0;
    output = "";
    acceptedToken = "first-token";
    spec = { minRunners: 1, maxRunners: 10 };
    certificates = await ensureCertificates(paths(temporary()));
    server = createServer(
      { cert: readFileSync(certificates.apiServer.certificate), key: readFileSync(certificates.apiServer.key) },
      (request, response) => {
        void bodyOf(request).then((body) => {
          const token = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
          const contentType = request.headers["content-type"] ?? "";
          seen.push({ method: request.method ?? "", url: request.url ?? "", token, contentType, body });
          if (token !== acceptedToken) {
            response.writeHead(401).end(JSON.stringify({ kind: "Status", message: "Unauthorized" }));
            return;
          }
          if (request.method === "PATCH") spec = (JSON.parse(body) as { spec: Record<string, unknown> }).spec;
          const metadata = { resourceVersion: "7", annotations: limitAnnotations(true) };
          response.end(JSON.stringify({ metadata, spec }));
        });
      },
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    writeFileSync(file("main.cjs"), bundleApp("apps/runner-schedule/main.ts").code);
    writeFileSync(file("schedule.json"), JSON.stringify(config));
    writeFileSync(file("token"), "first-token\n");
    copyFileSync(certificates.authority.certificate, file("ca.crt"));
  });

  afterEach(() => {
    child.kill("SIGKILL");
    server.close();
    server.closeAllConnections();
  });

  async function start(changes: Readonly<Record<string, string>> = {}): Promise<number> {
    const port = await freePort();
    child = spawn(process.execPath, [file("main.cjs")], {
      cwd: "/",
      env: {
        SCHEDULE_CONFIG: file("schedule.json"),
        SERVICE_ACCOUNT_FOLDER: temporary(),
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
        PORT: String(port),
        ...changes,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    return port;
  }

  const lines = (): Record<string, unknown>[] =>
    output
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("gets the set, patches it once, answers on its port, and ends at once when told", async () => {
    const port = await start();
    await until("the patch", () => seen.some(({ method }) => method === "PATCH"));
    const path = "/apis/actions.github.com/v1alpha1/namespaces/runners/autoscalingrunnersets/runner-base";
    assert.deepEqual(seen, [
      { method: "GET", url: path, token: "first-token", contentType: "", body: "" },
      {
        method: "PATCH",
        url: `${path}?fieldManager=runner-platform-schedule`,
        token: "first-token",
        contentType: "application/merge-patch+json",
        body: JSON.stringify({ metadata: { resourceVersion: "7" }, spec: { minRunners: 5, maxRunners: 10 } }),
      },
    ]);
    await until("its log", () => lines().some(({ message }) => message === "changed the scale set"));
    assert.deepEqual(await reply(port, "/healthz"), [200, "ok\n"]);
    const [status, metrics] = await reply(port, "/metrics");
    assert.equal(status, 200);
    assert.match(metrics, /^runner_schedule_min_runners\{scale_set="runner-base",scale_set_namespace="runners"\} 5$/m);
    assert.equal((await reply(port, "/other"))[0], 404);
    const before = Date.now();
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 0);
    assert.ok(Date.now() - before < 2_000);
    assert.deepEqual(
      lines().map(({ level, message }) => `${String(level)} ${String(message)}`),
      ["info started", "info changed the scale set", "info ending"],
    );
  });

  it("reads its token anew after a refusal, and logs neither the old nor the new one", async () => {
    acceptedToken = "second-token";
    await start();
    await until("a refusal", () => lines().some(({ level }) => level === "error"));
    writeFileSync(file("token"), "second-token");
    await until("the patch", () => seen.some(({ method }) => method === "PATCH"));
    const [refusal] = lines().filter(({ level }) => level === "error");
    assert.equal(refusal?.["reason"], "the API server answered 401: Unauthorized");
    assert.doesNotMatch(output, /first-token|second-token/);
  });

  it("talks to no API server that the mounted authority does not vouch for", async () => {
    const other = await ensureCertificates(paths(file("other")));
    copyFileSync(other.authority.certificate, file("ca.crt"));
    await start();
    await until("a refusal", () => lines().some(({ level }) => level === "error"));
    assert.deepEqual(seen, []);
    assert.match(String(lines().find(({ level }) => level === "error")?.["reason"]), /certificate/);
  });

  it("ends with what is wrong with its configuration", async () => {
    const [set] = config.sets;
    const windows = [{ ...always, timeZone: "Asia/Soul", end: "0 0 30 2 *" }];
    writeFileSync(file("schedule.json"), JSON.stringify({ sets: [{ ...set, windows }] }));
    await start();
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 1);
    assert.match(
      String(lines().at(-1)?.["reason"]),
      /runner-base, window always: "0 0 30 2 \*" is no cron expression that ever comes true; .*knows no time zone "Asia\/Soul"/,
    );
  });

  it("ends when the environment of a pod is missing", async () => {
    await start({ KUBERNETES_SERVICE_HOST: "" });
    await once(child, "exit");
    assert.match(output, /"the environment variable KUBERNETES_SERVICE_HOST is not set"/);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

async function reply(port: number, path: string): Promise<[status: number, body: string]> {
  const [response] = (await once(get({ host: "127.0.0.1", port, path }), "response")) as [IncomingMessage];
  return [response.statusCode ?? 0, await bodyOf(response)];
}

async function until(what: string, test: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

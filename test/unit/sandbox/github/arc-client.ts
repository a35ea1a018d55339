import assert from "node:assert/strict";
import { z } from "zod";
import { send, token, type Answer } from "./fixtures";

/** What differs between the releases of ARC on the wire. */
export type Release = "0.6.1" | "0.14.2";

const apiVersion = "api-version=6.0-preview";

const connection = z.object({ url: z.string(), token: z.string() });
const statistics = z.object({
  totalAvailableJobs: z.number(),
  totalAcquiredJobs: z.number(),
  totalAssignedJobs: z.number(),
  totalRunningJobs: z.number(),
  totalRegisteredRunners: z.number(),
  totalBusyRunners: z.number(),
  totalIdleRunners: z.number(),
});
const scaleSet = z.object({
  id: z.number().min(1),
  name: z.string(),
  runnerGroupId: z.number(),
  runnerGroupName: z.string(),
  statistics,
});
const session = z.object({
  sessionId: z.uuid(),
  ownerName: z.string(),
  runnerScaleSet: scaleSet,
  messageQueueUrl: z.url(),
  messageQueueAccessToken: z.string().min(1),
  statistics,
});
/** Go parses these as RFC 3339 and ends the listener over anything else. */
const time = z.iso.datetime().optional();
const item = z.looseObject({
  messageType: z.enum(["JobAvailable", "JobAssigned", "JobStarted", "JobCompleted"]),
  runnerRequestId: z.number(),
  queueTime: time,
  scaleSetAssignTime: time,
  runnerAssignTime: time,
  finishTime: time,
});
const message = z.object({
  messageId: z.number().min(1),
  messageType: z.literal("RunnerScaleSetJobMessages"),
  body: z.string().min(2),
  statistics,
});
const jit = z.object({
  runner: z.object({ id: z.number().min(1), name: z.string(), runnerScaleSetId: z.number() }),
  encodedJITConfig: z.string(),
});

export type Statistics = z.infer<typeof statistics>;
export type ScaleSet = z.infer<typeof scaleSet>;
export type Session = z.infer<typeof session>;
export type Item = z.infer<typeof item>;

export interface Message {
  readonly id: number;
  readonly items: readonly Item[];
  readonly statistics: Statistics;
}

/** Makes the calls of ARC's client in the same order and form, for either release (github/actions/client.go; actions/scaleset). */
export class ArcClient {
  private constructor(
    private readonly release: Release,
    readonly base: string,
    private readonly serviceToken: string,
  ) {}

  static async login(url: string, release: Release, scope = "acme"): Promise<ArcClient> {
    const basic = `Basic ${Buffer.from(`github:${token}`).toString("base64")}`;
    const authorization = release === "0.6.1" ? basic : `Bearer ${token}`;
    const path = scope.includes("/") ? `repos/${scope}` : `orgs/${scope}`;
    const registration = await send("POST", `${url}/api/v3/${path}/actions/runners/registration-token`, authorization);
    assert.equal(registration.status, 201);
    const remoteAuth = `RemoteAuth ${z.object({ token: z.string() }).parse(registration.body).token}`;
    const event = { url: `${url}/${scope}`, runner_event: "register" };
    const registered = await send("POST", `${url}/api/v3/actions/runner-registration`, remoteAuth, event);
    assert.equal(registered.status, 200);
    const { url: base, token: serviceToken } = connection.parse(registered.body);
    const [, claims = ""] = serviceToken.split(".");
    const { exp } = z.object({ exp: z.number() }).parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
    assert.ok(exp > Date.now() / 1000 + 60, "the token must not be renewed at once");
    return new ArcClient(release, base, serviceToken);
  }

  call(method: string, path: string, body?: unknown): Promise<Answer> {
    const separator = path.includes("?") ? "&" : "?";
    return send(
      method,
      `${this.base.replace(/\/$/, "")}/${path}${separator}${apiVersion}`,
      `Bearer ${this.serviceToken}`,
      body,
    );
  }

  async findScaleSets(name: string, runnerGroupId = 1): Promise<ScaleSet[]> {
    const reply = await this.call("GET", `_apis/runtime/runnerscalesets?runnerGroupId=${runnerGroupId}&name=${name}`);
    assert.equal(reply.status, 200);
    const { count, value } = z.object({ count: z.number(), value: z.array(scaleSet) }).parse(reply.body);
    assert.equal(count, value.length);
    return value;
  }

  async createScaleSet(name: string, runnerGroupId = 1): Promise<ScaleSet> {
    const older = { RunnerSetting: { ephemeral: true, disableUpdate: true }, createdOn: "0001-01-01T00:00:00Z" };
    const reply = await this.call("POST", "_apis/runtime/runnerscalesets", {
      name,
      runnerGroupId,
      labels: [{ type: "System", name }],
      ...(this.release === "0.6.1" ? older : { RunnerSetting: { disableUpdate: true } }),
    });
    assert.equal(reply.status, 200);
    return scaleSet.parse(reply.body);
  }

  async openSession(scaleSetId: number, ownerName = "listener-0"): Promise<Session> {
    const reply = await this.call("POST", `_apis/runtime/runnerscalesets/${scaleSetId}/sessions`, { ownerName });
    assert.equal(reply.status, 200);
    return session.parse(reply.body);
  }

  async refresh({ sessionId, runnerScaleSet }: Session): Promise<Session> {
    const reply = await this.call("PATCH", `_apis/runtime/runnerscalesets/${runnerScaleSet.id}/sessions/${sessionId}`);
    assert.equal(reply.status, 200);
    return session.parse(reply.body);
  }

  async closeSession({ sessionId, runnerScaleSet }: Session): Promise<void> {
    const reply = await this.call("DELETE", `_apis/runtime/runnerscalesets/${runnerScaleSet.id}/sessions/${sessionId}`);
    assert.deepEqual(reply, { status: 204, body: undefined });
  }

  /** A poll, raw. Only releases from 0.8 on name a capacity. */
  poll(open: Session, lastMessageId = 0, capacity = 10): Promise<Answer> {
    const url = lastMessageId > 0 ? `${open.messageQueueUrl}?lastMessageId=${lastMessageId}` : open.messageQueueUrl;
    return send("GET", url, `Bearer ${open.messageQueueAccessToken}`, undefined, {
      Accept: "application/json; api-version=6.0-preview",
      ...(this.release === "0.6.1" ? {} : { "X-ScaleSetMaxCapacity": String(capacity) }),
    });
  }

  async nextMessage(open: Session, lastMessageId = 0, capacity = 10): Promise<Message | undefined> {
    const reply = await this.poll(open, lastMessageId, capacity);
    if (reply.status === 202) return undefined;
    assert.equal(reply.status, 200);
    const { messageId, body, statistics: counts } = message.parse(reply.body);
    return { id: messageId, items: z.array(item).parse(JSON.parse(body)), statistics: counts };
  }

  async deleteMessage(open: Session, id: number): Promise<void> {
    const reply = await send("DELETE", `${open.messageQueueUrl}/${id}`, `Bearer ${open.messageQueueAccessToken}`);
    assert.deepEqual(reply, { status: 204, body: undefined });
  }

  /** ARC 0.6.1 glues this path to the base, which ends in a slash. */
  async acquire(open: Session, ids: readonly number[]): Promise<number[]> {
    const slash = this.release === "0.6.1" ? "/" : "";
    const url = `${this.base}${slash}_apis/runtime/runnerscalesets/${open.runnerScaleSet.id}/acquirejobs?${apiVersion}`;
    const reply = await send("POST", url, `Bearer ${open.messageQueueAccessToken}`, ids);
    assert.equal(reply.status, 200);
    return z.object({ count: z.number(), value: z.array(z.number()) }).parse(reply.body).value;
  }

  async generateJit(scaleSetId: number, name: string): Promise<z.infer<typeof jit>> {
    const body = { name, workFolder: this.release === "0.6.1" ? "" : "/home/runner/_work" };
    const reply = await this.call("POST", `_apis/runtime/runnerscalesets/${scaleSetId}/generatejitconfig`, body);
    assert.equal(reply.status, 200);
    return jit.parse(reply.body);
  }

  agent(id: number, method = "GET"): Promise<Answer> {
    return this.call(method, `_apis/distributedtask/pools/0/agents/${id}`);
  }
}

/** Speaks the runner protocol, as the runner program does. */
export class RunnerClient {
  private constructor(
    private readonly address: string,
    private readonly secret: string,
    readonly sessionId: string,
  ) {}

  static async connect(encodedJITConfig: string): Promise<RunnerClient> {
    const { address, secret } = RunnerClient.decode(encodedJITConfig);
    const reply = await send("POST", address, `Bearer ${secret}`, { version: "1" });
    assert.equal(reply.status, 200);
    const { sessionId } = z.object({ sessionId: z.string(), heartbeatSeconds: z.number() }).parse(reply.body);
    return new RunnerClient(`${address}/${sessionId}`, secret, sessionId);
  }

  static decode(encodedJITConfig: string): { address: string; secret: string } {
    const text = Buffer.from(encodedJITConfig, "base64").toString();
    const config = z
      .object({ serverUrl: z.string(), runnerId: z.number(), secret: z.string() })
      .parse(JSON.parse(text));
    return { address: `${config.serverUrl}/_runner/${config.runnerId}/session`, secret: config.secret };
  }

  async job(): Promise<number | undefined> {
    const reply = await this.call("GET", "job");
    return reply.status === 204 ? undefined : z.object({ requestId: z.number() }).parse(reply.body).requestId;
  }

  call(method: string, what: string, body?: unknown): Promise<Answer> {
    return send(method, `${this.address}${what === "" ? "" : `/${what}`}`, `Bearer ${this.secret}`, body);
  }

  started(requestId: number): Promise<Answer> {
    return this.call("POST", "started", { requestId });
  }

  finished(requestId: number, result = "succeeded"): Promise<Answer> {
    return this.call("POST", "finished", { requestId, result });
  }
}

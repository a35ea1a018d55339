import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import {
  actionsLedger,
  adminWebhook,
  type ActionsLedger,
  type AdminWebhook,
  type WebhookRequest,
} from "./actions/admin-types";
import type { IdentityRequest } from "./routes/oidc";

const statistics = z.object({
  totalAvailableJobs: z.number(),
  totalAcquiredJobs: z.number(),
  totalAssignedJobs: z.number(),
  totalRunningJobs: z.number(),
  totalRegisteredRunners: z.number(),
  totalBusyRunners: z.number(),
  totalIdleRunners: z.number(),
});

const container = z.object({ image: z.string(), env: z.record(z.string(), z.string()).optional() });
const serviceContainer = container.extend({ name: z.string() });

const job = z.object({
  id: z.number(),
  batch: z.string(),
  scaleSet: z.string(),
  displayName: z.string(),
  seconds: z.number(),
  outcome: z.enum(["success", "failure", "crash", "deprecated"]),
  container: container.optional(),
  services: z.array(serviceContainer).optional(),
  state: z.enum(["queued", "available", "assigned", "runnerAssigned", "started", "completed"]),
  runner: z.string().optional(),
  /** How often a runner began it. */
  starts: z.number(),
  result: z.enum(["succeeded", "failed", "canceled"]).optional(),
  reason: z.string().optional(),
  /** Milliseconds since 1970, like all times here. */
  queuedAt: z.number(),
  assignedAt: z.number().optional(),
  runnerAssignedAt: z.number().optional(),
  startedAt: z.number().optional(),
  finishedAt: z.number().optional(),
});

const batch = z.object({ batch: z.string(), jobs: z.array(job) });

const ledgerJob = job.extend({
  transitions: z.array(z.object({ name: z.string(), at: z.number(), detail: z.string().optional() })),
});

const scaleSet = z.object({
  id: z.number(),
  name: z.string(),
  /** Organisation, `owner/repository` or `enterprises/name`. */
  scope: z.string(),
  runnerGroup: z.string(),
  labels: z.array(z.string()),
  /** Absent while no listener has a session. */
  listener: z
    .object({
      owner: z.string(),
      connected: z.boolean(),
      mode: z.enum(["offer", "direct"]).optional(),
      capacity: z.number().optional(),
      openedAt: z.number(),
      lastSeen: z.number(),
    })
    .optional(),
  runners: z.array(z.object({ id: z.number(), name: z.string(), connected: z.boolean(), job: z.number().optional() })),
  statistics,
});

const workflowValues = z.object({
  secrets: z.record(z.string(), z.string()),
  variables: z.record(z.string(), z.string()),
});

export type WorkflowValues = z.infer<typeof workflowValues>;
export type AdminStatistics = z.infer<typeof statistics>;
export type AdminJob = z.infer<typeof job>;
export type AdminLedgerJob = z.infer<typeof ledgerJob>;
export type AdminScaleSet = z.infer<typeof scaleSet>;

export interface QueueRequest {
  /** The one label of `runs-on`. Exactly one of this and `runsOn` is needed. */
  readonly scaleSet?: string;
  /** All labels of `runs-on`, for runners without a scale set. */
  readonly runsOn?: readonly string[];
  /** @default 1 */
  readonly count?: number;
  /** @default 0 */
  readonly seconds?: number;
  readonly exitCode?: number;
  readonly outcome?: AdminJob["outcome"];
  readonly repository?: string;
  /** Path of the workflow's file. @default .github/workflows/sandbox.yaml */
  readonly workflow?: string;
  /** What started the workflow. @default workflow_dispatch */
  readonly event?: string;
  /** @default main */
  readonly branch?: string;
  /** The container to run the jobs in; sets whose runners have container hooks refuse jobs without one. @default none */
  readonly container?: z.infer<typeof container>;
  /** Containers beside it. @default none */
  readonly services?: readonly z.infer<typeof serviceContainer>[];
}

export interface JobFilter {
  readonly batch?: string;
  readonly scaleSet?: string;
}

/** The stand-in refused a call of the admin API. */
export class GitHubAdminError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "GitHubAdminError";
  }
}

/** A patient connection is worse than an error here: the stand-in is on the same machine. */
const timeoutMillis = 10_000;
const retries = 20;
const retryMillis = 500;

/** Typed access to the admin API of the stand-in. */
export class GitHubAdminClient {
  /** @param baseUrl for instance `http://10.88.0.1:8080` */
  constructor(
    private readonly baseUrl: string,
    private readonly token: string,
  ) {}

  /** True when the stand-in answers at all. */
  async healthy(): Promise<boolean> {
    try {
      await this.call("GET", "/_sandbox/health", z.object({ status: z.literal("ok") }));
      return true;
    } catch {
      return false;
    }
  }

  queueJobs(request: QueueRequest): Promise<{ batch: string; jobs: AdminJob[] }> {
    return this.call("POST", "/_sandbox/jobs", batch, request);
  }

  /** Queues all jobs of a run once more, as its next attempt. @param run its id, as in the ledger of runs */
  rerun(run: number): Promise<{ batch: string; jobs: AdminJob[] }> {
    return this.call("POST", `/_sandbox/runs/${run}/rerun`, batch);
  }

  async jobs(filter: JobFilter = {}): Promise<AdminJob[]> {
    return (await this.call("GET", `/_sandbox/jobs${query(filter)}`, z.object({ jobs: z.array(job) }))).jobs;
  }

  /** The jobs with all their transitions. */
  async ledger(filter: JobFilter = {}): Promise<AdminLedgerJob[]> {
    return (await this.call("GET", `/_sandbox/ledger${query(filter)}`, z.object({ jobs: z.array(ledgerJob) }))).jobs;
  }

  /** Takes out a job that no runner has yet. */
  cancelJob(id: number): Promise<AdminJob> {
    return this.call("DELETE", `/_sandbox/jobs/${id}`, job);
  }

  async scaleSets(): Promise<AdminScaleSet[]> {
    const reply = await this.call("GET", "/_sandbox/scale-sets", z.object({ scaleSets: z.array(scaleSet) }));
    return reply.scaleSets;
  }

  statistics(): Promise<AdminStatistics> {
    return this.call("GET", "/_sandbox/statistics", statistics);
  }

  /** An identity token, as a job of that workflow would get it for that audience. Secret while it lasts. */
  async identityToken(request: IdentityRequest): Promise<string> {
    return (await this.call("POST", "/_sandbox/id-tokens", z.object({ value: z.string() }), request)).value;
  }

  /** What workflows of a repository (`owner/name`) would get from its organization. Secret. */
  workflowValues(repository: string): Promise<WorkflowValues> {
    return this.call("GET", `/_sandbox/repositories/${repository}/workflow-values`, workflowValues);
  }

  /** Has webhooks of runs and jobs sent to a URL, from now on. */
  addWebhook(request: WebhookRequest): Promise<AdminWebhook> {
    return this.call("POST", "/_sandbox/webhooks", adminWebhook, request);
  }

  async webhooks(): Promise<AdminWebhook[]> {
    const reply = await this.call("GET", "/_sandbox/webhooks", z.object({ webhooks: z.array(adminWebhook) }));
    return reply.webhooks;
  }

  async removeWebhook(id: number): Promise<void> {
    await this.call("DELETE", `/_sandbox/webhooks/${id}`, z.undefined());
  }

  /** What really happened to runs and jobs, for tests to compare an exporter's figures with. */
  actionsLedger(): Promise<ActionsLedger> {
    return this.call("GET", "/_sandbox/actions/ledger", actionsLedger);
  }

  async stop(): Promise<void> {
    await this.call("POST", "/_sandbox/stop", z.object({ status: z.string() }));
  }

  private async call<T extends z.ZodType>(
    method: string,
    path: string,
    schema: T,
    body?: unknown,
  ): Promise<z.infer<T>> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    const value: unknown = text === "" ? undefined : JSON.parse(text);
    if (response.ok) return schema.parse(value);
    const refusal = z.object({ message: z.string() }).safeParse(value);
    throw new GitHubAdminError(response.status, `${method} ${path}: ${refusal.data?.message ?? response.statusText}`);
  }

  /** Asks again when nobody answered, unless that could queue jobs twice: the stand-in may just be restarting. */
  private async send(method: string, path: string, body: unknown): Promise<Response> {
    for (let left = method === "GET" ? retries : 0; ; left -= 1) {
      try {
        return await fetch(`${this.baseUrl}${path}`, {
          method,
          headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
          body: body === undefined ? null : JSON.stringify(body),
          signal: AbortSignal.timeout(timeoutMillis),
        });
      } catch (error) {
        if (left <= 0) throw new Error(`the stand-in for GitHub does not answer at ${this.baseUrl}`, { cause: error });
        await sleep(retryMillis);
      }
    }
  }
}

function query(filter: JobFilter): string {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

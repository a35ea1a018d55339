/** Everything the scale-set service remembers. Plain data: each of these is written to the journal as JSON. */

/** Milliseconds since 1970, as from `Date.now()`. */
export type Millis = number;

/** What the runner that takes the job shall do with it. */
export type Outcome = "success" | "failure" | "crash" | "deprecated";

export type JobState = "queued" | "available" | "assigned" | "runnerAssigned" | "started" | "completed";

/** `acquired`, `requeued` and `abandoned` are passing events; the others are also states a job can rest in. */
export type TransitionName = JobState | "acquired" | "requeued" | "abandoned";

export type JobResult = "succeeded" | "failed" | "canceled";

export interface Transition {
  readonly name: TransitionName;
  readonly at: Millis;
  readonly detail?: string;
}

/** A container of a job, as its workflow names it. */
export interface JobContainer {
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ServiceContainer extends JobContainer {
  /** Its key below `services` of the workflow. */
  readonly name: string;
}

export interface Job {
  /** The service's `runnerRequestId`. */
  readonly id: number;
  /** The check run's id, a string for ARC from 0.8 on. */
  readonly jobId: string;
  /** Jobs queued by one call carry the same batch. */
  readonly batch: string;
  /** The one label of `runs-on`; with `runsOn` all of them, joined by commas. */
  readonly scaleSetName: string;
  /** All labels of `runs-on`, for jobs that runners without a scale set may take. */
  readonly runsOn?: readonly string[];
  readonly displayName: string;
  readonly workflowRunId: number;
  /** Of the run. @default 1 */
  readonly attempt?: number;
  readonly owner: string;
  readonly repository: string;
  /** Path of the workflow's file. @default .github/workflows/sandbox.yaml */
  readonly workflow?: string;
  /** What started the workflow. @default workflow_dispatch */
  readonly event?: string;
  /** @default main */
  readonly branch?: string;
  readonly seconds: number;
  readonly exitCode: number;
  readonly outcome: Outcome;
  /** `container` of the workflow. Absent: the job's steps run on the runner itself. */
  readonly container?: JobContainer;
  readonly services?: readonly ServiceContainer[];
  state: JobState;
  scaleSetId?: number;
  agentId?: number;
  agentName?: string;
  /** The session that was last told that the job is available. */
  offeredTo?: string;
  /** How often a runner has begun to run it: never more than once. */
  starts: number;
  result?: JobResult;
  reason?: string;
  queuedAt: Millis;
  assignedAt?: Millis;
  runnerAssignedAt?: Millis;
  startedAt?: Millis;
  finishedAt?: Millis;
  /** Completed, but the scale set has not been told yet: until then it counts as assigned. */
  unreported?: true;
  transitions: Transition[];
}

export interface Label {
  readonly type: string;
  readonly name: string;
}

export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  readonly isDefault: boolean;
  /** Who may use its runners. Absent: all repositories but public ones, and all their workflows. */
  readonly access?: RunnerGroupAccess;
}

export interface RunnerGroupAccess {
  readonly visibility: Visibility;
  readonly repositoryIds: readonly number[];
  readonly allowsPublicRepositories: boolean;
  readonly restrictedToWorkflows: boolean;
  readonly selectedWorkflows: readonly string[];
}

export interface Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

/** Which repositories of an organization something is for. */
export type Visibility = "all" | "private" | "selected";

/** What an organization gives to workflows of its repositories. */
export interface OrganizationValue {
  readonly id: string;
  readonly kind: "secret" | "variable";
  /** In small letters. */
  readonly organization: string;
  /** In capitals. */
  readonly name: string;
  /** Of a secret the sealed box, in base64. */
  readonly content: string;
  readonly visibility: Visibility;
  readonly repositoryIds: readonly number[];
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
}

/** What workflows of an organization may do. */
export interface ActionsPermissions {
  /** The organization, in small letters. */
  readonly id: string;
  readonly enabledRepositories: "all" | "none" | "selected";
  readonly repositoryIds: readonly number[];
  readonly allowedActions: "all" | "local_only" | "selected";
  readonly githubOwnedAllowed: boolean;
  readonly verifiedAllowed: boolean;
  readonly patternsAllowed: readonly string[];
  readonly shaPinningRequired: boolean;
  readonly defaultWorkflowPermissions: "read" | "write";
  readonly canApprovePullRequestReviews: boolean;
  readonly forkApproval: ForkApproval;
}

/** Whose pull requests wait for somebody who looks at them. */
export type ForkApproval =
  "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";

export type MessageKind = "JobAvailable" | "JobAssigned" | "JobStarted" | "JobCompleted";

export interface MessageItem {
  readonly kind: MessageKind;
  readonly job: number;
}

export interface Message {
  readonly id: number;
  readonly items: readonly MessageItem[];
}

export interface ScaleSet {
  readonly id: number;
  /** The organisation, repository or enterprise it was registered in, as a path: `acme`, `acme/api`, `enterprises/acme`. */
  readonly scope: string;
  name: string;
  groupId: number;
  labels: Label[];
  /** Sent by the client, given back unread. */
  setting: Record<string, unknown>;
  readonly createdAt: Millis;
  /** What the next listener poll has to tell, except available jobs, which follow from the jobs themselves. */
  outbox: MessageItem[];
}

export interface Session {
  readonly id: string;
  readonly scaleSetId: number;
  readonly owner: string;
  readonly openedAt: Millis;
  lastSeen: Millis;
  /** Raised by each refresh, so that an earlier queue token stops to work. */
  generation: number;
  lastMessageId: number;
  /** `offer` = the client acquires jobs itself, `direct` = jobs are assigned up to `capacity`; unknown before the first poll. */
  mode?: "offer" | "direct";
  capacity?: number;
  /** Sent and not yet deleted by the client. */
  messages: Message[];
}

/** A registered runner. Those of scale sets are all ephemeral: registered for one job. */
export interface Agent {
  readonly id: number;
  readonly name: string;
  /** 0 for a runner that registered itself. */
  readonly scaleSetId: number;
  /** Of a runner that registered itself, by a registration token. */
  readonly registration?: Registration;
  /** SHA-256 of the secret in its JIT configuration. */
  readonly secretHash: string;
  readonly createdAt: Millis;
  /** The running process, while one is connected. */
  connection?: string;
  lastSeen: Millis;
  jobId?: number;
}

/** What a runner said of itself when it registered. */
export interface Registration {
  /** As of a scale set. */
  readonly scope: string;
  readonly groupId: number;
  /** Its own labels, without those that every runner carries. */
  readonly labels: readonly string[];
  /** Whether it is for one job only. */
  readonly ephemeral: boolean;
}

/** The counters that the service calls statistics. */
export interface Statistics {
  readonly totalAvailableJobs: number;
  readonly totalAcquiredJobs: number;
  readonly totalAssignedJobs: number;
  readonly totalRunningJobs: number;
  readonly totalRegisteredRunners: number;
  readonly totalBusyRunners: number;
  readonly totalIdleRunners: number;
}

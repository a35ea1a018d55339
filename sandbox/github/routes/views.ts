import type { ActionsService } from "../service";
import type { Agent, Job, Message, MessageItem, MessageKind, RunnerGroup, ScaleSet, Session } from "../service/types";
import { usual } from "../actions/from-jobs";
import { servicePath } from "./surroundings";

/** The forms in which the Actions service shows its things on the wire. */
export const list = <T>(value: readonly T[]) => ({ count: value.length, value });

export function groupView(group: RunnerGroup, service: ActionsService) {
  const size = service.scaleSets.list({ runnerGroupId: group.id }).length;
  return { id: group.id, name: group.name, size, isDefaultGroup: group.isDefault };
}

export function scaleSetView(set: ScaleSet, service: ActionsService, origin: string) {
  return {
    id: set.id,
    name: set.name,
    runnerGroupId: set.groupId,
    runnerGroupName: service.scaleSets.group(set.groupId).name,
    labels: set.labels,
    RunnerSetting: set.setting,
    createdOn: time(set.createdAt),
    runnerJitConfigUrl: `${origin}${servicePath}/_apis/runtime/runnerscalesets/${set.id}/generatejitconfig`,
    statistics: service.statistics(set.id),
  };
}

export function sessionView(session: Session, service: ActionsService, origin: string, queueToken: string) {
  const set = service.scaleSets.get(session.scaleSetId);
  return {
    sessionId: session.id,
    ownerName: session.owner,
    runnerScaleSet: scaleSetView(set, service, origin),
    messageQueueUrl: `${origin}${servicePath}/_apis/runtime/messagequeues/${session.id}/messages`,
    messageQueueAccessToken: queueToken,
    statistics: service.statistics(set.id),
  };
}

/** ARC decodes `body` by itself: a JSON array in a string, never an empty string. */
export function messageView(message: Message, session: Session, service: ActionsService, origin: string) {
  return {
    messageId: message.id,
    messageType: "RunnerScaleSetJobMessages",
    body: JSON.stringify(message.items.map((item) => itemView(item, service, origin))),
    statistics: service.statistics(session.scaleSetId),
  };
}

export function agentView(agent: Agent) {
  return {
    id: agent.id,
    name: agent.name,
    runnerScaleSetId: agent.scaleSetId,
    ephemeral: true,
    enabled: true,
    status: agent.connection === undefined ? "offline" : "online",
    createdOn: time(agent.createdAt),
  };
}

export function jobView(job: Job, kind: MessageKind, origin: string) {
  return {
    messageType: kind,
    runnerRequestId: job.id,
    jobId: job.jobId,
    repositoryName: job.repository,
    ownerName: job.owner,
    jobWorkflowRef: `${job.owner}/${job.repository}/${job.workflow ?? usual.workflow}@refs/heads/${job.branch ?? usual.branch}`,
    jobDisplayName: job.displayName,
    workflowRunId: job.workflowRunId,
    eventName: job.event ?? usual.event,
    requestLabels: [job.scaleSetName],
    queueTime: time(job.queuedAt),
    // Times that have not come yet are left out: ARC's listener ends itself over an empty string.
    ...(kind === "JobAvailable"
      ? { acquireJobUrl: acquireUrl(job, origin) }
      : { scaleSetAssignTime: time(job.assignedAt) }),
    ...(kind === "JobStarted" || kind === "JobCompleted"
      ? { runnerAssignTime: time(job.runnerAssignedAt), runnerId: job.agentId ?? 0, runnerName: job.agentName ?? "" }
      : {}),
    ...(kind === "JobCompleted" ? { finishTime: time(job.finishedAt), result: job.result } : {}),
  };
}

function itemView(item: MessageItem, service: ActionsService, origin: string) {
  return jobView(service.jobs.get(item.job), item.kind, origin);
}

function acquireUrl(job: Job, origin: string): string {
  return `${origin}${servicePath}/_apis/runtime/runnerscalesets/${job.scaleSetId ?? 0}/acquirejobs`;
}

function time(millis: number | undefined): string | undefined {
  return millis === undefined ? undefined : new Date(millis).toISOString();
}

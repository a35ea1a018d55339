/** A refusal, named as the Actions service names it in `typeName`: ARC looks for some of these words. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly typeName: string,
    message: string,
  ) {
    super(message);
    this.name = "ServiceError";
  }
}

export const scaleSetNotFound = (id: number) =>
  new ServiceError(404, "RunnerScaleSetNotFoundException", `no runner scale set with id ${id}`);

export const scaleSetExists = (name: string) =>
  new ServiceError(409, "RunnerScaleSetExistsException", `runner scale set ${name} exists already in this group`);

export const groupNotFound = (id: number) =>
  new ServiceError(404, "RunnerGroupNotFoundException", `no runner group with id ${id}`);

export const groupNamedNotFound = (name: string) =>
  new ServiceError(404, "RunnerGroupNotFoundException", `no runner group named ${name}`);

export const sessionConflict = (name: string, owner: string) =>
  new ServiceError(
    409,
    "RunnerScaleSetSessionConflictException",
    `runner scale set ${name} already has an active session, owned by ${owner}`,
  );

export const sessionNotFound = (id: string) =>
  new ServiceError(404, "RunnerScaleSetSessionNotFoundException", `no session with id ${id}`);

export const agentExists = (name: string) =>
  new ServiceError(409, "AgentExistsException", `a runner named ${name} exists already`);

export const agentNotFound = (what: string) => new ServiceError(404, "AgentNotFoundException", `no runner ${what}`);

export const jobStillRunning = (name: string, job: number) =>
  new ServiceError(400, "JobStillRunningException", `runner ${name} is running job ${job}`);

export const connectionReplaced = (name: string) =>
  new ServiceError(409, "AgentSessionConflictException", `runner ${name} is connected from another process`);

export const jobNotFound = (id: number) => new ServiceError(404, "JobNotFoundException", `no job with id ${id}`);

export const jobNotYours = (id: number) =>
  new ServiceError(409, "JobNotAssignedException", `job ${id} does not belong to this runner`);

export const jobNotCancellable = (id: number, state: string) =>
  new ServiceError(409, "JobNotCancellableException", `job ${id} is ${state}: only a waiting job can be canceled`);

export const groupExists = (name: string) =>
  new ServiceError(409, "RunnerGroupExistsException", `a runner group named ${name} exists already`);

export const defaultGroupKept = () =>
  new ServiceError(422, "RunnerGroupDefaultException", "the default runner group cannot be removed");

export const runNotFound = (id: number) => new ServiceError(404, "RunNotFoundException", `no run with id ${id}`);

export const runNotOver = (id: number, job: number, state: string) =>
  new ServiceError(409, "RunNotOverException", `run ${id} cannot run again yet: its job ${job} is ${state}`);

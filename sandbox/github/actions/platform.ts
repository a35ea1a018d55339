import type { ActionsService } from "../service";
import type { Job as ServiceJob } from "../service/types";
import { RunningClock } from "./clock";
import { JobsFollower } from "./from-jobs";
import { Ledger } from "./ledger";
import { RateLimits, type LimitOptions } from "./limits";
import { ActionsModel } from "./model";
import type { Runner } from "./types";
import { WebhookFile } from "./webhook-file";
import { Webhooks } from "./webhooks";

export interface PlatformActionsOptions {
  readonly service: ActionsService;
  readonly stateFolder: string;
  /** Repositories that are there from the start, `owner/name`. */
  readonly repositories: readonly string[];
  readonly limits: LimitOptions;
  /** Base of the addresses in webhooks. */
  readonly origin: () => string;
}

/** Runs, jobs and webhooks of the stand-in as a whole, where jobs come from the scale-set service. */
export class PlatformActions {
  readonly model: ActionsModel;
  readonly ledger: Ledger;
  readonly webhooks: Webhooks;
  readonly limits: RateLimits;
  private readonly clock = new RunningClock();
  private readonly file: WebhookFile;

  constructor({ service, stateFolder, repositories, limits, origin }: PlatformActionsOptions) {
    this.model = new ActionsModel(this.clock);
    this.ledger = new Ledger(this.model);
    this.limits = new RateLimits(
      limits,
      () => this.clock.now(),
      () => this.model.registry.list().length,
    );
    for (const fullName of repositories) this.model.addRepository(fullName);
    const follower = new JobsFollower(this.model, (job) => runnerOf(service, job));
    // What happened before this process began was told by the one before it.
    follower.replay(service.state.jobs.values());
    service.state.onJob = (job) => follower.follow(job);
    this.webhooks = new Webhooks(this.model, origin);
    this.file = new WebhookFile(stateFolder);
    this.file.restore(this.webhooks);
  }

  /** To be called when webhooks were added or removed. */
  saveWebhooks(): void {
    this.file.save(this.webhooks);
  }

  /** Gives up what was put off. */
  close(): void {
    this.clock.stop();
  }
}

function runnerOf({ state, legacyRunners }: ActionsService, { agentId = 0, agentName = "" }: ServiceJob): Runner {
  const agent = state.agents.get(agentId);
  const groupId = (agent && legacyRunners.groupOf(agent)) ?? 1;
  return { id: agentId, name: agentName, groupId, groupName: state.groups.get(groupId)?.name ?? "Default" };
}

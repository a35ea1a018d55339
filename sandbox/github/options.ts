import type { LimitOptions } from "./actions/limits";
import type { GitHubApp } from "./auth/app";

/** All that can be set about the stand-in. */
export interface GitHubOptions {
  /** Addresses `host:port`; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** Folder for the journal, the signing key and the request log. */
  readonly stateFolder: string;
  /** Organisations that exist; queued jobs come from a repository of the first. */
  readonly organizations: readonly string[];
  readonly enterprises?: readonly string[];
  /** File with the personal access tokens that are accepted, one a line. */
  readonly tokenFile: string;
  /** File with the tokens for the admin API. @default `tokenFile` */
  readonly adminTokenFile?: string;
  /** The GitHub App that may ask for installation tokens. @default none */
  readonly app?: GitHubApp;
  /** Where clients reach the stand-in, if that is not the Host they send. */
  readonly publicUrl?: string;
  /** Runner groups beside Default. */
  readonly runnerGroups?: readonly string[];
  /** Repositories that exist, `owner/name`. @default every name of an organisation that exists */
  readonly repositories?: readonly string[];
  /** Rate limits of the REST API of Actions. @default those of GitHub */
  readonly limits?: LimitOptions;
  readonly timing?: Partial<Timing>;
}

export interface Timing {
  /** How long a listener's poll is held; GitHub holds it for about 50 s. */
  readonly listenerPollSeconds: number;
  readonly runnerPollSeconds: number;
  /** A session whose client has not polled for so long may be taken over. */
  readonly sessionSeconds: number;
  /** A runner that was silent for so long is taken for dead. */
  readonly runnerSeconds: number;
  /** How often a runner shall report that it lives. */
  readonly heartbeatSeconds: number;
  /** How long after its end a job is reported to the listener and counted as assigned. */
  readonly reportSeconds: number;
  readonly queueTokenSeconds: number;
  readonly serviceTokenSeconds: number;
}

export const defaultTiming: Timing = {
  listenerPollSeconds: 50,
  runnerPollSeconds: 20,
  sessionSeconds: 60,
  runnerSeconds: 30,
  heartbeatSeconds: 5,
  reportSeconds: 2,
  queueTokenSeconds: 3600,
  serviceTokenSeconds: 3600,
};

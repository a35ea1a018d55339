import type { PlatformActions } from "../actions/platform";
import type { GitHubOptions, Timing } from "../options";
import type { TokenFile } from "../auth/credentials";
import type { SecretBox } from "../auth/secret-box";
import type { Tokens } from "../auth/tokens";
import type { Wakeups } from "../http/long-poll";
import type { ActionsService } from "../service";

/** What the handlers work with. */
export interface Surroundings {
  readonly options: GitHubOptions;
  readonly timing: Timing;
  readonly service: ActionsService;
  readonly actions: PlatformActions;
  readonly tokens: Tokens;
  readonly accessTokens: TokenFile;
  readonly adminTokens: TokenFile;
  readonly secretBox: SecretBox;
  readonly wakeups: Wakeups;
  readonly now: () => number;
  /** Asks the process to stop, after the reply is out. */
  readonly stop: () => void;
}

/** Path under which the Actions service is served; with github.com it is a host of its own. */
export const servicePath = "/_services/actions";

import { join } from "node:path";
import { type RunningProvider, startProvider } from "../shared/start.js";

export interface StartOptions {
  /** Where the provider's own log goes; nowhere if not given. */
  readonly logFile?: string;
  /** Serve previews without a GitHub: functions answer nothing. @default false */
  readonly offline?: boolean;
}

/** Starts the provider as a child process and waits for its port. Stop it when the engine's run has ended. */
export function startGithubProvider({ logFile, offline = false }: StartOptions): Promise<RunningProvider> {
  return startProvider({
    name: "github",
    main: join(__dirname, "main.ts"),
    args: offline ? ["--offline"] : [],
    ...(logFile !== undefined && { logFile }),
  });
}

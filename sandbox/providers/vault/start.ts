import { join } from "node:path";
import { type RunningProvider, startProvider } from "../shared/start.js";

/** Starts the provider as a child process and waits for its port. Stop it when the engine's run has ended. */
export function startVaultProvider(logFile?: string): Promise<RunningProvider> {
  return startProvider({ name: "vault", main: join(__dirname, "main.ts"), ...(logFile !== undefined && { logFile }) });
}

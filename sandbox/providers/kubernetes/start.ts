import { join } from "node:path";
import { type RunningProvider, startProvider } from "../shared/start.js";

export type { RunningProvider } from "../shared/start.js";

export interface StartOptions {
  /** The helm executable that renders charts. */
  readonly helm: string;
  /** Where the provider's own log goes; nowhere if not given. */
  readonly logFile?: string;
  /** Serve previews without a cluster. @default the cluster of the program's kubeconfig */
  readonly offline?: {
    /** Of the cluster that is meant, such as `1.35`. */
    readonly kubeVersion: string;
    /** File with the list of charts on this machine (`sandbox/charts`). @default none */
    readonly charts?: string;
    /** File to which the keys of each Secret are written. @default nowhere */
    readonly secretKeys?: string;
  };
}

/** Starts the provider as a child process and waits for its port. Stop it when the engine's run has ended. */
export function startKubernetesProvider({ helm, logFile, offline }: StartOptions): Promise<RunningProvider> {
  return startProvider({
    name: "kubernetes",
    main: join(__dirname, "main.ts"),
    args: ["--helm", helm, ...(offline ? offlineArguments(offline) : [])],
    ...(logFile !== undefined && { logFile }),
  });
}

function offlineArguments({ kubeVersion, charts, secretKeys }: NonNullable<StartOptions["offline"]>): string[] {
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  return [
    "--offline",
    ...option("--kube-version", kubeVersion),
    ...option("--charts", charts),
    ...option("--secret-keys", secretKeys),
  ];
}

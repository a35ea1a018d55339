import { findRealPlugin, pluginVersion } from "./plugins";
import type { RunningProvider } from "./shared/start";

/** A package that one of our providers serves where the real plugin is not installed. */
export interface StandIn {
  /** Name of the Pulumi package. */
  readonly name: string;
  readonly npmPackage: string;
  readonly start: () => Promise<RunningProvider>;
}

/** Providers that run beside an engine. */
export interface StandInsRunning {
  /** For the engine's environment; nothing when every real plugin is there. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts our providers for the packages whose real plugin this run of the engine would not find. */
export async function startStandIns(standIns: readonly StandIn[], pulumiHome?: string): Promise<StandInsRunning> {
  const search = pulumiHome === undefined ? {} : { pulumiHome };
  const missing = standIns.filter(
    ({ name, npmPackage }) => findRealPlugin(name, pluginVersion(npmPackage), search) === undefined,
  );
  return startAll(missing);
}

/** Starts our providers for all of the packages. */
export async function startAll(standIns: readonly StandIn[]): Promise<StandInsRunning> {
  const started = await Promise.allSettled(standIns.map(({ start }) => start()));
  const running = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((provider) => provider.stop()));
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const attached = standIns.map(({ name }, index) => `${name}:${String(running[index]?.port ?? "")}`);
  return { environment: attached.length === 0 ? {} : { PULUMI_DEBUG_PROVIDERS: attached.join(",") }, stop };
}

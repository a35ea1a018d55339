import type { LegacyRunners } from "../service/legacy-runners";
import type { Agent } from "../service/types";

/** The forms in which the REST API shows runners. */
export function runnerView(agent: Agent, runners: LegacyRunners) {
  const { given, own } = runners.labels(agent);
  const label = (type: "read-only" | "custom") => (name: string) => ({ name, type });
  return {
    id: agent.id,
    name: agent.name,
    os: "linux",
    status: agent.connection === undefined ? "offline" : "online",
    busy: agent.jobId !== undefined,
    ephemeral: agent.registration?.ephemeral ?? true,
    runner_group_id: runners.groupOf(agent),
    labels: [...given.map(label("read-only")), ...own.map(label("custom"))],
  };
}

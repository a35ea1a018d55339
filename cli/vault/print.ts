import { table } from "../../sandbox/cli/table";
import { nextStep, type ObservedCluster, plannedSteps } from "./plan";

/** The servers as a table, and what would be done. */
export function formatCluster(cluster: ObservedCluster): string {
  const { servers, revision, autopilot } = cluster;
  const rows = servers.map(({ name, revision: own, ready, health }) => [
    name,
    own === undefined ? "-" : own === revision ? "current" : "outdated",
    ready ? "ready" : "not ready",
    health === undefined ? "-" : health.sealed ? "sealed" : health.leader ? "leader" : "standby",
    autopilot === undefined ? "-" : autopilot.voters.includes(name) ? "yes" : "no",
  ]);
  const steps = plannedSteps(cluster).map(({ kind, server }, index) => {
    return `  ${index + 1}. ${kind === "replace" ? `replace ${server}` : `${server} hands over to another server`}`;
  });
  const next = nextStep(cluster);
  return [
    table(["server", "pod", "state", "role", "voter"], rows),
    "",
    ...(steps.length === 0 ? ["All servers are current."] : ["To do, each when all servers are well:", ...steps]),
    ...(next.kind === "wait" ? [`Nothing can be done at present: ${next.reason}.`] : []),
  ].join("\n");
}

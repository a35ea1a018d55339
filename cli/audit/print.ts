import { table } from "../../sandbox/cli/table";
import { formatHours } from "./duration";
import type { Finding } from "./findings";
import type { AuditedCluster, ListedImage } from "./objects";

/** The findings as a table, under a line that says what was looked at. */
export function formatAudit(
  found: readonly Finding[],
  cluster: AuditedCluster,
  images: readonly ListedImage[] | undefined,
  olderThanHours: number,
): string {
  const counts = [
    `${cluster.volumes.length} volumes`,
    `${cluster.claims.length} claims`,
    images ? `${images.length} images` : "images not looked at",
  ];
  const age = olderThanHours === 0 ? "" : ` for at least ${formatHours(olderThanHours)}`;
  if (found.length === 0) return `Nothing has leaked${age} (${counts.join(", ")}).`;
  const rows = found.map(({ kind, name, what, hours }) => [kind, name, formatHours(hours), what]);
  return [`${found.length} found${age} (${counts.join(", ")}):`, "", table(["kind", "name", "for", "what"], rows)].join(
    "\n",
  );
}

/** How to let the audit look at images too. */
export function imagesHint(tools: boolean, namespace: string, pool: string): string {
  const list = (command: string) => `kubectl -n ${namespace} exec deploy/rook-ceph-tools -- ${command}`;
  return [
    "Images of Ceph are not visible through Kubernetes. To compare them with volumes:",
    `  ${list(`rbd ls --long --format json ${pool}`)} > images.json`,
    `  ${list(`rbd trash ls --format json ${pool}`)} > trash.json`,
    "  npm run audit -- storage --images images.json --images trash.json",
    ...(tools ? ["or, with the right to run commands in that pod: npm run audit -- storage --exec-tools"] : []),
  ].join("\n");
}

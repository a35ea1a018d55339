import type { SelfMetrics } from "./metrics/self-metrics";
import type { Clock } from "./github/clock";

export interface HealthOptions {
  readonly clock: Clock;
  readonly metrics: SelfMetrics;
  readonly feeds: { unread(): number | undefined; watched(): number };
  /** State of an earlier run was taken up, so that numbers are right before the first look at GitHub. */
  readonly resumed: boolean;
  /** Nothing from GitHub for that long is a fault. */
  readonly staleMs: number;
}

/** Why the exporter should not be believed now; empty when it may be. */
export function unreadyReasons({ clock, metrics, feeds, resumed, staleMs }: HealthOptions): string[] {
  const now = clock.now();
  const discovery = metrics.lastSuccessOf("discovery");
  if (discovery === undefined) {
    return ["the repositories could not be listed yet; see the log for GitHub's answer"];
  }
  const reasons: string[] = [];
  const unread = feeds.unread() ?? 0;
  if (!resumed && unread > 0) reasons.push(`${unread} of ${feeds.watched()} repositories have not been read yet`);
  const heard = Math.max(metrics.lastSuccessOf("poll") ?? 0, metrics.lastSuccessOf("webhook") ?? 0, discovery);
  if (now - heard > staleMs) reasons.push(`nothing from GitHub for ${Math.round((now - heard) / 1000)} s`);
  return reasons;
}

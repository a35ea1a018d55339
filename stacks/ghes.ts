import type { Layer } from "./settings";

/**
 * Production beside a GitHub Enterprise Server, without a way out to the internet: everything comes from the company's own registry and
 * from that server, and nothing else may be reached (`network.destinations`). Storage is the site's own. docs/ghes.md leads through it.
 */
export const ghes: Layer = {
  production: true,
  certManager: { mode: "install" },
  monitoring: { podMonitors: true, prometheusRules: true },
  network: { internet: false },
};

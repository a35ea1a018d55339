import { local } from "../../stacks/local";
import { certManagerChart } from "./chart";

/**
 * What the section `certManager` gets from the sandbox. Its images are in the embedded cluster and nowhere else, so that a cluster of the
 * user's gets no cert-manager unless the user's configuration says which.
 */
export function certManagerSettings(embedded: boolean): Record<string, unknown> {
  if (embedded) return { chart: { chart: certManagerChart() } };
  const issuers = Object.keys(local.certManager?.issuers ?? {}).map((name) => [name, null] as const);
  return { mode: "none", issuers: Object.fromEntries(issuers) };
}

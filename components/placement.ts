import type { ScaleSetSettings, Settings } from "../stacks/settings";
import type { PodTemplate } from "./pod";

/** Where pods of a set's pool may run. */
export function placement(
  set: ScaleSetSettings,
  pools: Settings["pools"],
): Pick<PodTemplate["spec"], "nodeSelector" | "tolerations"> {
  const pool = pools[set.pool];
  return {
    ...(pool?.nodeSelector && { nodeSelector: pool.nodeSelector }),
    ...(pool?.tolerations && { tolerations: pool.tolerations }),
  };
}

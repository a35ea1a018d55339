import type { Layer } from "../settings";

/** What the section `organization` holds besides an environment's own values; it takes effect only where an environment has the section. */
export const organizationDefaults: NonNullable<Layer["organization"]> = {
  secrets: {},
  variables: {},
  runnerGroups: {},
};

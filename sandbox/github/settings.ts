import type { OrganizationConfig } from "../platform/stack-config";

/**
 * What the section `organization` gets from the sandbox: how jobs log in at Vault, as GitHub gives it to them; a group that takes in the
 * repositories of the examples; permissions with their defaults.
 *
 * @param embedded whether there is a Vault
 * @param token which the stand-in for GitHub accepts
 */
export function organizationSettings(embedded: boolean, token: string): OrganizationConfig {
  const repositories = ["app", "devcontainers"];
  return {
    token,
    section: {
      ...(embedded && {
        secrets: { VAULT_ACTION_ROLE: { repositories: ["app"] } },
        variables: { VAULT_ACTION_URL: { from: "vaultAddress", repositories } },
      }),
      runnerGroups: { platform: { repositories } },
      actions: {},
    },
    // A role of sandbox/vault/settings.ts. Its name is no secret; here it shows how one arrives.
    secrets: embedded ? { VAULT_ACTION_ROLE: "harbor-reader" } : {},
  };
}

import { addresses } from "../cluster/addresses";
import { tokenPath } from "../github/routes/oidc";
import { ownerId, repositoryId } from "../github/service/numeric-ids";
import { backupStores } from "./backup-access";

/** Of the leader's Service, so that this machine finds Vault without the cluster's DNS. */
const serviceAddress = "10.96.0.20";

/** What workflows ask for as audience of their tokens. */
export const workflowAudience = "https://vault.acme.example";

/**
 * What the section `vault` gets from the sandbox; none in a cluster of the user's, which has neither its images nor its certificates.
 *
 * @param githubAddress `host:port` of the stand-in for GitHub.
 * @param organization the owner of all repositories.
 */
export function vaultSettings(
  embedded: boolean,
  githubAddress: string,
  organization: string,
): Record<string, unknown> | null {
  if (!embedded) return null;
  return {
    clusterIp: serviceAddress,
    clientCidrs: [`${addresses.hostLinkAddress}/32`, `${addresses.gateway}/32`],
    provisioner: { address: `https://${serviceAddress}:8200`, tlsServerName: "vault-active.vault.svc" },
    // GitHub's issuer of tokens.
    egressPorts: [addresses.githubPort],
    // A store that is away shall not be waited for as long as in production.
    backup: { stores: backupStores(), deadlineSeconds: 300, spoolSize: "256Mi", drill: { dataSize: "256Mi" } },
    logins: {
      github: {
        github: {
          issuer: `http://${githubAddress}${tokenPath}`,
          repositoryOwnerId: String(ownerId(organization)),
          audience: workflowAudience,
          roles: roles(organization),
        },
      },
    },
  };
}

/** A job that fetches the registry's login, and the one that builds images and writes their tags. */
function roles(organization: string): Record<string, unknown> {
  const repositoryIds = (name: string): string[] => [String(repositoryId(`${organization}/${name}`))];
  return {
    "harbor-reader": {
      policies: ["harbor", "image-tags"],
      repositoryIds: repositoryIds("app"),
      refs: ["refs/heads/main"],
    },
    "image-tags-writer": {
      policies: ["image-tags-writer"],
      repositoryIds: repositoryIds("devcontainers"),
      jobWorkflowRefs: [`${organization}/devcontainers/.github/workflows/build.yml@refs/heads/main`],
    },
  };
}

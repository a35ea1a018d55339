import type * as pulumi from "@pulumi/pulumi";
import type { Provider } from "@pulumi/github/provider";

import { availability, serverFeatures } from "../stacks/github/enterprise-server";
import type { OrganizationSettings } from "../stacks/organization/schema";
import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import { parseGitHubUrl } from "./arc/github-url";
import { OrganizationActions } from "./github/organization-actions";
import { OrganizationSecrets } from "./github/organization-secrets";
import { OrganizationVariables } from "./github/organization-variables";
import { createGithubProvider } from "./github/provider";
import { repositoryIds, type RepositoryIds } from "./github/repository-ids";
import { RunnerGroups } from "./github/runner-groups";
import { apiAddress, serverNames, serviceHost } from "./vault/server-names";

/** What of the GitHub organization belongs to the platform. */
export interface Organization {
  readonly provider: Provider;
  readonly secrets?: OrganizationSecrets;
  readonly variables?: OrganizationVariables;
  readonly runnerGroups?: RunnerGroups;
  readonly actions?: OrganizationActions;
}

/** Secrets, variables, runner groups and permissions of the organization; nothing without the section `organization`. */
export function createOrganization(
  settings: Settings,
  secrets: Secrets,
  { parent }: pulumi.ComponentResourceOptions,
): Organization | undefined {
  const { organization, github } = settings;
  if (!organization) return undefined;
  const owner = organization.name ?? parseGitHubUrl(github.configUrl)?.owner ?? "";
  const opts = parent ? { parent } : {};
  const provider = createProvider(owner, settings, secrets, opts);
  const within = { ...opts, providers: [provider] };
  const repositories = repositoryIds(owner, provider);
  return {
    provider,
    ...createSecrets(organization, secrets, repositories, within),
    ...createVariables(organization, settings, repositories, within),
    ...createRunnerGroups(organization, repositories, within),
    ...createActions(owner, settings, repositories, within),
  };
}

function createProvider(
  owner: string,
  { github: { configUrl } }: Settings,
  { organizationToken: token }: Secrets,
  opts: pulumi.CustomResourceOptions,
): Provider {
  if (!token) throw new Error("organizationToken passed the checks of settings but is not there");
  return createGithubProvider("platform-github", { configUrl, owner, token }, opts);
}

function createSecrets(
  { secrets }: OrganizationSettings,
  { organizationSecrets: values }: Secrets,
  repositories: RepositoryIds,
  opts: pulumi.ComponentResourceOptions,
): Pick<Organization, "secrets"> {
  if (isEmpty(secrets)) return {};
  if (!values) throw new Error("organizationSecrets passed the checks of settings but is not there");
  return { secrets: new OrganizationSecrets("organization-secrets", { secrets, values, repositories }, opts) };
}

function createVariables(
  { variables }: OrganizationSettings,
  { vault }: Settings,
  repositories: RepositoryIds,
  opts: pulumi.ComponentResourceOptions,
): Pick<Organization, "variables"> {
  if (isEmpty(variables)) return {};
  const valued = Object.entries(variables).map(([name, { value, repositories: names }]) => {
    return [name, { value: value ?? vaultAddress(vault), repositories: names }] as const;
  });
  const args = { variables: Object.fromEntries(valued), repositories };
  return { variables: new OrganizationVariables("organization-variables", args, opts) };
}

/** By which runners in the cluster reach Vault. */
function vaultAddress(vault: Settings["vault"]): string {
  if (!vault) throw new Error("a variable with Vault's address passed the checks of settings without Vault");
  return apiAddress(serviceHost(serverNames(vault.name).active, vault.namespace));
}

function createRunnerGroups(
  { runnerGroups: groups }: OrganizationSettings,
  repositories: RepositoryIds,
  opts: pulumi.ComponentResourceOptions,
): Pick<Organization, "runnerGroups"> {
  if (isEmpty(groups)) return {};
  return { runnerGroups: new RunnerGroups("runner-groups", { groups, repositories }, opts) };
}

function createActions(
  owner: string,
  { organization, github: { enterpriseServerVersion: version } }: Settings,
  repositories: RepositoryIds,
  opts: pulumi.ComponentResourceOptions,
): Pick<Organization, "actions"> {
  const actions = organization?.actions;
  if (!actions) return {};
  const canPinActions = version === undefined || availability(serverFeatures.shaPinning, version) === "on";
  const args = { organization: owner, actions, canPinActions, repositories };
  return { actions: new OrganizationActions("organization-actions", args, opts) };
}

function isEmpty(record: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(record).length === 0;
}

import * as pulumi from "@pulumi/pulumi";
import { AuthBackendRole } from "@pulumi/vault/kubernetes/authBackendRole";
import { SecretBackendV2 } from "@pulumi/vault/kv/secretBackendV2";
import { Mount } from "@pulumi/vault/mount";
import { Policy } from "@pulumi/vault/policy";
import { RaftAutopilot } from "@pulumi/vault/raftAutopilot";

import type { LoginsSettings, ServiceLoginSettings } from "../../stacks/vault/logins-schema";
import { GithubLogin } from "./github-login";
import { provisionerLogin } from "./init-names";
import { defaultTtl } from "./job-role";
import { secretPolicy } from "./secret-policies";

export interface VaultConfigurationArgs {
  readonly logins: LoginsSettings;
  /** How many servers must stay, whatever autopilot thinks of the others. */
  readonly minQuorum: number;
  /** Certificate of the authority that signed those of a GitHub of one's own, in PEM. @default a public one */
  readonly githubCa?: string;
  /** Refuse to unmount the key-value engine, which would delete all secrets. */
  readonly protect: boolean;
  /** The servers: without them nothing of this is there, so it need not be deleted piece by piece. */
  readonly deletedWith: pulumi.Resource;
}

/**
 * What Vault is configured with: the key-value engine, policies of its consumers, logins of workflows and services, autopilot. Values of
 * secrets are not here: their owners write them.
 *
 * ```ts
 * new VaultConfiguration("vault-configuration", { logins: settings.vault.logins, minQuorum: 3, ... }, { providers: [vaultProvider] });
 * ```
 */
export class VaultConfiguration extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly engine: Mount;
    readonly engineSettings: SecretBackendV2;
    /** By name. */
    readonly policies: ReadonlyMap<string, Policy>;
    /** By path of the mount. */
    readonly github: ReadonlyMap<string, GithubLogin>;
    /** By name of the role. */
    readonly services: ReadonlyMap<string, AuthBackendRole>;
    readonly autopilot: RaftAutopilot;
  };

  public constructor(name: string, args: VaultConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:VaultConfiguration", name, { secretMount: args.logins.secretMount }, opts);
    const { logins, githubCa, deletedWith } = args;
    const within = { parent: this, deletedWith };
    const { engine, engineSettings } = createEngine(name, args, within);
    const policies = mapEntries(
      logins.policies,
      (key, policy) =>
        new Policy(`${name}-policy-${key}`, { name: key, policy: secretPolicy(policy, logins.secretMount) }, within),
    );
    const github = mapEntries(
      logins.github,
      (path, issuer) =>
        new GithubLogin(
          `${name}-${path}`,
          { ...issuer, path, deletedWith, ...(githubCa !== undefined && { ca: githubCa }) },
          { parent: this, dependsOn: [...policies.values()] },
        ),
    );
    const services = mapEntries(
      logins.services,
      (roleName, service) =>
        new AuthBackendRole(`${name}-service-${roleName}`, serviceRole(roleName, service), {
          ...within,
          dependsOn: [...policies.values()],
        }),
    );
    const autopilot = createAutopilot(name, args.minQuorum, within);
    this.nodes = { engine, engineSettings, policies, github, services, autopilot };
    this.registerOutputs({});
  }
}

interface Within {
  readonly parent: VaultConfiguration;
  readonly deletedWith: pulumi.Resource;
}

function mapEntries<T, U>(record: Readonly<Record<string, T>>, make: (key: string, value: T) => U): Map<string, U> {
  return new Map(Object.entries(record).map(([key, value]) => [key, make(key, value)]));
}

function createEngine(
  name: string,
  { logins: { secretMount, secretVersions }, protect }: VaultConfigurationArgs,
  within: Within,
): { engine: Mount; engineSettings: SecretBackendV2 } {
  const engine = new Mount(
    `${name}-secrets`,
    { path: secretMount, type: "kv", options: { version: "2" }, description: "Secrets of workflows and services" },
    { ...within, protect },
  );
  const engineSettings = new SecretBackendV2(
    `${name}-secrets-settings`,
    { mount: engine.path, maxVersions: secretVersions },
    within,
  );
  return { engine, engineSettings };
}

/** Names are exact, and the pod's token must have been made for Vault. */
function serviceRole(
  roleName: string,
  service: ServiceLoginSettings,
): ConstructorParameters<typeof AuthBackendRole>[1] {
  return {
    backend: provisionerLogin.mount,
    roleName,
    boundServiceAccountNames: [service.serviceAccount],
    boundServiceAccountNamespaces: [service.namespace],
    audience: service.audience ?? provisionerLogin.audience,
    tokenPolicies: [...service.policies],
    tokenTtl: service.tokenTtlSeconds ?? defaultTtl.seconds,
    tokenMaxTtl: service.tokenMaxTtlSeconds ?? Math.max(defaultTtl.maxSeconds, service.tokenTtlSeconds ?? 0),
    tokenNoDefaultPolicy: true,
  };
}

/** A server that is away for a day is given up, as long as enough others are left; its pod joins as a new one when it comes back. */
function createAutopilot(name: string, minQuorum: number, within: Within): RaftAutopilot {
  return new RaftAutopilot(
    `${name}-autopilot`,
    {
      cleanupDeadServers: true,
      deadServerLastContactThreshold: "24h0m0s",
      lastContactThreshold: "10s",
      maxTrailingLogs: 1000,
      minQuorum,
      serverStabilizationTime: "10s",
    },
    within,
  );
}

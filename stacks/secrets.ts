import type * as pulumi from "@pulumi/pulumi";

import type { GitHubCredential } from "../components/arc/github-secret";
import { externalCephProblems } from "../components/storage/external-ceph-input";
import { isObject } from "./merge";
import { organizationSecretNames, organizationSecretProblems } from "./organization/secret-values";
import type { Problem } from "./problems";
import type { Settings } from "./settings";

/** Keys of a stack's configuration that hold secrets. */
export const secretKeys = [
  "kubeconfig",
  "githubToken",
  "githubAppPrivateKey",
  "registryCredentials",
  "legacyWebhookToken",
  "externalCeph",
  "organizationToken",
  "organizationSecrets",
] as const;

/** Which secrets the stack's configuration holds; their values are not needed for checks. */
export interface SecretsPresent extends Readonly<Record<(typeof secretKeys)[number], boolean>> {
  /** For which secrets of the organization there is a value. */
  readonly organizationSecretNames: readonly string[];
}

export function secretsPresent(config: Readonly<Record<string, string>>): SecretsPresent {
  const present = secretKeys.map((key) => [key, config[key] !== undefined] as const);
  return {
    ...(Object.fromEntries(present) as Record<(typeof secretKeys)[number], boolean>),
    organizationSecretNames: organizationSecretNames(config["organizationSecrets"]),
  };
}

/** Secret values: Pulumi secret Outputs, never plain text. */
export interface Secrets {
  /** Content of a kubeconfig; absent when `kubernetes.context` is used. */
  readonly kubeconfig?: pulumi.Output<string>;
  readonly github: GitHubCredential;
  /** Docker's `config.json`; absent when the registry needs none, or the pull secret is made by somebody else. */
  readonly registryCredentials?: pulumi.Output<string>;
  /** Secret of GitHub's webhook for the legacy webhook server. */
  readonly legacyWebhookToken?: pulumi.Output<string>;
  /** What the Ceph side of an external cluster handed over. */
  readonly externalCeph?: pulumi.Output<string>;
  /** With which the organization's secrets, variables, runner groups and permissions are set. */
  readonly organizationToken?: pulumi.Output<string>;
  /** Values of the organization's secrets by name. */
  readonly organizationSecrets?: pulumi.Output<Readonly<Record<string, string>>>;
}

export function secretsOf({ github }: Settings, config: pulumi.Config): Secrets {
  const kubeconfig = config.getSecret("kubeconfig");
  const token = config.getSecret("githubToken");
  const registryCredentials = config.getSecret("registryCredentials");
  const legacyWebhookToken = config.getSecret("legacyWebhookToken");
  const externalCeph = config.getSecret("externalCeph");
  const organizationToken = config.getSecret("organizationToken");
  const organizationSecrets = config.getSecretObject<Record<string, string>>("organizationSecrets");
  const credential: GitHubCredential = token
    ? { kind: "token", token }
    : {
        kind: "app",
        appId: github.appId ?? "",
        installationId: github.installationId ?? "",
        privateKey: config.requireSecret("githubAppPrivateKey"),
      };
  return {
    github: credential,
    ...(kubeconfig && { kubeconfig }),
    ...(registryCredentials && { registryCredentials }),
    ...(legacyWebhookToken && { legacyWebhookToken }),
    ...(externalCeph && { externalCeph }),
    ...(organizationToken && { organizationToken }),
    ...(organizationSecrets && { organizationSecrets }),
  };
}

/** Mistakes in a secret that can be named without showing it: they would otherwise come back as a refused login much later. */
export function secretProblems({
  githubToken,
  githubAppPrivateKey,
  kubeconfig,
  registryCredentials,
  externalCeph,
  organizationToken,
  organizationSecrets,
}: Readonly<Record<string, string>>): Problem[] {
  const problems: Problem[] = [
    ...externalCephProblems(externalCeph),
    ...tokenProblems("githubToken", githubToken),
    ...tokenProblems("organizationToken", organizationToken),
    ...organizationSecretProblems(organizationSecrets),
  ];
  if (githubAppPrivateKey !== undefined && !/^-----BEGIN [A-Z ]*PRIVATE KEY-----\s/.test(githubAppPrivateKey)) {
    problems.push({
      path: "githubAppPrivateKey",
      what: "no PEM private key [hidden]",
      allowed: "the content of the App's .pem file",
      fix: "pulumi config set --secret githubAppPrivateKey < FILE.pem",
    });
  }
  if (kubeconfig?.trim() === "")
    problems.push({ path: "kubeconfig", what: "empty", allowed: "the content of a kubeconfig" });
  if (registryCredentials !== undefined && !hasAuths(registryCredentials)) {
    problems.push({
      path: "registryCredentials",
      what: "no Docker configuration with auths [hidden]",
      allowed: "the content of a config.json that `docker login` wrote",
      fix: "pulumi config set --secret registryCredentials < config.json",
    });
  }
  return problems;
}

function tokenProblems(path: string, token: string | undefined): Problem[] {
  if (token === undefined || /^\S+$/.test(token)) return [];
  const fix = "set it again without line break";
  return [{ path, what: "empty or with blanks [hidden]", allowed: "a token alone", fix }];
}

function hasAuths(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && isObject(value["auths"]);
  } catch {
    return false;
  }
}

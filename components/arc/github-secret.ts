import { createHmac } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

/**
 * How scale sets authenticate to GitHub. A GitHub App is the better choice wherever it is possible (short-lived tokens, narrow rights, no
 * person behind it); enterprise-level scale sets accept only a classic token with `manage_runners:enterprise`.
 * Source: GitHub documentation, "Authenticating ARC to the GitHub API".
 */
export type GitHubCredential =
  | { readonly kind: "token"; readonly token: pulumi.Input<string> }
  | {
      readonly kind: "app";
      /** Numeric App id, or the client id from ARC 0.12.0 on. */
      readonly appId: string;
      readonly installationId: string;
      /** Private key, PEM. */
      readonly privateKey: pulumi.Input<string>;
    };

/** The keys which ARC reads from the Secret named by `githubConfigSecret`. It refuses a Secret that holds both kinds. */
export function githubSecretData(credential: GitHubCredential): pulumi.Output<Readonly<Record<string, string>>> {
  const sensitive = pulumi.output(credential.kind === "token" ? credential.token : credential.privateKey);
  return pulumi.secret(sensitive).apply((plain) => secretData(credential, plain));
}

function secretData(credential: GitHubCredential, plain: string): Readonly<Record<string, string>> {
  if (credential.kind === "token") return { github_token: plain };
  return {
    github_app_id: credential.appId,
    github_app_installation_id: credential.installationId,
    github_app_private_key: plain,
  };
}

/**
 * Ten hexadecimal digits that change whenever the credential changes, and from which it cannot be recovered: a keyed SHA-256, cut to 40
 * bits, of a value with far more entropy (GitHub tokens carry about 178 random bits, private keys thousands).
 */
export function credentialHash(scaleSet: string, data: Readonly<Record<string, string>>): string {
  const ordered = Object.keys(data)
    .sort()
    .map((key) => [key, data[key]]);
  return createHmac("sha256", `runner-platform/${scaleSet}`).update(JSON.stringify(ordered)).digest("hex").slice(0, 10);
}

import { z } from "zod";

import { githubUrlAllowed, parseGitHubUrl } from "../../components/arc/github-url";
import { dnsLabel, matching, text, yesOrNo } from "../schema";

/** Where scale sets register. */
export const configUrl = text(githubUrlAllowed, (value) => parseGitHubUrl(value) !== undefined);

/** The settings section `github`. What follows from several of them together is judged in checks.ts. */
export const githubSchema = z.strictObject({
  configUrl,
  runnerGroup: text("the name of an existing runner group").optional(),
  appId: matching(/^(\d+|Iv[\w.]+)$/, "the App's numeric id in quotes, or its client id").optional(),
  installationId: matching(/^\d+$/, "the numeric installation id in quotes").optional(),
  /** Of a GitHub Enterprise Server; decides which features are there. */
  enterpriseServerVersion: matching(
    /^3\.\d{1,2}$/,
    'the major.minor of your GitHub Enterprise Server in quotes, such as "3.17"',
  ).optional(),
  /** Whether the server has a feature flag on that it ships with off; see enterprise-server.ts. */
  scaleSetLabelsEnabled: yesOrNo.optional(),
  allowHttp: yesOrNo,
  ca: z
    .strictObject({
      configMap: dnsLabel,
      key: matching(/^[\w.-]{1,253}$/, "a key of the ConfigMap").optional(),
      certificate: text("a PEM certificate", (value) => value.includes("-----BEGIN CERTIFICATE-----")).optional(),
    })
    .optional(),
});

/** What one scale set may have different: it registers for another organization, repository or enterprise of the same GitHub. */
export const scaleSetGithubSchema = z.strictObject({ configUrl: configUrl.optional() });

import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { legacyReleaseName } from "./controller-values";

/**
 * Resources that are ready when the admission webhooks of the chart trust their certificate. The chart's objects count as ready when they
 * are written, but cert-manager enters the certificate authority into the webhook configurations only once it has issued the certificate;
 * until then the API server answers each RunnerDeployment with "failed calling webhook ... certificate signed by unknown authority".
 *
 * They add nothing but an annotation to the chart's two objects, through which the provider waits.
 */
export function createWebhookGates(
  parent: pulumi.Resource,
  name: string,
  chart: k8s.helm.v4.Chart,
): pulumi.CustomResource[] {
  const opts = { parent, dependsOn: [chart] };
  return [
    new k8s.admissionregistration.v1.MutatingWebhookConfigurationPatch(
      `${name}-mutating-gate`,
      { metadata: gateMetadata("mutating", 4) },
      opts,
    ),
    new k8s.admissionregistration.v1.ValidatingWebhookConfigurationPatch(
      `${name}-validating-gate`,
      { metadata: gateMetadata("validating", 3) },
      opts,
    ),
  ];
}

/** Waits for the authority in each of the configuration's webhooks. */
function gateMetadata(
  kind: "mutating" | "validating",
  webhooks: number,
): { name: string; annotations: Record<string, string> } {
  const expressions = Array.from(
    { length: webhooks },
    (_, index) => `jsonpath={.webhooks[${index}].clientConfig.caBundle}`,
  );
  return {
    name: `${legacyReleaseName}-${kind}-webhook-configuration`,
    annotations: { "pulumi.com/waitFor": JSON.stringify(expressions), "pulumi.com/timeoutSeconds": "300" },
  };
}

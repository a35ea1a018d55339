import type * as pulumi from "@pulumi/pulumi";

import type { Secrets } from "../stacks/secrets";
import type { Settings } from "../stacks/settings";
import { githubPort } from "./arc/github-url";
import { createGitHubCa, githubCaConfigMapOf, githubCaOf } from "./github-ca";
import { legacyPorts } from "./legacy-arc/controller-values";
import type { CertManager } from "./cert-manager/cert-manager";
import { createLegacy, type Legacy } from "./legacy-arc/index";
import type { NetworkAccess } from "./namespace/network-policies";
import { TrustNamespace } from "./namespace/trust-namespace";
import { runnerNetwork } from "./runner-namespaces";

/** The older kinds of runners with their controller, in namespaces of their own; none unless settings have the section. */
export function createLegacyRunners(
  settings: Settings,
  secrets: Secrets,
  { certManager, retry }: { readonly certManager?: CertManager; readonly retry: pulumi.ErrorHook },
  opts: pulumi.ComponentResourceOptions,
): Legacy | undefined {
  const { legacy, images, monitoring } = settings;
  if (!legacy) return undefined;
  const githubCa = githubCaOf(settings.github);
  return createLegacy(
    {
      settings: legacy,
      credential: secrets.github,
      ...(githubCa && { githubCa }),
      ...(secrets.legacyWebhookToken && { webhookToken: secrets.legacyWebhookToken }),
      ...(images.mirror !== undefined && { mirror: images.mirror }),
      imagePullPolicy: images.pullPolicy,
      podMonitors: monitoring.podMonitors,
      protect: settings.production,
      retry,
      ...(certManager && legacy.controller.certificates === "cert-manager" && { certificates: certManager.ready }),
      namespaces: {
        controller: createNamespace("legacy-controller", "controller", settings, opts),
        runners: createNamespace("legacy-runners", "runners", settings, opts),
      },
    },
    opts,
  );
}

/** Runners have a Docker daemon, hence `privileged`. */
function createNamespace(
  name: string,
  key: "controller" | "runners",
  settings: Settings,
  opts: pulumi.ComponentResourceOptions,
): TrustNamespace {
  const { legacy, kubernetes } = settings;
  const ca = githubCaConfigMapOf(settings.github);
  const namespace = new TrustNamespace(
    name,
    {
      namespace: legacy?.namespaces[key] ?? name,
      podSecurity: key === "controller" ? "restricted" : "privileged",
      podSecurityVersion: kubernetes.version,
      network: key === "controller" ? controllerNetwork(settings) : runnerNetwork(settings, true),
    },
    opts,
  );
  // A child, so that whatever waits for the namespace waits for this too.
  if (ca) createGitHubCa(`${name}-github-ca`, namespace.namespace, ca, { parent: namespace });
  return namespace;
}

function controllerNetwork({ network, github, monitoring }: Settings): NetworkAccess {
  return {
    egressPorts: [...network.apiServerPorts, githubPort(github.configUrl)],
    blockedCidrs: network.blockedCidrs,
    ...(monitoring.podMonitors && { metrics: { port: legacyPorts.metrics, fromNamespace: monitoring.namespace } }),
  };
}

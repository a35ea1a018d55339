import { loadSettings } from "../stacks/decode";
import { Platform } from "./platform";

/**
 * The Pulumi program: settings, platform, outputs. It reads stack and configuration of the running deployment, so it serves as entry point
 * (`index.ts`) and as inline program of the Automation API alike.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- both callers want a promise, and a throw must become a rejection
export async function program(): Promise<Record<string, unknown>> {
  const { settings, secrets } = loadSettings();
  const platform = new Platform("platform", { settings, secrets });
  const { controllerNamespace, dindNamespace, controller } = platform.nodes;
  return {
    githubConfigUrl: settings.github.configUrl,
    arcVersion: settings.arc.version,
    controllerNamespace: controllerNamespace.namespace,
    controllerServiceAccount: controller.serviceAccountName,
    runnerNamespaces: { dind: dindNamespace.namespace },
    scaleSets: platform.scaleSetNames,
  };
}

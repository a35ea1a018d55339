import { type DecodeOptions, loadSettings } from "../stacks/decode";
import { cloudOutputs } from "./cloud-outputs";
import { Platform } from "./platform";
import type { LoginTools } from "./vault/login";

/** The Pulumi program: settings, platform, outputs. It reads stack and configuration of the running deployment. */
export type Program = () => Promise<Record<string, unknown>>;

/** How the program differs from the one that is deployed. */
export interface ProgramOptions extends DecodeOptions {
  /** How it logs in at Vault; for tests, which have none. */
  readonly vaultLogin?: LoginTools;
}

/** The program that lets settings through which a deployment would refuse: for previews and tests only. */
export function programFor(options: ProgramOptions): Program {
  // eslint-disable-next-line @typescript-eslint/require-await -- both callers want a promise, and a throw must become a rejection
  return async () => {
    const { settings, secrets } = loadSettings(options);
    const platform = new Platform("platform", {
      settings,
      secrets,
      ...(options.vaultLogin && { vaultLogin: options.vaultLogin }),
    });
    const { controllerNamespace, runnerNamespaces, controller, cloud } = platform.nodes;
    return {
      githubConfigUrl: settings.github.configUrl,
      arcVersion: settings.arc.version,
      controllerNamespace: controllerNamespace.namespace,
      controllerServiceAccount: controller.serviceAccountName,
      runnerNamespaces: [...runnerNamespaces.values()].map(({ namespace }) => namespace),
      scaleSets: platform.scaleSetNames,
      ...cloudOutputs(settings, cloud),
    };
  };
}

/** The program as it is deployed, as entry point (`index.ts`) and as inline program of the Automation API alike. */
export const program: Program = programFor({});

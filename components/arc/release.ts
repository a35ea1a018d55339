import * as semver from "semver";

/**
 * What differs between the releases of Actions Runner Controller (ARC) that this project serves: the one table that the rest asks, so
 * that no other file compares version numbers. Sources: `CHANGELOG`, `charts/gha-runner-scale-set-controller` and `apis/actions.github.com`
 * of actions/actions-runner-controller at the tags 0.6.1 and 0.14.2.
 */
export interface ArcRelease {
  readonly version: string;
  /** The custom resource knows `listenerMetrics`. Server-side apply refuses fields that the installed CRD does not declare. */
  readonly listenerMetrics: boolean;
  /** The custom resource knows `runnerScaleSetLabels` (0.14.0). */
  readonly scaleSetLabels: boolean;
  /** The custom resource knows the metadata blocks of the objects which the controller makes, such as `ephemeralRunnerSetMetadata`. */
  readonly metadataBlocks: boolean;
  /** The pod template of the custom resource knows `initContainers[].restartPolicy`, i.e. native side-cars. */
  readonly nativeSidecars: boolean;
  /** The chart has the values, and the manager the flags, for concurrency and client rate. An unknown flag ends the manager. */
  readonly concurrencyFlags: boolean;
  /** The manager serves health probes and the chart wires them (0.14.2). */
  readonly healthProbes: boolean;
  /**
   * The chart has `flags.updateStrategy`. Until 0.14.2 the strategy `eventual` leaves a set without listener after any change of its numbers
   * of runners, because idle runners never end by themselves (#4432); later the flag is gone.
   */
  readonly updateStrategy: boolean;
  /** GitHub App ids may be given as client ids (0.12.0). Older releases parse an integer. */
  readonly appClientIds: boolean;
  /**
   * How the controller compares the label `app.kubernetes.io/version` of a scale set with its own version: it deletes sets that do not
   * match. `exact` until 0.11, `minor` (major.minor) from 0.12.0.
   */
  readonly versionLabel: "exact" | "minor";
}

/** Versions that settings may name, for messages. */
export const supportedVersions = "0.6.x, or 0.14.1 and later (0.14.0 only on github.com and *.ghe.com)";

/**
 * The release for a version number, or `undefined` when the version is malformed or not served.
 *
 * 0.14.0 cannot acquire jobs on GitHub Enterprise Server (actions-runner-controller #4442, fixed in 0.14.1 by #4443).
 *
 * @param version such as `0.14.2`, without a leading `v`.
 * @param enterpriseServer whether the scale sets register with a GitHub Enterprise Server.
 */
export function arcRelease(version: string, enterpriseServer: boolean): ArcRelease | undefined {
  if (semver.valid(version) !== version) return undefined;
  if (semver.satisfies(version, "~0.6")) return legacyRelease(version);
  if (semver.lt(version, enterpriseServer ? "0.14.1" : "0.14.0")) return undefined;
  return {
    version,
    listenerMetrics: true,
    scaleSetLabels: true,
    metadataBlocks: true,
    nativeSidecars: true,
    concurrencyFlags: true,
    healthProbes: semver.gte(version, "0.14.2"),
    updateStrategy: semver.lte(version, "0.14.2"),
    appClientIds: true,
    versionLabel: "minor",
  };
}

function legacyRelease(version: string): ArcRelease {
  return {
    version,
    listenerMetrics: false,
    scaleSetLabels: false,
    metadataBlocks: false,
    nativeSidecars: false,
    concurrencyFlags: false,
    healthProbes: false,
    updateStrategy: true,
    appClientIds: false,
    versionLabel: "exact",
  };
}

/**
 * Whether scale sets labelled for `release` survive under a controller of `controllerVersion`. On a mismatch the controller deletes the
 * sets while the deployment reports success (actions-runner-controller #3233, #4227), so this is checked before anything is applied.
 */
export function matchesController(release: ArcRelease, controllerVersion: string): boolean {
  const controller = semver.parse(controllerVersion);
  const own = semver.parse(release.version);
  if (!controller || !own) return false;
  if (release.versionLabel === "exact") return controllerVersion === release.version;
  return controller.major === own.major && controller.minor === own.minor;
}

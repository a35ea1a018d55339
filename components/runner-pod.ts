import type { ScaleSetSettings, Settings } from "../stacks/settings";
import { deviceSpread, poolLabel } from "./arc/device-spread";
import { dindPodTemplate } from "./arc/dind-pod";
import { hookConfigMapName } from "./arc/hooks/hook-template";
import { kubernetesPodTemplate } from "./arc/kubernetes-pod";
import { scaleSetLabel } from "./arc/names";
import { githubCaOf } from "./github-ca";
import { hookTemplateHash, type HookTemplateSettings } from "./hook-templates";
import { imageReference } from "./image";
import { placement } from "./placement";
import type { PodTemplate } from "./pod";
import { overlayPod } from "./pod-overlay";

/** The settings that a runner's pod is made from, besides those of its set. */
export type RunnerPodSettings = Pick<Settings, "dind" | "images"> & HookTemplateSettings;

/**
 * The pod template of a scale set for a given service account, by the set's mode, with what its `podTemplate` setting adds.
 *
 * @param name the scale set's name, put on the pod as a label so that cost and metrics can be told apart.
 */
export function runnerPodTemplate(
  name: string,
  set: ScaleSetSettings,
  settings: RunnerPodSettings,
): (serviceAccountName: string) => PodTemplate {
  return (serviceAccountName) => {
    const computed =
      set.mode === "dind"
        ? dindPod(name, set, settings, serviceAccountName)
        : kubernetesPod(name, set, settings, serviceAccountName, set.mode);
    return overlayPod(computed, set.podTemplate);
  };
}

function dindPod(
  name: string,
  set: ScaleSetSettings,
  { dind, github, images, registry, pools }: RunnerPodSettings,
  serviceAccountName: string,
): PodTemplate {
  const { ca } = registry;
  const githubCa = githubCaOf(github);
  return dindPodTemplate({
    form: dind.form,
    runnerImage: imageReference(images.runner, images.mirror),
    dindImage: imageReference(images.dind, images.mirror),
    imagePullPolicy: images.pullPolicy,
    serviceAccountName,
    resources: set.resources,
    waitForDockerSeconds: dind.waitForDockerSeconds,
    dockerGroupId: dind.dockerGroupId,
    ...(set.workSizeLimit !== undefined && { workSizeLimit: set.workSizeLimit }),
    ...(ca && { registryCa: { configMap: ca.configMap, ...(ca.host !== undefined && { host: ca.host }) } }),
    ...(githubCa && { githubCa }),
    ...placement(set, pools),
    labels: podLabels(name, set),
  });
}

function kubernetesPod(
  name: string,
  set: ScaleSetSettings,
  settings: RunnerPodSettings,
  serviceAccountName: string,
  mode: "kubernetes" | "kubernetes-novolume",
): PodTemplate {
  const { github, images, pools } = settings;
  const pool = pools[set.pool];
  const githubCa = githubCaOf(github);
  return kubernetesPodTemplate({
    mode,
    runnerImage: imageReference(images.runner, images.mirror),
    imagePullPolicy: images.pullPolicy,
    serviceAccountName,
    resources: set.resources.runner,
    hookConfigMap: hookConfigMapName(name),
    hookTemplateHash: hookTemplateHash(name, set, settings),
    prepareJobTimeoutSeconds: set.prepareJobTimeoutSeconds,
    work: set.work,
    ...(githubCa && { githubCa }),
    // Without a shared volume a runner need not be where its jobs are, and scarce nodes are better left to the jobs.
    ...(mode === "kubernetes" && placement(set, pools)),
    ...(mode === "kubernetes" &&
      pool?.device && { topologySpreadConstraints: deviceSpread(set.pool, pool.nodes ?? 1) }),
    labels: podLabels(name, set),
  });
}

function podLabels(name: string, set: ScaleSetSettings): Record<string, string> {
  return { [scaleSetLabel]: name, [poolLabel]: set.pool };
}

import type { ScaleSetSettings, Settings } from "../stacks/settings";
import { dindPodTemplate } from "./arc/dind-pod";
import { imageReference } from "./image";
import type { PodTemplate } from "./pod";
import { overlayPod } from "./pod-overlay";

/**
 * The pod template of a scale set for a given service account, by the set's mode, with what its `podTemplate` setting adds.
 *
 * @param name the scale set's name, put on the pod as a label so that cost and metrics can be told apart.
 */
export function runnerPodTemplate(
  name: string,
  set: ScaleSetSettings,
  settings: Pick<Settings, "dind" | "images">,
): (serviceAccountName: string) => PodTemplate {
  const { dind, images } = settings;
  return (serviceAccountName) => {
    const computed = dindPodTemplate({
      form: dind.form,
      runnerImage: imageReference(images.runner, images.mirror),
      dindImage: imageReference(images.dind, images.mirror),
      imagePullPolicy: images.pullPolicy,
      serviceAccountName,
      resources: set.resources,
      waitForDockerSeconds: dind.waitForDockerSeconds,
      dockerGroupId: dind.dockerGroupId,
      ...(set.workSizeLimit !== undefined && { workSizeLimit: set.workSizeLimit }),
      ...(dind.registryCa && {
        registryCa: {
          configMap: dind.registryCa.configMap,
          ...(dind.registryCa.host !== undefined && { host: dind.registryCa.host }),
        },
      }),
      ...(set.nodeSelector && { nodeSelector: set.nodeSelector }),
      ...(set.tolerations && { tolerations: set.tolerations }),
      labels: { "runner-platform/scale-set": name },
    });
    return overlayPod(computed, set.podTemplate);
  };
}

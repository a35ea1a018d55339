import type { Fields } from "./read";
import { fields, type LegacyRunners } from "./runners";

/** Something that does not carry over as it was, and why. */
export interface Note {
  readonly subject: string;
  readonly text: string;
}

export function nameNotes({ spec, name }: LegacyRunners): Note[] {
  const labels = Array.isArray(spec["labels"]) ? spec["labels"].map(String) : [];
  const asked = ["self-hosted", ...labels.filter((label) => label !== "self-hosted")];
  return [
    {
      subject: "labels",
      text: `a scale set is chosen by its name alone. In workflows, every runs-on that leads here, such as [${asked.join(", ")}], becomes runs-on: ${name}.`,
    },
  ];
}

export function imageNotes({ image }: Fields): Note[] {
  if (typeof image !== "string") return [];
  const text = `${image} starts by rules of its own and cannot serve scale sets; they run images.runner. Add what jobs need to an image made from that one.`;
  return [{ subject: "image", text }];
}

export function dockerNotes(spec: Fields, mode: string): Note[] {
  if (mode === "kubernetes") {
    const text =
      "jobs run in a pod of their own, in the image that `container:` names, and every job must name one. There is no Docker daemon.";
    return [{ subject: "container mode", text }];
  }
  if (spec["dockerEnabled"] === false && spec["dockerdWithinRunnerContainer"] !== true) {
    const text =
      "these runners had no Docker daemon; mode dind brings a privileged one. If every job names a `container:`, use mode: kubernetes, which has none.";
    return [{ subject: "dockerEnabled", text }];
  }
  if (spec["dockerdWithinRunnerContainer"] !== true) return [];
  const text =
    "the daemon gets a container of its own. Of the runner's folders it sees only the workspace: `docker run -v` of other folders needs a common volume.";
  return [{ subject: "dockerdWithinRunnerContainer", text }];
}

/** Fields about registration that scale sets decide otherwise, with the reason. */
const registrationReasons: Readonly<Record<string, string>> = {
  workDir: "the workspace is /home/runner/_work.",
  dockerMTU: "the daemon's arguments are the platform's; lay `args` of container dind over them in podTemplate.",
  dockerRegistryMirror:
    "images.mirror names a registry for the platform's own images; for jobs' images lay `args` of container dind over in podTemplate.",
  dockerVarRunVolumeSizeLimit: "the daemon's socket lies on a small volume of its own.",
  volumeSizeLimit: "it bounded /runner, which does not exist; workSizeLimit bounds the workspace.",
  volumeStorageMedium: "the workspace lies on the node's disk, or on a claim in mode kubernetes.",
  workVolumeClaimTemplate: "work.size and work.storageClassName of the set name the claim.",
  githubAPICredentialsFrom: "all scale sets of a stack use its one credential, githubToken or githubAppPrivateKey.",
};

export function registrationNotes({ spec, autoscaler, leftOver, kind }: LegacyRunners): Note[] {
  const given = { ...autoscaler?.spec, ...spec };
  const known = Object.entries(registrationReasons).filter(([key]) => given[key] !== undefined);
  return [
    ...known.map(([subject, text]) => ({ subject, text })),
    ...(spec["ephemeral"] === false
      ? [
          {
            subject: "ephemeral",
            text: "each runner takes one job and ends; what jobs left for each other belongs into a cache.",
          },
        ]
      : []),
    ...leftOver.map((subject) => ({ subject, text: "runners have no claims that outlive them: use caches." })),
    ...(kind === "RunnerSet"
      ? [{ subject: "RunnerSet", text: "names of pods are random; nothing may rely on the numbers of a StatefulSet." }]
      : []),
  ];
}

export function autoscalerNotes({ autoscaler }: LegacyRunners): Note[] {
  if (!autoscaler) return [];
  const { metrics, scaleUpTriggers, scaleDownDelaySecondsAfterScaleOut, capacityReservations } = autoscaler.spec;
  const list = Array.isArray(metrics) ? metrics.map(fields) : [];
  const types = list.map(({ type }) => String(type));
  const steps = [
    "scaleUpThreshold",
    "scaleDownThreshold",
    "scaleUpFactor",
    "scaleDownFactor",
    "scaleUpAdjustment",
    "scaleDownAdjustment",
  ];
  const used = steps.filter((step) => list.some((metric) => metric[step] !== undefined));
  return [
    ...(types.length > 0
      ? [
          {
            subject: "metrics",
            text: `${types.join(" and ")}: GitHub tells the listener of each job at once, and it starts one runner for each, up to maxRunners.`,
          },
        ]
      : []),
    ...(used.length > 0
      ? [{ subject: used.join(", "), text: "the number of runners follows the jobs directly, not in steps." }]
      : []),
    ...(scaleDownDelaySecondsAfterScaleOut === undefined
      ? []
      : [
          {
            subject: "scaleDownDelaySecondsAfterScaleOut",
            text: "a runner ends with its job; minRunners keeps some ready.",
          },
        ]),
    ...(Array.isArray(scaleUpTriggers) && scaleUpTriggers.length > 0
      ? [
          {
            subject: "scaleUpTriggers",
            text: "not needed: nothing has to reach the cluster from outside. Delete the webhook at GitHub, its ingress and the webhook server.",
          },
        ]
      : []),
    ...(capacityReservations === undefined
      ? []
      : [{ subject: "capacityReservations", text: "they are made by the webhook server and end with it." }]),
  ];
}

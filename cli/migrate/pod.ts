import type { Note } from "./notes";
import type { Fields } from "./read";
import { fields, type LegacyRunners } from "./runners";

/** Fields of a pod that mean the same in a scale set's `podTemplate.spec`. */
const carried = [
  "serviceAccountName",
  "securityContext",
  "volumes",
  "imagePullSecrets",
  "affinity",
  "priorityClassName",
  "topologySpreadConstraints",
  "hostAliases",
  "dnsPolicy",
  "dnsConfig",
  "runtimeClassName",
  "enableServiceLinks",
  "terminationGracePeriodSeconds",
];

/** Fields that the conversion reads elsewhere, or that scale sets decide by themselves. */
const handled = new Set([
  ...carried,
  ...["repository", "organization", "enterprise", "group", "labels", "image", "ephemeral", "workDir"],
  ...["dockerEnabled", "dockerdWithinRunnerContainer", "dockerMTU", "dockerRegistryMirror", "containerMode"],
  ...["dockerVarRunVolumeSizeLimit", "volumeSizeLimit", "volumeStorageMedium", "workVolumeClaimTemplate"],
  ...["githubAPICredentialsFrom", "nodeSelector", "tolerations", "imagePullPolicy", "automountServiceAccountToken"],
  ...["restartPolicy", "sidecarContainers"],
]);

/** Whether a resource is counted in devices: its name has a domain, unlike cpu, memory and ephemeral-storage. */
export function isDevice(resource: string): boolean {
  return resource.includes("/") && !resource.startsWith("hugepages-");
}

/** What of the legacy pod has to be laid over the pod of a scale set: `podTemplate.spec`. */
export function podOverlayOf(runners: LegacyRunners, mode: string, notes: Note[]): Fields {
  const { spec, runner, docker } = runners;
  const own = Object.fromEntries(carried.flatMap((key) => (spec[key] === undefined ? [] : [[key, spec[key]]])));
  const parts = { runner: containerPart("runner", runner), dind: containerPart("dind", docker) };
  const sidecars = Array.isArray(spec["sidecarContainers"]) ? spec["sidecarContainers"].map(fields) : [];
  // The daemon is an init container that goes on running; see dind.form.
  const initContainers = parts.dind && mode === "dind" ? [parts.dind] : [];
  const containers = [...(parts.runner ? [parts.runner] : []), ...sidecars];
  notes.push(...podNotes(runners, mode));
  return {
    ...own,
    ...(initContainers.length > 0 && { initContainers }),
    ...(containers.length > 0 && { containers }),
  };
}

function containerPart(name: string, container: Fields): Fields | undefined {
  const { env, envFrom, volumeMounts } = container;
  const given = Object.entries({ env, envFrom, volumeMounts }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : { name, ...Object.fromEntries(given) };
}

function podNotes({ spec, runner, docker }: LegacyRunners, mode: string): Note[] {
  const notes: Note[] = [];
  const account = spec["serviceAccountName"];
  if (typeof account === "string") {
    const text = `the service account ${account} must exist in the namespace of the set; an AWS role must trust it there.`;
    notes.push({ subject: "serviceAccountName", text });
  }
  const references = [runner, docker].some(
    ({ env, envFrom }) => envFrom !== undefined || JSON.stringify(env ?? []).includes("valueFrom"),
  );
  if (references || /configMap|secret|persistentVolumeClaim/i.test(JSON.stringify(spec["volumes"] ?? []))) {
    notes.push({
      subject: "volumes and variables",
      text: "the objects they name must exist in the namespace of the set.",
    });
  }
  if (mode === "kubernetes" && (runner["env"] !== undefined || runner["volumeMounts"] !== undefined)) {
    const text =
      "they stay in the runner's pod. What jobs need belongs into job.env, or into caches, which their pods get.";
    notes.push({ subject: "env and volumeMounts", text });
  }
  const unknown = Object.keys(spec).filter((key) => !handled.has(key));
  if (unknown.length > 0)
    notes.push({ subject: unknown.join(", "), text: "left out: no scale set has a place for it." });
  return notes;
}

import { podSecurityViolations } from "../components/arc/hooks/pod-security";
import { hookTemplateProblems } from "../components/arc/hooks/template-problems";
import { sampleWorkflowPod } from "../components/arc/hooks/sample-pod";
import { hookTemplateOf, type HookTemplateSettings } from "../components/hook-templates";
import { joinPath, type Problem } from "./problems";
import type { ScaleSetSettings, Sections } from "./settings";

/**
 * What `job.template` of a set makes wrong, in the hook template and in the pod that the hooks will make of it: a bad template would
 * otherwise be noticed by every job of the set. What is wrong without it is reported where it stands.
 */
export function hookTemplateSettingProblems(
  name: string,
  set: ScaleSetSettings,
  settings: HookTemplateSettings & Pick<Sections, "namespaces" | "images">,
): Problem[] {
  const { template, ...job } = set.job;
  if (set.mode === "dind" || template === undefined || hasOwnProblems(set, settings)) return [];
  const without = new Set(documentProblems(name, { ...set, job }, settings).map((problem) => problem.path));
  const path = joinPath("scaleSets", name, "job", "template");
  return documentProblems(name, set, settings)
    .filter((problem) => !without.has(problem.path))
    .map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));
}

function documentProblems(
  name: string,
  set: ScaleSetSettings,
  settings: HookTemplateSettings & Pick<Sections, "namespaces" | "images">,
): readonly Problem[] {
  if (set.mode === "dind") return [];
  const document = hookTemplateOf(name, set, settings);
  const problems = hookTemplateProblems(document, { mode: set.mode, requireDigest: settings.images.requireDigest });
  if (problems.length > 0) return problems;
  const level = settings.namespaces.kubernetesPodSecurity;
  const pod = sampleWorkflowPod(set.mode, document, "registry.invalid/runner:1");
  return podSecurityViolations(pod, level).map((violation) => ({
    ...violation,
    fix: violation.fix ?? `remove it, or set namespaces.kubernetesPodSecurity, which is ${level}, to privileged`,
  }));
}

/** What no template can be made of. */
function hasOwnProblems({ job }: ScaleSetSettings, { caches }: HookTemplateSettings): boolean {
  return job.caches.some((name) => {
    const volume = Object.hasOwn(caches, name) ? caches[name]?.volume : undefined;
    return volume?.kind === "hostPath" && volume.path === undefined;
  });
}

import { isObject } from "../../../stacks/merge";
import { type Problem, show } from "../../../stacks/problems";
import { plainYaml } from "./hook-template-yaml";
import { containerProblems } from "./template-containers";
import { fieldsOf, isGiven, mustGo, type TemplateContext, templateParts, type TemplateParts } from "./template-parts";
import { shapeProblems } from "./template-shape";
import { volumeProblems } from "./template-volumes";

/** Most bytes of a ConfigMap. Source: Kubernetes documentation, "ConfigMaps". */
const configMapMaxBytes = 1024 * 1024;

/**
 * What is wrong with a hook template: everything that the hook would pass over, that would break its own work, or that the API server would
 * refuse, when a job starts. Paths are those of the template; containers and volumes go by their names. What a Pod Security level forbids
 * is not looked at here; see `podSecurityViolations`.
 */
export function hookTemplateProblems(document: unknown, context: TemplateContext): readonly Problem[] {
  if (!isObject(document))
    return [{ path: "", what: show("", document), allowed: "a template with metadata and spec" }];
  const parts = templateParts(document);
  return [
    ...shapeProblems(document, context),
    ...labelProblems(fieldsOf(fieldsOf(document["metadata"])["labels"])),
    ...podProblems(parts, context),
    ...containerProblems(parts, context),
    ...volumeProblems(parts, context),
    ...sizeProblems(document),
  ];
}

function labelProblems(labels: Record<string, unknown>): Problem[] {
  if (!isGiven(labels, "runner-pod")) return [];
  return [mustGo(["metadata", "labels", "runner-pod"], "hook and controller find what they must delete by this label")];
}

function podProblems({ spec }: TemplateParts, context: TemplateContext): Problem[] {
  const problems: Problem[] = [];
  const refuse = (field: string, why: string, fix?: string) => {
    if (isGiven(spec, field)) problems.push(mustGo(["spec", field], why, fix));
  };
  const placement = "use nodeSelector and tolerations";
  if (context.mode === "kubernetes")
    refuse("affinity", "it replaces the hook's own, which keeps the job on the node of its work volume", placement);
  else refuse("initContainers", "they replace the hook's own, which brings the runner's Node.js into the pod");
  refuse("nodeName", "it bypasses the scheduler, so that jobs fail on a full node", placement);
  refuse("ephemeralContainers", "Kubernetes refuses them in a new pod");
  if (isGiven(spec, "restartPolicy") && spec["restartPolicy"] !== "Never")
    problems.push({
      path: "spec.restartPolicy",
      what: show("", spec["restartPolicy"]),
      allowed: "Never: a job must not begin again half-way",
    });
  return [...problems, ...identityProblems(spec, context), ...groupProblems(spec, context)];
}

function identityProblems(spec: Record<string, unknown>, context: TemplateContext): Problem[] {
  const problems: Problem[] = [];
  for (const field of ["serviceAccountName", "serviceAccount"]) {
    const account = spec[field];
    if (typeof account === "string" && account.endsWith("-kube-mode"))
      problems.push({
        path: `spec.${field}`,
        what: `given "${account}", a runner's own`,
        allowed: "another account: with a runner's rights a job can read every Secret of the namespace",
      });
  }
  const token = spec["automountServiceAccountToken"];
  if (token !== false && context.serviceAccountToken !== true)
    problems.push({
      path: "spec.automountServiceAccountToken",
      what: token === undefined || token === null ? "not set" : `given ${JSON.stringify(token)}`,
      allowed: "false: jobs get no token of the cluster",
    });
  return problems;
}

/** The 0.8 line copies files into the pod as group 1001, and sets that group in the very field which a template replaces. */
function groupProblems(spec: Record<string, unknown>, { mode }: TemplateContext): Problem[] {
  if (mode !== "kubernetes-novolume" || !isGiven(spec, "securityContext")) return [];
  const group = fieldsOf(spec["securityContext"])["fsGroup"];
  if (group === 1001) return [];
  return [
    {
      path: "spec.securityContext.fsGroup",
      what: show("", group),
      allowed: "1001: a securityContext of the template replaces the hook's own, which has it",
    },
  ];
}

function sizeProblems(document: Record<string, unknown>): Problem[] {
  const bytes = Buffer.byteLength(plainYaml(document), "utf8");
  if (bytes < configMapMaxBytes) return [];
  return [
    {
      path: "spec",
      what: `the template is ${bytes} bytes of YAML`,
      allowed: `less than ${configMapMaxBytes} (1 MiB), the most that a ConfigMap holds`,
    },
  ];
}

/** Longest scale-set name that ARC's chart accepts; names derived from it must fit into 63 characters. */
export const scaleSetNameMaxLength = 45;

/** What a scale-set name may be, for messages. */
export const scaleSetNameAllowed =
  "1 to 45 lower-case letters, digits and hyphens, beginning and ending with a letter or digit";

/** Label of every pod of a scale set, its runners' and their jobs'. */
export const scaleSetLabel = "runner-platform/scale-set";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const hostNameLike = /^ha-/;

/** What is wrong with a scale-set name (the value of `runs-on`), or `undefined`. */
export function scaleSetNameProblem(name: string): { readonly allowed: string; readonly fix: string } | undefined {
  if (hostNameLike.test(name)) {
    return {
      allowed: "a name that says what the runners are for",
      fix: "names like ha-... are host names: use one such as runner-gpu",
    };
  }
  if (name.length > scaleSetNameMaxLength)
    return { allowed: scaleSetNameAllowed, fix: `shorten it by ${name.length - scaleSetNameMaxLength}` };
  if (!dnsLabel.test(name)) return { allowed: scaleSetNameAllowed, fix: "use a name such as runner-base" };
  return undefined;
}

/** Whether a text is a DNS-1123 label of at most 63 characters, as names of namespaces must be. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && dnsLabel.test(text);
}

/** Kubernetes names of the objects that belong to one scale set. They are public: operators find them by name. */
export function scaleSetObjectNames(scaleSet: string): {
  readonly managerRole: string;
  /** Of runners that call no Kubernetes API. */
  readonly noPermission: string;
  /** Of runners whose container hooks do, and of the Role with their rights. */
  readonly kubeMode: string;
  readonly githubSecret: (hash: string) => string;
} {
  return {
    managerRole: `${scaleSet}-manager`,
    noPermission: `${scaleSet}-no-permission`,
    kubeMode: `${scaleSet}-kube-mode`,
    githubSecret: (hash) => `${scaleSet}-github-${hash}`,
  };
}

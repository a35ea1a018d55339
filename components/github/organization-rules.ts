/** A rule that something of an organization breaks. */
export interface OrganizationViolation {
  /** Of the catalogue of policies. */
  readonly rule: "GHS-01" | "GHS-02";
  readonly message: string;
}

/** A secret or variable of an organization, as far as rules look at it; names are those of `github.ActionsOrganizationSecret`. */
export interface SharedValueProperties {
  readonly visibility?: string;
  readonly selectedRepositoryIds?: readonly unknown[];
}

/** GHS-01: whoever may write to a repository can read the secrets that it sees, so each is for repositories that are named. */
export function sharedValueViolations({
  visibility,
  selectedRepositoryIds = [],
}: SharedValueProperties): OrganizationViolation[] {
  const rule = "GHS-01" as const;
  if (visibility !== "selected")
    return [
      { rule, message: `visibility is ${visibility ?? "not set"}: everybody who can write to any repository reads it` },
    ];
  return selectedRepositoryIds.length > 0
    ? []
    : [{ rule, message: "selectedRepositoryIds is empty: no repository may use it" }];
}

/**
 * What workflows of an organization may do. Names are those of `github.ActionsOrganizationPermissions` and
 * `github.ActionsOrganizationWorkflowPermissions`; `forkApproval` is GitHub's `approval_policy`, which the provider does not know.
 */
export interface ActionsProperties {
  readonly shaPinningRequired?: boolean;
  readonly defaultWorkflowPermissions?: string;
  readonly canApprovePullRequestReviews?: boolean;
  /** Absent: not looked at. */
  readonly forkApproval?: string;
}

/** GHS-02: what others wrote is pinned, tokens read only, and code of strangers runs when somebody has looked at it. */
export function actionsViolations(actions: ActionsProperties): OrganizationViolation[] {
  const rule = "GHS-02" as const;
  const {
    shaPinningRequired = false,
    defaultWorkflowPermissions = "write",
    canApprovePullRequestReviews = false,
    forkApproval = "all_external_contributors",
  } = actions;
  return [
    ...(shaPinningRequired
      ? []
      : [{ rule, message: "shaPinningRequired is off: a tag of somebody's action may mean other code tomorrow" }]),
    ...(defaultWorkflowPermissions === "read"
      ? []
      : [{ rule, message: "defaultWorkflowPermissions is not read: every workflow may change its repository" }]),
    ...(canApprovePullRequestReviews
      ? [{ rule, message: "canApprovePullRequestReviews is on: a workflow may approve what it wrote itself" }]
      : []),
    ...(forkApproval === "all_external_contributors"
      ? []
      : [
          {
            rule,
            message: "forkApproval is not all_external_contributors: strangers' code runs after one merged change",
          },
        ]),
  ];
}

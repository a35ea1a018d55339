/** A rule that a login or policy of Vault breaks. */
export interface LoginViolation {
  /** Of the catalogue of policies. */
  readonly rule: "VLT-01" | "VLT-02" | "VLT-03" | "VLT-04";
  readonly message: string;
}

/** A role of a JWT mount, as far as rules look at it; names are those of `vault.jwt.AuthBackendRole`. */
export interface JwtRoleProperties {
  readonly boundAudiences?: readonly string[];
  readonly boundClaims?: Readonly<Record<string, string>>;
  readonly boundClaimsType?: string;
  readonly boundSubject?: string;
  readonly tokenTtl?: number;
  readonly tokenMaxTtl?: number;
  readonly tokenPolicies?: readonly string[];
}

/** A role of a Kubernetes mount; names are those of `vault.kubernetes.AuthBackendRole`. */
export interface KubernetesRoleProperties {
  readonly boundServiceAccountNames?: readonly string[];
  readonly boundServiceAccountNamespaces?: readonly string[];
  readonly audience?: string;
  readonly tokenTtl?: number;
  readonly tokenMaxTtl?: number;
  readonly tokenPolicies?: readonly string[];
}

/** Longest lives of a token in seconds: without renewal, and with it. */
export const longestTtl = { seconds: 1800, maxSeconds: 3600 } as const;

/** Claims that tell one repository or workflow from another; the owner alone lets all of its repositories in. */
const narrowing = ["repository_id", "environment", "ref", "job_workflow_ref"];

/** VLT-01: every repository of GitHub shares one issuer, so a role says whose it is, and which part of it. */
export function jwtRoleViolations(role: JwtRoleProperties): LoginViolation[] {
  const { boundAudiences = [], boundClaims = {}, boundClaimsType = "string", boundSubject = "" } = role;
  const found: LoginViolation[] = [];
  const broken = (rule: LoginViolation["rule"], message: string): number => found.push({ rule, message });
  if (boundAudiences.length === 0) broken("VLT-01", "boundAudiences is empty: a token for anybody would do");
  if (boundClaims["repository_owner_id"] === undefined)
    broken("VLT-01", "boundClaims lacks repository_owner_id: a token of anybody's repository would do");
  if (!narrowing.some((claim) => boundClaims[claim] !== undefined))
    broken("VLT-01", `boundClaims has none of ${narrowing.join(", ")}: every workflow of the owner would do`);
  const wild = Object.entries(boundClaims).filter(([, value]) => value.includes("*"));
  if (boundClaimsType === "glob" && wild.length > 0)
    broken("VLT-01", `boundClaims matches patterns in ${wild.map(([claim]) => claim).join(", ")}: give exact values`);
  const subject = boundSubject === "" ? boundClaims["sub"] : boundSubject;
  if (subject !== undefined)
    broken("VLT-02", "binds sub, whose form differs between older and newer repositories: bind ids instead");
  return [...found, ...tokenViolations(role)];
}

/** VLT-03: tokens are short, policies are named, and accounts are exact. */
export function kubernetesRoleViolations(role: KubernetesRoleProperties): LoginViolation[] {
  const { boundServiceAccountNames: names = [], boundServiceAccountNamespaces: namespaces = [], audience } = role;
  const wild = [...names, ...namespaces].some((name) => name.includes("*"));
  return [
    ...(names.length === 0 || namespaces.length === 0 || wild
      ? [{ rule: "VLT-03" as const, message: "ServiceAccounts and namespaces have to be given by exact names" }]
      : []),
    ...(audience === undefined || audience === ""
      ? [
          {
            rule: "VLT-03" as const,
            message: "audience is not set: a token that was made for another service would do",
          },
        ]
      : []),
    ...tokenViolations(role),
  ];
}

function tokenViolations({
  tokenTtl = 0,
  tokenMaxTtl = 0,
  tokenPolicies = [],
}: Pick<JwtRoleProperties, "tokenTtl" | "tokenMaxTtl" | "tokenPolicies">): LoginViolation[] {
  const rule = "VLT-03" as const;
  const { seconds, maxSeconds } = longestTtl;
  return [
    ...(tokenTtl === 0 || tokenTtl > seconds ? [{ rule, message: `tokenTtl must be 1 to ${seconds} s` }] : []),
    ...(tokenMaxTtl === 0 || tokenMaxTtl > maxSeconds
      ? [{ rule, message: `tokenMaxTtl must be 1 to ${maxSeconds} s` }]
      : []),
    ...(tokenPolicies.length === 0 ? [{ rule, message: "tokenPolicies is empty" }] : []),
    ...(tokenPolicies.includes("root") ? [{ rule, message: "tokenPolicies has root, which may do everything" }] : []),
  ];
}

/** The one path below `sys/` that a policy of a consumer may have: that of backups. */
const snapshotPath = "sys/storage/raft/snapshot";

/** VLT-04: what a policy of a consumer must not have. `text` is HCL as Vault takes it, with one `capabilities` list per path. */
export function policyViolations(text: string): LoginViolation[] {
  const rule = "VLT-04" as const;
  return [...text.matchAll(/path\s+"([^"]*)"\s*\{[^}]*?capabilities\s*=\s*\[([^\]]*)\]/g)].flatMap((match) => {
    const path = match[1] ?? "";
    const capabilities: readonly string[] = (match[2] ?? "").match(/[a-z]+/g) ?? [];
    const given = `path ${JSON.stringify(path)}`;
    return [
      ...(capabilities.includes("sudo") ? [{ rule, message: `${given} has sudo` }] : []),
      ...(/^\+?\/?\*$/.test(path) ? [{ rule, message: `${given} is everything` }] : []),
      ...(path.startsWith("sys/") && (path !== snapshotPath || String(capabilities) !== "read")
        ? [{ rule, message: `${given} is Vault's own; only read on ${snapshotPath} may be given` }]
        : []),
    ];
  });
}

import { backupCanary, backupLogin } from "../../components/vault/backup-config";
import { drillName } from "../../components/vault/drill-names";
import { provisionerLogin } from "../../components/vault/init-names";
import { jobRoleInputs, trustedEvents } from "../../components/vault/job-role";
import { jwtRoleViolations } from "../../components/vault/login-rules";
import type { Readable } from "../checks";
import { joinPath, nearestName, type Problem, show } from "../problems";
import type { GithubIssuerSettings, JobRoleSettings, LoginsSettings } from "./logins-schema";
import type { VaultSettings } from "./schema";

/** Names that Vault or this program gives a meaning of their own. */
const reservedPolicies = ["root", "default", provisionerLogin.policy, backupLogin, drillName];
const reservedMounts = ["token", provisionerLogin.mount, drillName];
const reservedRoles = [provisionerLogin.role, backupLogin];

/** Who may log in at Vault, and whether that is as narrow as it has to be. */
export function loginsProblems({ logins }: VaultSettings, settings: Readable): Problem[] {
  return [
    ...engineProblems(logins),
    ...policyProblems(logins),
    ...issuerProblems(logins, settings.production === true),
    ...Object.entries(logins.github).flatMap(([mount, issuer]) => roleProblems(mount, issuer, logins)),
    ...serviceProblems(logins),
  ];
}

function engineProblems({ secretMount }: LoginsSettings): Problem[] {
  if (secretMount !== backupCanary.mount) return [];
  const allowed = `another path than ${secretMount}, which backups use for themselves`;
  return [{ path: "vault.logins.secretMount", what: show("", secretMount), allowed }];
}

function policyProblems({ policies }: LoginsSettings): Problem[] {
  return Object.entries(policies).flatMap(([name, { read = [], write = [] }]) => {
    const path = joinPath("vault", "logins", "policies", name);
    if (reservedPolicies.includes(name)) {
      return [{ path, what: show("", name), allowed: `another name than ${reservedPolicies.join(", ")}` }];
    }
    if (read.length + write.length > 0) return [];
    return [{ path, what: "allows nothing", allowed: "paths below read or write", fix: "give some, or take it out" }];
  });
}

function issuerProblems({ github }: LoginsSettings, production: boolean): Problem[] {
  const entries = Object.entries(github);
  return entries.flatMap(([mount, { issuer }], index) => {
    const path = joinPath("vault", "logins", "github", mount);
    const first = entries.findIndex(([, other]) => other.issuer === issuer);
    return [
      ...(reservedMounts.includes(mount) || !/^[a-z0-9][a-z0-9-]*$/.test(mount)
        ? [
            {
              path,
              what: `${show("", mount)} as path of a mount`,
              allowed: `lower-case letters, digits and hyphens, and not ${reservedMounts.join(" or ")}`,
            },
          ]
        : []),
      ...(first < index
        ? [
            {
              path: `${path}.issuer`,
              what: `the same as that of ${entries[first]?.[0] ?? ""}`,
              allowed: "one mount for each issuer",
              fix: "put all roles below one",
            },
          ]
        : []),
      ...(issuer.startsWith("http:") && production
        ? [
            {
              path: `${path}.issuer`,
              what: show("", issuer),
              allowed: "https in production: whoever stands in between could sign for any repository",
            },
          ]
        : []),
    ];
  });
}

function roleProblems(mount: string, issuer: GithubIssuerSettings, { policies }: LoginsSettings): Problem[] {
  return Object.entries(issuer.roles).flatMap(([name, role]) => {
    const path = joinPath("vault", "logins", "github", mount, "roles", name);
    return [
      ...unknownPolicies(path, role.policies, policies),
      ...ttlProblems(path, role),
      ...eventProblems(path, role),
      ...environmentProblems(path, role),
      ...jwtRoleViolations(jobRoleInputs(issuer, role))
        .filter(({ rule }) => rule !== "VLT-03")
        .map(({ rule, message }) => ({ path, what: message, allowed: `what rule ${rule} lets through` })),
    ];
  });
}

function eventProblems(path: string, { events = [] }: JobRoleSettings): Problem[] {
  const trusted: readonly string[] = trustedEvents;
  return events
    .filter((event) => !trusted.includes(event))
    .map((event) => ({
      path: `${path}.events`,
      what: show("", event),
      allowed: `events that only people of the repository cause: ${trusted.join(", ")}`,
    }));
}

/** Whoever can write to some repository can name an environment there. */
function environmentProblems(path: string, { environments, repositoryIds }: JobRoleSettings): Problem[] {
  if (!environments || repositoryIds) return [];
  return [
    {
      path: `${path}.environments`,
      what: "given without repositoryIds",
      allowed: "environments of repositories that are named: every repository can have one of that name",
      fix: "add repositoryIds",
    },
  ];
}

interface Lifetimes {
  readonly tokenTtlSeconds?: number | undefined;
  readonly tokenMaxTtlSeconds?: number | undefined;
}

function ttlProblems(path: string, { tokenTtlSeconds, tokenMaxTtlSeconds }: Lifetimes): Problem[] {
  if (tokenTtlSeconds === undefined || tokenMaxTtlSeconds === undefined || tokenTtlSeconds <= tokenMaxTtlSeconds)
    return [];
  const at = `${path}.tokenTtlSeconds`;
  return [{ path: at, what: show("", tokenTtlSeconds), allowed: `at most tokenMaxTtlSeconds, ${tokenMaxTtlSeconds}` }];
}

function serviceProblems({ services, policies }: LoginsSettings): Problem[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const path = joinPath("vault", "logins", "services", name);
    return [
      ...(reservedRoles.includes(name)
        ? [{ path, what: show("", name), allowed: `another name than ${reservedRoles.join(", ")}` }]
        : []),
      ...unknownPolicies(path, service.policies, policies),
      ...ttlProblems(path, service),
    ];
  });
}

function unknownPolicies(path: string, given: readonly string[], policies: LoginsSettings["policies"]): Problem[] {
  const known = Object.keys(policies);
  if (given.length === 0)
    return [{ path: `${path}.policies`, what: "empty", allowed: "at least one of vault.logins.policies" }];
  return given
    .filter((policy) => !known.includes(policy))
    .map((policy) => {
      const nearest = nearestName(policy, known);
      return {
        path: `${path}.policies`,
        what: show("", policy),
        allowed: `one of vault.logins.policies: ${known.join(", ") || "there are none"}`,
        ...(nearest !== undefined && { fix: `did you mean ${nearest}?` }),
      };
    });
}

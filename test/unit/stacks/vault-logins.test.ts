import { testRefusals, vault } from "./vault-fixtures";

const issuer = {
  issuer: "https://token.actions.githubusercontent.com",
  repositoryOwnerId: "1",
  audience: "https://vault.acme.example",
};
const policies = { harbor: { read: ["harbor"] } };
const reader = { policies: ["harbor"], repositoryIds: ["2"] };

const roles = (role: object) =>
  vault({ logins: { policies, github: { github: { ...issuer, roles: { reader: role } } } } });
const logins = (changes: object) => vault({ logins: { policies, ...changes } });

const at = "vault.logins.github.github.roles.reader";

describe("logins at Vault that are wrong", () => {
  testRefusals([
    [
      "secrets where backups leave their mark",
      logins({ secretMount: "canary" }),
      ['vault.logins.secretMount: given "canary"; allowed: another path than canary, which backups use for themselves'],
    ],
    [
      "a role of all repositories of the owner",
      roles({ policies: ["harbor"] }),
      [
        `${at}: boundClaims has none of repository_id, environment, ref, job_workflow_ref: every workflow of the owner would do; allowed: what rule VLT-01 lets through`,
      ],
    ],
    [
      "an environment of whatever repository",
      roles({ policies: ["harbor"], environments: ["production"] }),
      [
        `${at}.environments: given without repositoryIds; allowed: environments of repositories that are named: every repository can have one of that name; fix: add repositoryIds`,
      ],
    ],
    [
      "pull requests",
      roles({ ...reader, events: ["push", "pull_request"] }),
      [
        `${at}.events: given "pull_request"; allowed: events that only people of the repository cause: push, workflow_dispatch, schedule, release, merge_group, repository_dispatch, deployment`,
      ],
    ],
    [
      "a pattern for a branch",
      roles({ ...reader, refs: ["refs/heads/*"] }),
      [`${at}.refs.0: given "refs/heads/*"; allowed: a full ref such as refs/heads/main, without wildcards`],
    ],
    [
      "a policy that there is none of",
      roles({ ...reader, policies: ["harbour"] }),
      [`${at}.policies: given "harbour"; allowed: one of vault.logins.policies: harbor; fix: did you mean harbor?`],
    ],
    [
      "no policy",
      roles({ ...reader, policies: [] }),
      [`${at}.policies: empty; allowed: at least one of vault.logins.policies`],
    ],
    [
      "a life beyond its maximum",
      roles({ ...reader, tokenTtlSeconds: 900, tokenMaxTtlSeconds: 600 }),
      [`${at}.tokenTtlSeconds: given 900; allowed: at most tokenMaxTtlSeconds, 600`],
    ],
    [
      "one issuer at two mounts",
      logins({ github: { github: { ...issuer, roles: {} }, other: { ...issuer, roles: {} } } }),
      [
        "vault.logins.github.other.issuer: the same as that of github; allowed: one mount for each issuer; fix: put all roles below one",
      ],
    ],
    [
      "the mount of services for workflows",
      logins({ github: { kubernetes: { ...issuer, roles: {} } } }),
      [
        'vault.logins.github.kubernetes: given "kubernetes" as path of a mount; allowed: lower-case letters, digits and hyphens, and not token or kubernetes or vault-drill',
      ],
    ],
    [
      "Pulumi's own role for a service",
      logins({ services: { "platform-admin": { policies: ["harbor"], namespace: "a", serviceAccount: "b" } } }),
      [
        'vault.logins.services.platform-admin: given "platform-admin"; allowed: another name than platform-admin, vault-backup',
      ],
    ],
    [
      "a policy without paths, and one with Vault's own name",
      vault({ logins: { policies: { nothing: {}, root: { read: ["a"] } } } }),
      [
        "vault.logins.policies.nothing: allows nothing; allowed: paths below read or write; fix: give some, or take it out",
        'vault.logins.policies.root: given "root"; allowed: another name than root, default, platform-admin, vault-backup, vault-drill',
      ],
    ],
    [
      "everything",
      vault({ logins: { policies: { all: { read: ["*"] } } } }),
      [
        'vault.logins.policies.all.read.0: given "*"; allowed: a path below the key-value engine such as harbor, or devcontainer/* with all that is below it',
      ],
    ],
  ]);
});

import { type AwsAccount, repositoryArn } from "./arn";
import type { Statement } from "./policy-document";

export interface RegistryAccess {
  /** Names of repositories of the account's registry in the region. */
  readonly repositories: readonly string[];
  readonly access: "pull" | "push";
}

const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const push = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"];

/** Logging in cannot be limited to a repository, everything else is. Who pushes also pulls: layers that are there are not sent again. */
export function registryStatements(account: AwsAccount, { repositories, access }: RegistryAccess): Statement[] {
  return [
    { Sid: "RegistryLogin", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: access === "pull" ? "PullImages" : "PushImages",
      Effect: "Allow",
      Action: access === "pull" ? pull : [...pull, ...push],
      Resource: repositories.map((repository) => repositoryArn(account, repository)),
    },
  ];
}

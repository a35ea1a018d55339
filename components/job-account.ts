import type { AwsJobRole } from "../stacks/aws/schema";
import type { ScaleSetSettings } from "../stacks/settings";

/** The role of a set's jobs. Beside a Docker daemon there is no pod of the job that could have one. */
export function awsRoleOf({ mode, job }: ScaleSetSettings): string | undefined {
  return mode === "dind" ? undefined : job.awsRole;
}

export function jobServiceAccount(name: string, { serviceAccount }: AwsJobRole): string {
  return serviceAccount ?? name;
}

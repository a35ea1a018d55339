import { type AwsAccount, parameterArn } from "./arn";
import type { Statement } from "./policy-document";

export interface ParameterAccess {
  /** Beginnings of names with a slash in front and none at the end, such as `/ci/app`. */
  readonly paths: readonly string[];
  readonly access: "read" | "write";
}

const read = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"];

/** Parameters below paths. Who asks for a whole path is judged by the path itself, hence both forms. Writing includes reading. */
export function parameterStatements(account: AwsAccount, { paths, access }: ParameterAccess): Statement[] {
  return [
    {
      Sid: access === "read" ? "ReadParameters" : "WriteParameters",
      Effect: "Allow",
      Action: access === "read" ? read : [...read, "ssm:PutParameter"],
      Resource: paths.flatMap((path) => [parameterArn(account, path), parameterArn(account, `${path}/*`)]),
    },
  ];
}

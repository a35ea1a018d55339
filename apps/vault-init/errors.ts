import { exitCodes } from "../../components/vault/init-config";
import { formatProblem, type Problem } from "../../stacks/problems";

/** What the operator has to know, with the status that the program ends with. */
export class InitError extends Error {
  public constructor(
    problem: Problem,
    public readonly exitCode: number = exitCodes.failed,
  ) {
    super(formatProblem(problem));
  }
}

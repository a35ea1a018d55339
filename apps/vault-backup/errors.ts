import { formatProblem, type Problem } from "../../stacks/problems";

/** How the program ends; docs/vault-backup.md says what each asks of an operator. */
export const exitCodes = {
  complete: 0,
  unexpected: 1,
  partial: 10,
  allStoresFailed: 11,
  loginRefused: 20,
  permissionDenied: 21,
  vaultUnavailable: 22,
  snapshotInvalid: 23,
  redirectRefused: 24,
  wrongCluster: 25,
  tls: 26,
  spoolFull: 30,
  deadline: 31,
  anotherRun: 32,
  drillFailed: 33,
  configuration: 40,
  terminated: 143,
} as const;

export type ExitClass = keyof typeof exitCodes;

/** What the operator has to know, with the class that decides the exit code. */
export class BackupError extends Error {
  public constructor(
    public readonly exitClass: ExitClass,
    problem: Problem,
    options: {
      /** Another attempt may succeed. @default false */
      readonly again?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(formatProblem(problem), { cause: options.cause });
    this.again = options.again ?? false;
  }

  public readonly again: boolean;

  public get exitCode(): number {
    return exitCodes[this.exitClass];
  }
}

import { builtTools } from "../../../sandbox/tools/catalog";
import { collectPrograms, program } from "../../../sandbox/tools/ensure";
import { state } from "./sandbox";

/** What tests of the engine need beside the running sandbox. */
export interface Environment {
  /** Path of the kubeconfig of the sandbox's cluster. */
  readonly kubeconfig: string;
  readonly pulumi: string;
  readonly helm: string;
}

export async function environment(): Promise<Environment> {
  const programs = await collectPrograms([builtTools.pulumi, builtTools.helm]);
  return { kubeconfig: state().kubeconfig, pulumi: program(programs, "pulumi"), helm: program(programs, "helm") };
}

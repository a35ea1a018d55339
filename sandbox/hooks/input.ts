import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { JobContainer, ServiceContainer } from "../../components/arc/hooks/hook-input";

/** `args` of the command `prepare_job`. */
export interface PrepareJobArgs {
  readonly container?: JobContainer | null;
  readonly services?: readonly ServiceContainer[] | null;
}

export interface HookInput {
  readonly command: string;
  /** File into which the hook writes what the runner shall know. */
  readonly responseFile: string;
  readonly args?: PrepareJobArgs | null;
}

/** The last line counts, as in the original. */
export async function readInput(stream: Readable): Promise<HookInput> {
  const line = (await text(stream)).trimEnd().split("\n").at(-1) ?? "";
  return JSON.parse(line) as HookInput;
}

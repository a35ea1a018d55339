import type { Session } from "./configure.js";

/** What every operation on a resource is given besides its inputs. */
export interface Operation {
  readonly session: Session;
  readonly urn: string;
  /** The type token, for instance `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** `customTimeouts` of the resource in seconds; 0 if the program sets none. */
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** A status line beside the resource; gone when the next one comes. */
  readonly status: (text: string) => void;
  /** A warning that stays in the output. */
  readonly warn: (text: string) => void;
}

export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new Error("the operation was cancelled"));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

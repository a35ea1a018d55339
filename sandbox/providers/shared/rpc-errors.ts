import { messageOf, ProviderError } from "./errors.js";
import { grpc } from "./proto.js";

/** Turns an exception into the answer the engine expects; only faults of this program are logged with their stack. */
export function plainServiceError(error: unknown, log: (message: string) => void): Partial<grpc.StatusObject> {
  if (!(error instanceof ProviderError)) log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return { code: grpc.status.UNKNOWN, details: messageOf(error) };
}

import { InitializationError } from "./apply.js";
import { plainServiceError } from "../shared/rpc-errors.js";
import { log } from "./log.js";
import { Any, grpc, provider, rpcStatus } from "../shared/proto.js";
import { encode } from "../shared/values.js";

/** Turns an exception into the answer the engine expects; only faults of this program are logged with their stack. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitializationError) return initializationFailed(error);
  return plainServiceError(error, log);
}

/**
 * The engine keeps the state of a resource that failed to initialise if the error carries ErrorResourceInitFailed in a
 * google.rpc.Status (sdk/go/common/util/rpcutil/rpcerror); the next up then updates the object instead of creating it again.
 */
function initializationFailed(error: InitializationError): Partial<grpc.StatusObject> {
  const detail = new provider.ErrorResourceInitFailed();
  detail.setId(error.applied.id);
  detail.setProperties(encode(error.applied.outputs));
  detail.setReasonsList([error.message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new rpcStatus.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(error.message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: error.message, metadata };
}

/**
 * The one place that touches the generated protocol stubs of `@pulumi/pulumi`: everything else imports from here.
 * The stubs of some files have no type declarations, hence the casts below.
 */
import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb.js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb.js";
import { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import * as engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import * as engine from "@pulumi/pulumi/proto/engine_pb.js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import * as providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import * as provider from "@pulumi/pulumi/proto/provider_pb.js";
import * as resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import * as resource from "@pulumi/pulumi/proto/resource_pb.js";
import * as rpcStatus from "@pulumi/pulumi/proto/status_pb.js";

export {
  grpc,
  Any,
  Empty,
  Struct,
  engine,
  engineGrpc,
  plugin,
  provider,
  providerGrpc,
  resource,
  resourceGrpc,
  rpcStatus,
};

/** Charts with large CRDs exceed gRPC's default of 4 MiB; facts/pulumi.md 3.5 uses the same figure. */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

export const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
};

/** Calls a unary method of a generated client and waits for its answer. */
export function call<Request, Response>(
  method: (
    request: Request,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    callback: (error: grpc.ServiceError | null, response: Response) => void,
  ) => grpc.ClientUnaryCall,
  client: grpc.Client,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method.call(client, request, new grpc.Metadata(), {}, (error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

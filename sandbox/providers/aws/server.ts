import { ProviderError } from "../shared/errors.js";
import { listen, type RunningServer, unaryHandlers } from "../shared/frame.js";
import { checked, configured, introductions } from "../shared/introductions.js";
import { Empty, type grpc, provider, providerGrpc } from "../shared/proto.js";
import { plainServiceError } from "../shared/rpc-errors.js";
import { readStruct, STRUCT_FIELDS as FIELDS, writeStruct } from "../shared/struct-fields.js";
import { typeOfUrn } from "../shared/urn.js";
import { echoed } from "./echo.js";

/**
 * Serves the package `aws` for previews: every resource comes back as its inputs, and nothing is checked, looked up or made. It must be
 * impossible to take it for AWS, so everything but a preview is refused.
 */
export function serve(log: (message: string) => void): Promise<RunningServer> {
  return listen(providerGrpc.ResourceProviderService, handlers(log));
}

/** What is refused, in the words that the engine shows. */
function refusal(what: string): ProviderError {
  return new ProviderError(
    `the offline aws provider only echoes what a preview would create: it cannot ${what}. ` +
      "Use the real plugin (pulumi plugin install resource aws) with credentials of the account",
  );
}

function handlers(log: (message: string) => void): grpc.UntypedServiceImplementation {
  const unary = unaryHandlers({ log, toServiceError: (error) => plainServiceError(error, log) });
  const refuse = (name: string, what: (request: { getUrn?(): string; getTok?(): string }) => string) =>
    unary<{ getUrn?(): string; getTok?(): string }, never>(name, (request) => {
      throw refusal(what(request));
    });
  const subject = (request: { getUrn?(): string }) => typeOfUrn(request.getUrn?.() ?? "");

  return {
    ...introductions(unary, "@pulumi/aws"),
    getSchema: refuse("GetSchema", () => "give the schema of its types"),
    checkConfig: unary<provider.CheckRequest, provider.CheckResponse>("CheckConfig", (request) => checked(request)),
    diffConfig: refuse("DiffConfig", () => "compare with an earlier deployment"),
    configure: unary<provider.ConfigureRequest, provider.ConfigureResponse>("Configure", configured),
    check: unary<provider.CheckRequest, provider.CheckResponse>("Check", (request) => checked(request)),
    diff: refuse("Diff", (request) => `compare ${subject(request)} with an earlier deployment`),
    create: unary<provider.CreateRequest, provider.CreateResponse>("Create", (request) => {
      if (!request.getPreview()) throw refusal(`create ${subject(request)}`);
      const response = new provider.CreateResponse();
      writeStruct(
        response,
        FIELDS.CreateResponse.properties,
        echoed(readStruct(request, FIELDS.CreateRequest.properties)),
      );
      return response;
    }),
    update: refuse("Update", (request) => `update ${subject(request)}`),
    delete: refuse("Delete", (request) => `delete ${subject(request)}`),
    read: refuse("Read", (request) => `read ${subject(request)}`),
    construct: refuse("Construct", () => "make components"),
    invoke: refuse("Invoke", (request) => `call ${request.getTok?.() ?? "a function"}`),
    call: refuse("Call", (request) => `call ${request.getTok?.() ?? "a method"}`),
    cancel: unary<Empty, Empty>("Cancel", () => new Empty()),
  };
}

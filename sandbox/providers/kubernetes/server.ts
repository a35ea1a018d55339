import { connect, diffSettings, readSettings, settingsProblems } from "./configure.js";
import { Connections } from "./connections.js";
import { construct } from "./construct.js";
import type { Operation } from "./context.js";
import { EngineLog } from "./engine-log.js";
import { ProviderError } from "./errors.js";
import { log } from "./log.js";
import { offlineSession, type Offline } from "./offline.js";
import { listen, type RunningServer, unaryHandlers } from "../shared/frame.js";
import { Empty, type grpc, plugin, provider, providerGrpc } from "../shared/proto.js";
import { checkCall, createCall, deleteCall, diffCall, readCall, updateCall } from "./resource-calls.js";
import { toServiceError } from "./rpc-errors.js";
import { readStruct, STRUCT_FIELDS, writeStruct } from "../shared/struct-fields.js";
import { refuseUnserved, typeOfUrn } from "./type-token.js";
import { decode, type PropertyMap } from "../shared/values.js";

export interface ServerOptions {
  /** The helm executable that renders charts. */
  readonly helm: string;
  /** Serves previews without a cluster. */
  readonly offline?: Offline;
}

/** A request with a URN and perhaps a timeout: everything done to a resource. */
interface ResourceRequest {
  getUrn(): string;
  getTimeout?(): number;
}

/** Serves the package `kubernetes` on a free port of 127.0.0.1. */
export function serve(options: ServerOptions): Promise<RunningServer> {
  return listen(providerGrpc.ResourceProviderService, handlers(options));
}

const unary = unaryHandlers({ toServiceError, log });

function handlers(options: ServerOptions): grpc.UntypedServiceImplementation {
  const connections = new Connections();
  const engineLog = new EngineLog();

  const operationOf = (peer: string, request: ResourceRequest, signal: AbortSignal): Operation => {
    const { engineAddress, cancellation } = connections.open(peer);
    const urn = request.getUrn();
    engineLog.forget(urn);
    return {
      session: connections.session(peer),
      urn,
      type: typeOfUrn(urn),
      timeoutSeconds: request.getTimeout?.() ?? 0,
      signal: AbortSignal.any([signal, cancellation.signal]),
      status: (text) => engineLog.write(engineAddress, urn, "status", text),
      warn: (text) => engineLog.write(engineAddress, urn, "warning", text),
    };
  };
  const onResource = <Request extends ResourceRequest, Response>(
    name: string,
    work: (operation: Operation, request: Request) => Promise<Response>,
  ) =>
    unary<Request, Response>(name, (request, peer, signal) => {
      refuseUnserved(typeOfUrn(request.getUrn()));
      return work(operationOf(peer, request, signal), request);
    });

  return {
    handshake: unary<provider.ProviderHandshakeRequest, provider.ProviderHandshakeResponse>(
      "Handshake",
      (request, peer) => {
        const connection = connections.open(peer);
        connection.engineAddress = request.getEngineAddress();
        // empty for inline programs of the Automation API
        connection.programDirectory = request.getProgramDirectory() || connection.programDirectory;
        const response = new provider.ProviderHandshakeResponse();
        response.setAcceptSecrets(true);
        response.setAcceptResources(false);
        response.setAcceptOutputs(false);
        response.setSupportsAutonamingConfiguration(true);
        return response;
      },
    ),
    attach: unary<plugin.PluginAttach, Empty>("Attach", (request, peer) => {
      connections.open(peer).engineAddress = request.getAddress();
      return new Empty();
    }),
    getPluginInfo: unary<Empty, plugin.PluginInfo>("GetPluginInfo", () => {
      const info = new plugin.PluginInfo();
      info.setVersion("4.32.0");
      return info;
    }),
    getSchema: unary<provider.GetSchemaRequest, provider.GetSchemaResponse>("GetSchema", () => {
      throw new ProviderError(
        "the offline kubernetes provider has no schema; install the real plugin to generate code or docs",
      );
    }),
    checkConfig: unary<provider.CheckRequest, provider.CheckResponse>("CheckConfig", (request) =>
      checkConfig(request, options.offline === undefined),
    ),
    diffConfig: unary<provider.DiffRequest, provider.DiffResponse>("DiffConfig", diffConfig),
    configure: unary<provider.ConfigureRequest, provider.ConfigureResponse>("Configure", async (request, peer) => {
      const settings = readSettings(configuration(request));
      const { offline } = options;
      connections.open(peer).session = offline ? offlineSession(settings, offline) : await connect(settings);
      const response = new provider.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),
    check: unary<provider.CheckRequest, provider.CheckResponse>("Check", (request, peer) =>
      checkCall(connections.session(peer), request),
    ),
    diff: unary<provider.DiffRequest, provider.DiffResponse>("Diff", (request, peer) =>
      diffCall(connections.session(peer), request),
    ),
    create: onResource<provider.CreateRequest, provider.CreateResponse>("Create", createCall),
    update: onResource<provider.UpdateRequest, provider.UpdateResponse>("Update", updateCall),
    delete: onResource<provider.DeleteRequest, Empty>("Delete", deleteCall),
    read: onResource<provider.ReadRequest, provider.ReadResponse>("Read", readCall),
    construct: unary<provider.ConstructRequest, provider.ConstructResponse>("Construct", (request, peer) =>
      construct(request, {
        session: connections.session(peer),
        helm: options.helm,
        programDirectory: connections.open(peer).programDirectory,
        warn: (urn, text) => engineLog.write(connections.open(peer).engineAddress, urn, "warning", text),
      }),
    ),
    invoke: unary<provider.InvokeRequest, provider.InvokeResponse>("Invoke", (request) => {
      throw new ProviderError(
        `${request.getTok()} is not served by the offline kubernetes provider: use helm.v4.Chart or yaml.v2`,
      );
    }),
    cancel: unary<Empty, Empty>("Cancel", (_request, peer) => {
      connections.cancel(peer);
      return new Empty();
    }),
  };
}

async function checkConfig(request: provider.CheckRequest, dials: boolean): Promise<provider.CheckResponse> {
  const news = readStruct(request, STRUCT_FIELDS.CheckRequest.news);
  const response = new provider.CheckResponse();
  writeStruct(response, STRUCT_FIELDS.CheckResponse.inputs, news);
  for (const { property, reason } of await settingsProblems(news, dials)) {
    const failure = new provider.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

async function diffConfig(request: provider.DiffRequest): Promise<provider.DiffResponse> {
  const { diffs, replaces } = await diffSettings(
    readStruct(request, STRUCT_FIELDS.DiffRequest.olds),
    readStruct(request, STRUCT_FIELDS.DiffRequest.news),
  );
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  const response = new provider.DiffResponse();
  response.setChanges(diffs.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(diffs);
  response.setReplacesList(replaces);
  return response;
}

/** Old engines send `kubernetes:config:key` variables only; newer ones the arguments as well. */
function configuration(request: provider.ConfigureRequest): PropertyMap {
  const result: PropertyMap = {};
  for (const [key, value] of request.getVariablesMap().entries())
    result[key.replace(/^kubernetes:config:/, "")] = value;
  return { ...result, ...decode(request.getArgs()) };
}

import { ProviderError } from "../shared/errors.js";
import { listen, type RunningServer, unaryHandlers } from "../shared/frame.js";
import { checked, configured, introductions } from "../shared/introductions.js";
import { isObject, type JsonObject } from "../shared/json.js";
import { Empty, type grpc, provider, providerGrpc } from "../shared/proto.js";
import { plainServiceError } from "../shared/rpc-errors.js";
import { readStruct, STRUCT_FIELDS as FIELDS, writeStruct } from "../shared/struct-fields.js";
import { nameOfUrn, typeOfUrn } from "../shared/urn.js";
import {
  containsUnknown,
  decodeValue,
  isPropertyMap,
  markLike,
  type PropertyMap,
  reveal,
  UNKNOWN,
} from "../shared/values.js";
import { changedInputs } from "./changes.js";
import type { Kinds, ResourceKind } from "./kind.js";
import { providerArguments } from "./provider-arguments.js";

/** A provider whose resources are objects behind an HTTP interface. */
export interface RestProvider<Client> {
  /** Name of the Pulumi package, such as `vault`. */
  readonly name: string;
  /** The npm package, whose version is the plugin's. */
  readonly npmPackage: string;
  readonly kinds: Kinds<Client>;
  /** Functions that programs may call, by token. @default none */
  readonly functions?: Functions<Client>;
  /**
   * Whether there is nobody to ask, as in a preview without credentials. Functions then answer nothing, which is what the engine itself does
   * for a provider whose settings are not known yet. @default false
   */
  readonly offline?: boolean;
  /** Makes the client of a configured provider. It dials when something is first done with it, as the real plugins do. */
  readonly connect: (settings: JsonObject) => Client;
}

/** Look-ups by token: each gets the arguments of the call, and gives the properties of its result. */
export type Functions<Client> = Readonly<Record<string, (client: Client, inputs: JsonObject) => Promise<JsonObject>>>;

/** Serves a package on a free port of 127.0.0.1. */
export function serveRest<Client>(
  definition: RestProvider<Client>,
  log: (message: string) => void,
): Promise<RunningServer> {
  return listen(providerGrpc.ResourceProviderService, handlers(definition, log));
}

function handlers<Client>(
  { name, npmPackage, kinds, connect, functions = {}, offline = false }: RestProvider<Client>,
  log: (message: string) => void,
): grpc.UntypedServiceImplementation {
  const unary = unaryHandlers({ log, toServiceError: (error) => plainServiceError(error, log) });
  // The engine opens a connection for each provider resource, so settings belong to the peer.
  const clients = new Map<string, Client>();
  const clientOf = (peer: string): Client => {
    const client = clients.get(peer);
    if (client === undefined) throw new ProviderError(`the ${name} provider is not configured`);
    return client;
  };
  const kindOf = (urn: string): ResourceKind<Client> => {
    const type = typeOfUrn(urn);
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (kind) return kind;
    throw new ProviderError(
      `${type} is not served by the offline ${name} provider (served: ${Object.keys(kinds).join(", ")}): ` +
        `install the real plugin with pulumi plugin install resource ${name}`,
    );
  };
  const unserved = (what: string): string =>
    `${what} is not served by the offline ${name} provider: install the real plugin`;
  const refuse = (call: string) =>
    unary<{ getTok?(): string }, never>(call, (request) => {
      throw new ProviderError(unserved(request.getTok?.() ?? call));
    });

  return {
    ...introductions(unary, npmPackage),
    getSchema: refuse("GetSchema"),
    checkConfig: unary<provider.CheckRequest, provider.CheckResponse>("CheckConfig", (request) => checked(request)),
    diffConfig: unary<provider.DiffRequest, provider.DiffResponse>("DiffConfig", (request) =>
      // Another address is the same Vault or GitHub by another way, or a mistake: neither is a reason to make everything anew.
      difference(
        changedInputs(readStruct(request, FIELDS.DiffRequest.olds), readStruct(request, FIELDS.DiffRequest.news)),
        [],
      ),
    ),
    configure: unary<provider.ConfigureRequest, provider.ConfigureResponse>("Configure", (request, peer) => {
      clients.set(peer, connect(providerArguments(request)));
      return configured();
    }),
    check: unary<provider.CheckRequest, provider.CheckResponse>("Check", (request) => {
      const { required } = kindOf(request.getUrn());
      const news = readStruct(request, FIELDS.CheckRequest.news);
      return checked(
        request,
        required.filter((key) => news[key] === undefined || news[key] === null),
      );
    }),
    diff: unary<provider.DiffRequest, provider.DiffResponse>("Diff", (request) => {
      const { replaces } = kindOf(request.getUrn());
      const ignored = request.getIgnorechangesList();
      const changed = changedInputs(
        readStruct(request, FIELDS.DiffRequest.oldInputs),
        readStruct(request, FIELDS.DiffRequest.news),
      ).filter((key) => !ignored.includes(key));
      return difference(
        changed,
        changed.filter((key) => replaces.includes(key)),
      );
    }),
    create: unary<provider.CreateRequest, provider.CreateResponse>("Create", async (request, peer) => {
      const kind = kindOf(request.getUrn());
      const inputs = readStruct(request, FIELDS.CreateRequest.properties);
      const response = new provider.CreateResponse();
      if (request.getPreview()) {
        writeStruct(response, FIELDS.CreateResponse.properties, { ...inputs, id: UNKNOWN });
        return response;
      }
      const { id, outputs } = await told(request, () => kind.create(clientOf(peer), known(request, inputs)));
      response.setId(id);
      writeStruct(response, FIELDS.CreateResponse.properties, laid(inputs, outputs));
      return response;
    }),
    update: unary<provider.UpdateRequest, provider.UpdateResponse>("Update", async (request, peer) => {
      const kind = kindOf(request.getUrn());
      const inputs = readStruct(request, FIELDS.UpdateRequest.news);
      const olds = readStruct(request, FIELDS.UpdateRequest.olds);
      const response = new provider.UpdateResponse();
      const outputs = request.getPreview()
        ? {}
        : await told(request, () => kind.update(clientOf(peer), request.getId(), known(request, inputs), plain(olds)));
      writeStruct(response, FIELDS.UpdateResponse.properties, laid({ ...olds, ...inputs }, outputs));
      return response;
    }),
    delete: unary<provider.DeleteRequest, Empty>("Delete", async (request, peer) => {
      const kind = kindOf(request.getUrn());
      const olds = plain(readStruct(request, FIELDS.DeleteRequest.properties));
      await told(request, () => kind.remove(clientOf(peer), request.getId(), olds));
      return new Empty();
    }),
    read: unary<provider.ReadRequest, provider.ReadResponse>("Read", async (request, peer) => {
      const kind = kindOf(request.getUrn());
      const olds = readStruct(request, FIELDS.ReadRequest.properties);
      const inputs = readStruct(request, FIELDS.ReadRequest.inputs);
      const found = await told(request, () => kind.read(clientOf(peer), request.getId(), plain(olds)));
      const response = new provider.ReadResponse();
      // An empty id says that the object is gone.
      if (found === undefined) return response;
      response.setId(request.getId());
      writeStruct(response, FIELDS.ReadResponse.inputs, laid(inputs, found));
      writeStruct(response, FIELDS.ReadResponse.properties, laid(olds, found));
      return response;
    }),
    construct: refuse("Construct"),
    invoke: unary<provider.InvokeRequest, provider.InvokeResponse>("Invoke", async (request, peer) => {
      const token = request.getTok();
      const look = Object.hasOwn(functions, token) ? functions[token] : undefined;
      if (!look) throw new ProviderError(unserved(token));
      const inputs = readStruct(request, FIELDS.InvokeRequest.args);
      const response = new provider.InvokeResponse();
      const found = offline ? {} : await look(clientOf(peer), plain(inputs));
      writeStruct(response, FIELDS.InvokeResponse.return, laid({}, found));
      return response;
    }),
    call: refuse("Call"),
    cancel: unary<Empty, Empty>("Cancel", () => new Empty()),
  };
}

/** Messages of a failed request name the resource. */
async function told<T>(request: { getUrn(): string }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new ProviderError(`${nameOfUrn(request.getUrn())}: ${error.message}`, { cause: error });
  }
}

function plain(map: PropertyMap): JsonObject {
  const value = reveal(map);
  return isObject(value) ? value : {};
}

/** In an update everything is known; anything else would be sent as the engine's mark for the unknown. */
function known(request: { getUrn(): string }, inputs: PropertyMap): JsonObject {
  if (containsUnknown(inputs))
    throw new ProviderError(`${nameOfUrn(request.getUrn())} has inputs that are not known yet`);
  return plain(inputs);
}

/** Outputs over inputs; what was secret stays so. */
function laid(inputs: PropertyMap, outputs: JsonObject): PropertyMap {
  const over = decodeValue(outputs);
  const marked = markLike(over, inputs);
  return { ...inputs, ...(isPropertyMap(marked) ? marked : {}) };
}

function difference(changed: readonly string[], replaces: readonly string[]): provider.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  const response = new provider.DiffResponse();
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  // Two objects of the same name cannot be there at once.
  response.setDeletebeforereplace(replaces.length > 0);
  return response;
}

import { ProviderError } from "./errors.js";
import { CHANNEL_OPTIONS, call, grpc, type provider, resource, resourceGrpc, type Struct } from "../shared/proto.js";
import { serializeWithStructs, STRUCT_FIELDS, writeStruct } from "../shared/struct-fields.js";
import { encode, SIGNATURE_KEY, UNKNOWN, type PropertyMap, type PropertyValue } from "../shared/values.js";

const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

export interface ChildOptions {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly retainOnDelete: boolean;
}

export interface RegisteredChild {
  readonly urn: string;
  /** A reference to the resource, as it appears in the component's outputs. */
  readonly reference: PropertyValue;
}

/**
 * Registers resources with the engine on behalf of a component. Requests go to the engine as ready messages, not through the SDK:
 * its one promise per nested value costs 15 to 20 s for a large CRD (facts/pulumi.md 3.6).
 */
export class Monitor {
  private readonly client: resourceGrpc.ResourceMonitorClient;

  constructor(private readonly request: provider.ConstructRequest) {
    this.client = new resourceGrpc.ResourceMonitorClient(
      request.getMonitorendpoint(),
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  /** Registers the component itself, with the resource options that came with the request. */
  async registerComponent(type: string, name: string): Promise<string> {
    const message = this.message(type, name, false);
    const { request } = this;
    message.setParent(request.getParent());
    message.setDependenciesList(request.getDependenciesList());
    message.setAliasesList(request.getAliasesList());
    message.setAliasspecs(true);
    if (request.hasProtect()) message.setProtect(request.getProtect() ?? false);
    if (request.hasRetainondelete()) message.setRetainondelete(request.getRetainondelete() ?? false);
    message.setDeletedwith(request.getDeletedwith());
    message.setReplaceWithList(request.getReplaceWithList());
    message.setIgnorechangesList(request.getIgnorechangesList());
    message.setReplaceonchangesList(request.getReplaceonchangesList());
    for (const [key, value] of request.getProvidersMap().entries()) message.getProvidersMap().set(key, value);
    return (await this.send(message)).getUrn();
  }

  async registerChild(inputs: PropertyMap, options: ChildOptions): Promise<RegisteredChild> {
    const message = this.message(options.type, options.name, true);
    writeStruct(message, STRUCT_FIELDS.RegisterResourceRequest.object, inputs);
    message.setParent(options.parent);
    // the component waits for its own dependencies, and so do its children
    message.setDependenciesList([...new Set([...this.request.getDependenciesList(), ...options.dependencies])]);
    message.setProvider(this.request.getProvidersMap().get("kubernetes") ?? "");
    message.setVersion("");
    if (options.retainOnDelete) message.setRetainondelete(true);
    if (this.request.hasCustomtimeouts()) message.setCustomtimeouts(this.timeouts());
    if (options.type === "kubernetes:core/v1:Secret") message.setAdditionalsecretoutputsList(["data", "stringData"]);
    const response = await this.send(message);
    const id = response.getId();
    const reference: PropertyMap = {
      [SIGNATURE_KEY]: RESOURCE_SIGNATURE,
      urn: response.getUrn(),
      id: id === "" && this.request.getDryrun() ? UNKNOWN : id,
    };
    return { urn: response.getUrn(), reference };
  }

  /** Ends the component; the same message serves as the answer to Construct. */
  async registerOutputs(urn: string, outputs: PropertyMap): Promise<Struct> {
    const state = encode(outputs);
    const message = new resource.RegisterResourceOutputsRequest();
    message.setUrn(urn);
    message.setOutputs(state);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- `call` binds it to the client again
    await call(this.client.registerResourceOutputs, this.client, message);
    return state;
  }

  close(): void {
    this.client.close();
  }

  private message(type: string, name: string, custom: boolean): resource.RegisterResourceRequest {
    const message = new resource.RegisterResourceRequest();
    message.setType(type);
    message.setName(name);
    message.setCustom(custom);
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSupportspartialvalues(true);
    message.setSupportsresultreporting(true);
    return message;
  }

  private timeouts(): resource.RegisterResourceRequest.CustomTimeouts {
    const given = this.request.getCustomtimeouts();
    const timeouts = new resource.RegisterResourceRequest.CustomTimeouts();
    timeouts.setCreate(given?.getCreate() ?? "");
    timeouts.setUpdate(given?.getUpdate() ?? "");
    timeouts.setDelete(given?.getDelete() ?? "");
    return timeouts;
  }

  private async send(message: resource.RegisterResourceRequest): Promise<resource.RegisterResourceResponse> {
    const { path, requestSerialize, responseDeserialize } = resourceGrpc.ResourceMonitorService.registerResource;
    const serialize = (request: resource.RegisterResourceRequest) => serializeWithStructs(request, requestSerialize);
    const response = await new Promise<resource.RegisterResourceResponse>((resolve, reject) => {
      this.client.makeUnaryRequest(path, serialize, responseDeserialize, message, (error, answer) => {
        if (answer !== undefined) resolve(answer);
        else reject(error ?? new ProviderError(`the engine did not answer for ${message.getName()}`));
      });
    });
    if (response.getResult() === resource.Result.FAIL) throw new ProviderError(`${message.getName()} failed`);
    return response;
  }
}

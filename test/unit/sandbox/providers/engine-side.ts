import { call, grpc, provider, providerGrpc } from "../../../../sandbox/providers/shared/proto.js";
import { decode, encode, type PropertyMap, reveal } from "../../../../sandbox/providers/shared/values.js";

export interface Created {
  readonly id: string;
  readonly outputs: PropertyMap;
}

export const urnOf = (type: string): string => `urn:pulumi:local::p::${type}::it`;

/* eslint-disable @typescript-eslint/unbound-method -- `call` binds the methods to the client again */
/** Speaks to a provider as the engine does, of one resource named `it`. */
export class EngineSide {
  public readonly client: providerGrpc.ResourceProviderClient;

  public constructor(port: number) {
    this.client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  }

  public async configure(settings: PropertyMap): Promise<void> {
    const request = new provider.ConfigureRequest();
    request.setArgs(encode(settings));
    await call(this.client.configure, this.client, request);
  }

  public async create(type: string, inputs: PropertyMap, preview = false): Promise<Created> {
    const request = new provider.CreateRequest();
    request.setUrn(urnOf(type));
    request.setPreview(preview);
    request.setProperties(encode(inputs));
    const answer = await call(this.client.create, this.client, request);
    return { id: answer.getId(), outputs: decode(answer.getProperties()) };
  }

  public async update(type: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap> {
    const request = new provider.UpdateRequest();
    request.setUrn(urnOf(type));
    request.setId(id);
    request.setOlds(encode(olds));
    request.setNews(encode(news));
    return decode((await call(this.client.update, this.client, request)).getProperties());
  }

  public async remove(type: string, id: string, olds: PropertyMap): Promise<void> {
    const request = new provider.DeleteRequest();
    request.setUrn(urnOf(type));
    request.setId(id);
    request.setProperties(encode(olds));
    await call(this.client.delete, this.client, request);
  }

  /** The inputs as they are now; undefined when the object is gone. */
  public async read(type: string, id: string, inputs: PropertyMap): Promise<unknown> {
    const request = new provider.ReadRequest();
    request.setUrn(urnOf(type));
    request.setId(id);
    request.setProperties(encode(inputs));
    request.setInputs(encode(inputs));
    const answer = await call(this.client.read, this.client, request);
    return answer.getId() === "" ? undefined : reveal(decode(answer.getInputs()));
  }

  /** Which inputs differ, and which of them make another object. */
  public async changes(
    type: string,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<{ readonly changed: string[]; readonly replaces: string[] }> {
    const request = new provider.DiffRequest();
    request.setUrn(urnOf(type));
    request.setOldInputs(encode(olds));
    request.setNews(encode(news));
    const answer = await call(this.client.diff, this.client, request);
    return { changed: answer.getDiffsList(), replaces: answer.getReplacesList() };
  }

  public async invoke(token: string, args: PropertyMap): Promise<unknown> {
    const request = new provider.InvokeRequest();
    request.setTok(token);
    request.setArgs(encode(args));
    return reveal(decode((await call(this.client.invoke, this.client, request)).getReturn()));
  }

  public close(): void {
    this.client.close();
  }
}

import { githubFunctions } from "../../../../sandbox/providers/github/functions.js";
import { GithubClient } from "../../../../sandbox/providers/github/client.js";
import { githubKinds } from "../../../../sandbox/providers/github/kinds.js";
import { serveRest } from "../../../../sandbox/providers/rest/server.js";
import { call, grpc, provider, providerGrpc } from "../../../../sandbox/providers/shared/proto.js";
import { decode, encode, type PropertyMap, reveal } from "../../../../sandbox/providers/shared/values.js";

export interface Created {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** The offline provider with a client that speaks to it as the engine does. */
export interface GithubProvider {
  configure(settings: PropertyMap): Promise<void>;
  create(type: string, inputs: PropertyMap, preview?: boolean): Promise<Created>;
  update(type: string, id: string, olds: PropertyMap, news: PropertyMap): Promise<PropertyMap>;
  remove(type: string, id: string, olds: PropertyMap): Promise<void>;
  /** The inputs as they are now; undefined when the object is gone. */
  read(type: string, id: string, inputs: PropertyMap): Promise<unknown>;
  changes(type: string, olds: PropertyMap, news: PropertyMap): Promise<{ changed: string[]; replaces: string[] }>;
  invoke(token: string, args: PropertyMap): Promise<unknown>;
  stop(): Promise<void>;
}

const urn = (type: string): string => `urn:pulumi:local::p::${type}::it`;

/* eslint-disable @typescript-eslint/unbound-method -- `call` binds the methods to the client again */
export async function startGithub(offline = false): Promise<GithubProvider> {
  const definition = {
    name: "github",
    npmPackage: "@pulumi/github",
    kinds: githubKinds,
    functions: githubFunctions,
    offline,
    connect: (settings: ConstructorParameters<typeof GithubClient>[0]) => new GithubClient(settings),
  };
  const server = await serveRest(definition, () => undefined);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  return {
    configure: async (settings) => {
      const request = new provider.ConfigureRequest();
      request.setArgs(encode(settings));
      await call(client.configure, client, request);
    },
    create: async (type, inputs, preview = false) => {
      const request = new provider.CreateRequest();
      request.setUrn(urn(type));
      request.setPreview(preview);
      request.setProperties(encode(inputs));
      const answer = await call(client.create, client, request);
      return { id: answer.getId(), outputs: decode(answer.getProperties()) };
    },
    update: async (type, id, olds, news) => {
      const request = new provider.UpdateRequest();
      request.setUrn(urn(type));
      request.setId(id);
      request.setOlds(encode(olds));
      request.setNews(encode(news));
      return decode((await call(client.update, client, request)).getProperties());
    },
    remove: async (type, id, olds) => {
      const request = new provider.DeleteRequest();
      request.setUrn(urn(type));
      request.setId(id);
      request.setProperties(encode(olds));
      await call(client.delete, client, request);
    },
    read: async (type, id, inputs) => {
      const request = new provider.ReadRequest();
      request.setUrn(urn(type));
      request.setId(id);
      request.setProperties(encode(inputs));
      request.setInputs(encode(inputs));
      const answer = await call(client.read, client, request);
      return answer.getId() === "" ? undefined : reveal(decode(answer.getInputs()));
    },
    changes: async (type, olds, news) => {
      const request = new provider.DiffRequest();
      request.setUrn(urn(type));
      request.setOldInputs(encode(olds));
      request.setNews(encode(news));
      const answer = await call(client.diff, client, request);
      return { changed: answer.getDiffsList(), replaces: answer.getReplacesList() };
    },
    invoke: async (token, args) => {
      const request = new provider.InvokeRequest();
      request.setTok(token);
      request.setArgs(encode(args));
      return reveal(decode((await call(client.invoke, client, request)).getReturn()));
    },
    stop: async () => {
      client.close();
      await server.stop();
    },
  };
}

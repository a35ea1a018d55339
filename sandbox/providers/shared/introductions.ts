import { pluginVersion } from "../plugins.js";
import type { Unary } from "./frame.js";
import { Empty, plugin, provider } from "./proto.js";
import { readStruct, STRUCT_FIELDS as FIELDS, writeStruct } from "./struct-fields.js";

/** How a simple provider and the engine get to know each other: secrets are told apart, resources and outputs are not. */
export function introductions(unary: Unary, npmPackage: string) {
  return {
    handshake: unary<provider.ProviderHandshakeRequest, provider.ProviderHandshakeResponse>("Handshake", () => {
      const response = new provider.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(false);
      response.setAcceptOutputs(false);
      return response;
    }),
    attach: unary<plugin.PluginAttach, Empty>("Attach", () => new Empty()),
    getPluginInfo: unary<Empty, plugin.PluginInfo>("GetPluginInfo", () => {
      const info = new plugin.PluginInfo();
      info.setVersion(pluginVersion(npmPackage));
      return info;
    }),
  };
}

/** The answer to Configure of a provider that serves previews and keeps secrets apart. */
export function configured(): provider.ConfigureResponse {
  const response = new provider.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}

/** Inputs as they came, and what is wrong with them: the name of each property that is required and missing. */
export function checked(request: provider.CheckRequest, missing: readonly string[] = []): provider.CheckResponse {
  const response = new provider.CheckResponse();
  writeStruct(response, FIELDS.CheckResponse.inputs, readStruct(request, FIELDS.CheckRequest.news));
  for (const property of missing) {
    const failure = new provider.CheckFailure();
    failure.setProperty(property);
    failure.setReason(`${property} is required`);
    response.addFailures(failure);
  }
  return response;
}

import { githubFunctions } from "../../../../sandbox/providers/github/functions.js";
import { GithubClient } from "../../../../sandbox/providers/github/client.js";
import { githubKinds } from "../../../../sandbox/providers/github/kinds.js";
import { serveRest } from "../../../../sandbox/providers/rest/server.js";
import { EngineSide } from "./engine-side";

/** The offline provider, and who speaks to it. */
export interface GithubProvider {
  readonly engine: EngineSide;
  stop(): Promise<void>;
}

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
  const engine = new EngineSide(server.port);
  const stop = async (): Promise<void> => {
    engine.close();
    await server.stop();
  };
  return { engine, stop };
}

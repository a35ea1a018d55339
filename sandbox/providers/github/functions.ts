import type { Functions } from "../rest/server.js";
import { ProviderError } from "../shared/errors.js";
import { numberAt, textAt } from "../shared/json.js";
import type { GithubClient } from "./client.js";

/** The functions of `@pulumi/github` that this platform uses. */
export const githubFunctions: Functions<GithubClient> = {
  // Like the real plugin it answers nothing for a repository that is not there.
  "github:index/getRepository:getRepository": async (client, inputs) => {
    const fullName = textAt(inputs, "fullName") ?? `${client.owner}/${textAt(inputs, "name") ?? ""}`;
    const found = await client.read(`repos/${fullName.split("/").map(encodeURIComponent).join("/")}`);
    if (!found) return {};
    const repoId = numberAt(found, "id");
    if (repoId === undefined) throw new ProviderError(`GitHub says nothing of the id of ${fullName}`);
    return { fullName: textAt(found, "full_name") ?? fullName, name: textAt(found, "name") ?? "", repoId };
  },
};

import { type Json, type JsonObject, numberAt, textAt } from "../shared/json.js";
import type { GithubClient } from "./client.js";

/** Ids of the repositories that are picked, sorted as the inputs were; nothing for what is not for picked ones. */
export async function selectedRepositories(
  client: GithubClient,
  path: string,
  found: JsonObject,
  old: JsonObject,
): Promise<JsonObject> {
  if (textAt(found, "visibility") !== "selected" || old["selectedRepositoryIds"] === undefined) return {};
  const all = await client.readAll(path, "repositories");
  return { selectedRepositoryIds: inOrderOf(old["selectedRepositoryIds"], all) };
}

/** Ids of a list of repositories. GitHub's list has an order of its own, which is no difference. */
export function inOrderOf(before: Json | undefined, repositories: readonly Json[]): Json {
  const ids = repositories.flatMap((repository) => numberAt(repository, "id") ?? []);
  const known = Array.isArray(before) ? before.filter((id) => typeof id === "number") : [];
  return [...known.filter((id) => ids.includes(id)), ...ids.filter((id) => !known.includes(id))];
}

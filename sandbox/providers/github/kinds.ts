import type { Kinds } from "../rest/kind.js";
import type { GithubClient } from "./client.js";
import { permissionKinds } from "./permission-kinds.js";
import { runnerGroupKinds } from "./runner-group-kinds.js";
import { secretKinds } from "./secret-kinds.js";

/** The resource types of `@pulumi/github` that this platform uses. */
export const githubKinds: Kinds<GithubClient> = { ...secretKinds, ...runnerGroupKinds, ...permissionKinds };

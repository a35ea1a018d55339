import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { run } from "../../../sandbox/tools/run";
import { UserError } from "../../user-error";

/** How to log in to a registry: with name and password, or with a token that its token service trades for a short one. */
export type Credentials = { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** Looks up the credentials for a registry (`host[:port]`); `undefined` where none are kept. */
export type CredentialSource = (registry: string) => Promise<Credentials | undefined>;

const configSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});

type DockerConfig = z.output<typeof configSchema>;

/** The name under which Docker keeps the login of its own registry. */
const dockerHubKey = "https://index.docker.io/v1/";

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`. */
export function dockerConfigFile(environment: NodeJS.ProcessEnv = process.env): string {
  const folder = environment["DOCKER_CONFIG"];
  return join(folder !== undefined && folder !== "" ? folder : join(homedir(), ".docker"), "config.json");
}

/**
 * Credentials as `docker login` leaves them: in the file itself, or in a credential helper that the file names.
 *
 * @param file a missing one means that nobody logged in
 * @throws UserError for a file that is there and cannot be read: going on without it would look like a missing image
 */
export function dockerCredentials(file: string = dockerConfigFile()): CredentialSource {
  let config: DockerConfig | undefined;
  return async (registry) => {
    config ??= readConfig(file);
    const key = registry === "docker.io" ? dockerHubKey : registry;
    const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[key] ?? config.credsStore;
    return (helper === undefined ? undefined : await askHelper(helper, key)) ?? storedIn(config, key, file);
  };
}

function readConfig(file: string): DockerConfig {
  if (!existsSync(file)) return {};
  try {
    return configSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new UserError(
      `${file} cannot be read as a Docker configuration: repair it, or log in anew with docker login`,
      {
        cause: error,
      },
    );
  }
}

function storedIn(config: DockerConfig, key: string, file: string): Credentials | undefined {
  const stored = Object.entries(config.auths ?? {}).find(([name]) => name === key || hostOf(name) === key)?.[1];
  if (stored?.identitytoken !== undefined && stored.identitytoken !== "")
    return { identityToken: stored.identitytoken };
  if (stored?.auth === undefined || stored.auth === "") return undefined;
  const text = Buffer.from(stored.auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1)
    throw new UserError(`${file}: auths[${JSON.stringify(key)}].auth is no base64 of NAME:PASSWORD; log in anew`);
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Older clients kept whole addresses. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** A helper that fails or knows nothing is no reason to give up: public images need no login. */
async function askHelper(helper: string, key: string): Promise<Credentials | undefined> {
  if (!/^[\w.-]+$/.test(helper)) return undefined;
  try {
    const { stdout } = await run(`docker-credential-${helper}`, ["get"], { input: key, timeout: 20_000 });
    const { Username: username, Secret: password } = helperAnswer.parse(JSON.parse(stdout));
    if (password === "") return undefined;
    return username === "<token>" ? { identityToken: password } : { username, password };
  } catch {
    return undefined;
  }
}

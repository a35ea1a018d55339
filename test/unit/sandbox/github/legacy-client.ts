import assert from "node:assert/strict";
import { z } from "zod";
import { RunnerClient } from "./arc-client";
import { send, token, type Answer, type Fixture } from "./fixtures";

const registered = z.object({
  serverUrl: z.string(),
  runnerId: z.number(),
  runnerName: z.string(),
  secret: z.string(),
});

export interface Registered extends z.infer<typeof registered> {
  /** As in a just-in-time configuration: the rest of the protocol is the same. */
  readonly encoded: string;
}

export interface Wanted {
  readonly scope?: string;
  readonly name?: string;
  readonly labels?: readonly string[];
  readonly group?: string;
  readonly ephemeral?: boolean;
}

const collection = (scope: string) =>
  scope.startsWith("enterprises/") ? `/${scope}` : scope.includes("/") ? `/repos/${scope}` : `/orgs/${scope}`;

/** Calls the REST API as the controller does. */
export function rest(
  github: Fixture,
  method: string,
  path: string,
  authorization = `Bearer ${token}`,
): Promise<Answer> {
  return send(method, `${github.url}/api/v3${path}`, authorization);
}

export async function registrationToken(github: Fixture, scope: string): Promise<string> {
  const reply = await rest(github, "POST", `${collection(scope)}/actions/runners/registration-token`);
  assert.equal(reply.status, 201);
  return z.object({ token: z.string() }).parse(reply.body).token;
}

/** Asks for a registration as the runner program does; `register` when it must succeed. */
export async function tryRegister(github: Fixture, wanted: Wanted = {}): Promise<Answer> {
  const { scope = "acme", name = "r1", ...rest } = wanted;
  const authorization = `RemoteAuth ${await registrationToken(github, scope)}`;
  const body = { url: `${github.url}/${scope}`, name, ephemeral: true, ...rest };
  return send("POST", `${github.url}/_runner`, authorization, body);
}

export async function register(github: Fixture, wanted: Wanted = {}): Promise<Registered> {
  const reply = await tryRegister(github, wanted);
  assert.equal(reply.status, 201, JSON.stringify(reply.body));
  const config = registered.parse(reply.body);
  return { ...config, encoded: Buffer.from(JSON.stringify(config)).toString("base64") };
}

/** Registers a runner and starts its process. */
export async function startRunner(
  github: Fixture,
  wanted: Wanted = {},
): Promise<RunnerClient & { readonly id: number }> {
  const { encoded, runnerId } = await register(github, wanted);
  return Object.assign(await RunnerClient.connect(encoded), { id: runnerId });
}

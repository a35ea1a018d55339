import { z } from "zod";

import { OidcIssuer } from "../auth/oidc";
import type { Exchange } from "../http/exchange";
import { created, ok } from "../http/reply";
import { route, type Route } from "../http/router";
import { jobClaims } from "../service/identity";
import { requireAdmin } from "./guards";
import type { Surroundings } from "./surroundings";

/** Where the issuer of jobs' identity tokens lives, as on a GitHub Enterprise Server. */
export const tokenPath = "/_services/token";

const identityBody = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  ref: z.string().startsWith("refs/"),
  event: z.string().min(1),
  audience: z.string().min(1),
  environment: z.string().min(1).optional(),
  jobWorkflowRef: z.string().min(1).optional(),
  runnerEnvironment: z.enum(["self-hosted", "github-hosted"]).optional(),
  immutableSubject: z.boolean().optional(),
  ownerId: z.number().int().optional(),
  repositoryId: z.number().int().optional(),
  ageSeconds: z.number().int().min(0).optional(),
});

export type IdentityRequest = z.input<typeof identityBody>;

/** The issuer of identity tokens: what those who trust it read, and a way to get a token as a job of some workflow would. */
export function oidcRoutes(surroundings: Surroundings): Route[] {
  const issuer = new OidcIssuer(surroundings.options.stateFolder, surroundings.now);
  const address = (exchange: Exchange): string => `${exchange.origin}${tokenPath}`;
  return [
    route("GET", `${tokenPath}/.well-known/openid-configuration`, (exchange) =>
      ok({
        issuer: address(exchange),
        jwks_uri: `${address(exchange)}/.well-known/jwks`,
        subject_types_supported: ["public", "pairwise"],
        response_types_supported: ["id_token"],
        id_token_signing_alg_values_supported: ["RS256"],
        scopes_supported: ["openid"],
      }),
    ),
    route("GET", `${tokenPath}/.well-known/jwks`, async () => ok(await issuer.keys())),
    route("POST", "/_sandbox/id-tokens", async (exchange) => {
      requireAdmin(exchange, surroundings);
      const { audience, ageSeconds, ...identity } = await exchange.json(identityBody);
      return created({ value: await issuer.sign(address(exchange), audience, jobClaims(identity), ageSeconds) });
    }),
  ];
}

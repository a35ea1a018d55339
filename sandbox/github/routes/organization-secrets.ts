import { z } from "zod";
import type { SecretBox } from "../auth/secret-box";
import type { Exchange } from "../http/exchange";
import { created, noContent, ok, type Reply, unprocessable } from "../http/reply";
import type { Route } from "../http/router";
import { administrationRoute, checkRepositoryIds, restBody } from "./organization-access";
import { ids, sharedView, valueRoutes, visibility } from "./organization-values";
import type { Surroundings } from "./surroundings";

const path = "/secrets";

const secretBody = z.object({
  encrypted_value: z.base64().min(1),
  key_id: z.string().min(1),
  visibility,
  selected_repository_ids: ids.optional(),
});

/** Secrets of organizations. Nobody gets a value back here: only workflows do, and the admin API in their place. */
export function organizationSecretRoutes(around: Surroundings): Route[] {
  return [
    // Before the route of a secret by its name, which this is not.
    administrationRoute(around, "GET", `${path}/public-key`, async () => {
      const { key, keyId } = await around.secretBox.publicKey();
      return ok({ key_id: keyId, key });
    }),
    administrationRoute(around, "PUT", `${path}/:name`, (exchange, organization) =>
      put(around, exchange, organization),
    ),
    ...valueRoutes(around, "secret", path, (value, exchange) => sharedView(value, path, exchange)),
  ];
}

async function put(around: Surroundings, exchange: Exchange, organization: string): Promise<Reply> {
  const { organizations } = around.service;
  const name = exchange.param("name");
  if (!/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/i.test(name))
    throw unprocessable("Secret names can only contain alphanumeric characters and underscores");
  const body = await restBody(exchange, secretBody);
  await checkSealed(around.secretBox, body.encrypted_value, body.key_id);
  // A list that is left out is an empty one (external-secrets #6514).
  const repositoryIds = body.selected_repository_ids ?? [];
  checkRepositoryIds(around, organization, { visibility: body.visibility, ids: body.selected_repository_ids });
  const known = organizations.value("secret", organization, name) !== undefined;
  organizations.set("secret", organization, name, body.encrypted_value, {
    visibility: body.visibility,
    repositoryIds,
  });
  return known ? noContent : created({});
}

async function checkSealed(box: SecretBox, sealed: string, keyId: string): Promise<void> {
  const { keyId: mine } = await box.publicKey();
  if (keyId !== mine) throw unprocessable("key_id is not that of the organization's public key");
  if ((await box.open(sealed)) === undefined) throw unprocessable("encrypted_value is not sealed with the public key");
}

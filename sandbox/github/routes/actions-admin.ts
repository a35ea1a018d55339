import { z } from "zod";
import { truthOf } from "../actions/ledger";
import type { Webhook } from "../actions/webhooks";
import { created, noContent, notFound, ok } from "../http/reply";
import { route, type Route } from "../http/router";
import { adminOnly } from "./guards";
import type { Surroundings } from "./surroundings";

const rate = z.number().min(0).max(1).optional();

const webhookBody = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().min(1),
  organization: z.string().min(1).optional(),
  events: z
    .array(z.enum(["workflow_run", "workflow_job"]))
    .min(1)
    .optional(),
  lossRate: rate,
  duplicateRate: rate,
  delayRate: rate,
  delaySeconds: z.number().min(0).max(3600).optional(),
  seed: z.number().int().optional(),
});

/** What tests steer webhooks with, and compare an exporter's figures with. */
export function actionsAdminRoutes(around: Surroundings): Route[] {
  const { actions, options } = around;
  const guarded = adminOnly(around);
  return [
    route(
      "POST",
      "/_sandbox/webhooks",
      guarded(async (exchange) => {
        const { organization = options.organizations[0] ?? "acme", ...rest } = await exchange.json(webhookBody);
        const webhook = actions.webhooks.add({ organization, ...rest });
        actions.saveWebhooks();
        return created(webhookView(webhook));
      }),
    ),
    route(
      "GET",
      "/_sandbox/webhooks",
      guarded(() => ok({ webhooks: actions.webhooks.list().map(webhookView) })),
    ),
    route(
      "DELETE",
      "/_sandbox/webhooks/:webhook",
      guarded((exchange) => {
        if (!actions.webhooks.remove(exchange.id("webhook"))) throw notFound();
        actions.saveWebhooks();
        return noContent;
      }),
    ),
    route(
      "GET",
      "/_sandbox/actions/ledger",
      guarded(() => ok({ transitions: actions.ledger.entries, attempts: truthOf(actions.model) })),
    ),
  ];
}

/** All but the secret. */
function webhookView({ id, spec, log }: Webhook) {
  const { organization, url, events } = spec;
  return { id, organization, url, events, deliveries: log.counts() };
}

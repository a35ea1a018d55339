import { z } from "zod";
import type { AttemptTruth, LedgerEntry } from "./ledger";
import type { WebhookSpec } from "./webhooks";

/** What the admin API says of a webhook: all but its secret. */
export const adminWebhook = z.object({
  id: z.number(),
  organization: z.string(),
  url: z.string(),
  events: z.array(z.string()).optional(),
  /** What the delivery log holds, and how much of it nobody took. */
  deliveries: z.object({ total: z.number(), failed: z.number() }),
});
export type AdminWebhook = z.infer<typeof adminWebhook>;

/** Where webhooks go, and what goes wrong on the way. */
export type WebhookRequest = Omit<WebhookSpec, "organization"> & {
  /** @default the first organisation */
  readonly organization?: string;
};

const anyObject = (value: unknown) => typeof value === "object" && value !== null;

/** Every transition of runs and jobs, and what came out of them. Made in the same source, so its parts are not looked at again. */
export const actionsLedger = z.object({
  transitions: z.array(z.custom<LedgerEntry>(anyObject)),
  attempts: z.array(z.custom<AttemptTruth>(anyObject)),
});
export type ActionsLedger = z.infer<typeof actionsLedger>;

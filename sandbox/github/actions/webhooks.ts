import { createHmac, randomUUID } from "node:crypto";
import { randomNumbers } from "../random";
import { ownerId, repositoryId } from "../service/numeric-ids";
import type { Clock } from "./clock";
import { DeliveryLog } from "./deliveries";
import type { ActionsModel } from "./model";
import { happeningOf, payloadOf, type Happening } from "./payloads";
import { Sender } from "./sender";
import type { Transition } from "./types";

/** A webhook of an organisation, and what goes wrong on the way to it. */
export interface WebhookSpec {
  readonly organization: string;
  readonly url: string;
  /** Signs what is sent. */
  readonly secret: string;
  /** @default both */
  readonly events?: readonly Transition["event"][];
  /** Share of what is never delivered, 0 to 1. @default 0 */
  readonly lossRate?: number;
  /** Share of what is delivered twice, under the same id. @default 0 */
  readonly duplicateRate?: number;
  /** Share of what comes late, so that others overtake it. @default 0 */
  readonly delayRate?: number;
  /** How late at most, in the model's time. @default 5 */
  readonly delaySeconds?: number;
  /** The same seed makes the same go wrong. @default 1 */
  readonly seed?: number;
}

export interface Webhook {
  readonly id: number;
  readonly spec: WebhookSpec;
  readonly log: DeliveryLog;
}

/** Sends signed webhooks for all transitions of a model, and keeps a log of them. */
export class Webhooks {
  private readonly hooks = new Map<number, Webhook & { readonly random: () => number }>();
  private readonly sender = new Sender();
  private readonly clock: Clock;
  private lastId = 0;

  constructor(
    private readonly model: ActionsModel,
    private readonly origin: () => string,
  ) {
    this.clock = model.clock;
    model.onTransition((transition) => this.tell(transition));
  }

  /** @param id by default the next number */
  add(spec: WebhookSpec, id = this.lastId + 1): Webhook {
    this.lastId = Math.max(this.lastId, id);
    const hook = { id, spec, log: new DeliveryLog(this.clock), random: randomNumbers(spec.seed ?? 1) };
    this.hooks.set(hook.id, hook);
    return hook;
  }

  remove(id: number): boolean {
    return this.hooks.delete(id);
  }

  get(id: number): Webhook | undefined {
    return this.hooks.get(id);
  }

  list(): Webhook[] {
    return [...this.hooks.values()];
  }

  /** Resolves once nothing is on its way. What is put off by the clock does not count. */
  settled(): Promise<void> {
    return this.sender.settled();
  }

  private tell(transition: Transition): void {
    if (transition.silent || this.hooks.size === 0) return;
    const happening = happeningOf(transition, this.model.registry);
    for (const hook of this.hooks.values()) {
      const { organization, events } = hook.spec;
      if (organization.toLowerCase() !== happening.repository.owner.toLowerCase()) continue;
      if (events?.includes(happening.event) !== false) this.dispatch(hook, hook.random, happening);
    }
  }

  private dispatch(hook: Webhook, random: () => number, happening: Happening): void {
    const { lossRate = 0, duplicateRate = 0, delayRate = 0, delaySeconds = 5 } = hook.spec;
    // Always the same amount of numbers, so that one rate does not change what the others hit.
    const [lost, twice, late, share] = [random() < lossRate, random() < duplicateRate, random() < delayRate, random()];
    const guid = randomUUID();
    const deliver = (redelivery: boolean) => this.deliver(hook, guid, redelivery, lost, happening);
    const both = () => {
      deliver(false);
      if (twice && !lost) deliver(true);
    };
    if (late) this.clock.after(share * delaySeconds * 1000, both);
    else both();
  }

  private deliver(hook: Webhook, guid: string, redelivery: boolean, lost: boolean, happening: Happening): void {
    const { url, secret } = hook.spec;
    const payload = () => payloadOf(happening, this.origin());
    const { event, action, repository } = happening;
    const headers = headersOf(hook, event, guid);
    const entry = {
      ...{ guid, deliveredAt: this.clock.now(), redelivery, event, action, url, headers, payload },
      repositoryId: repositoryId(repository.fullName),
    };
    if (lost) {
      hook.log.add({ ...entry, duration: 0, status: "failed to connect to host", statusCode: 502 });
      return;
    }
    const body = JSON.stringify(payload());
    const signed = { ...headers, ...signatures(secret, body) };
    this.sender.send({ url, headers: signed, body }, ({ seconds, status, statusCode }) =>
      hook.log.add({ ...entry, duration: seconds, status, statusCode }),
    );
  }
}

/** Both signatures that GitHub sends; the older one is there for receivers of old. */
export function signatures(secret: string, body: string): Record<string, string> {
  const sign = (algorithm: string) => `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
  return { "X-Hub-Signature": sign("sha1"), "X-Hub-Signature-256": sign("sha256") };
}

function headersOf({ id, spec }: Webhook, event: string, guid: string): Record<string, string> {
  return {
    Accept: "*/*",
    "Content-Type": "application/json",
    "User-Agent": "GitHub-Hookshot/sandbox",
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(id),
    "X-GitHub-Hook-Installation-Target-ID": String(ownerId(spec.organization)),
    "X-GitHub-Hook-Installation-Target-Type": "organization",
  };
}

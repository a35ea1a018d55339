import type { Clock } from "./clock";
import type { Millis } from "./types";
import { time } from "./views";

/** One attempt to deliver a webhook. */
export interface Delivery {
  readonly id: number;
  /** `X-GitHub-Delivery`: the same for each attempt to deliver the same thing. */
  readonly guid: string;
  readonly deliveredAt: Millis;
  readonly redelivery: boolean;
  /** Seconds until the answer. */
  readonly duration: number;
  /** Such as `OK`. */
  readonly status: string;
  readonly statusCode: number;
  readonly event: string;
  readonly action: string;
  readonly repositoryId: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Made when it is asked for: kept ready they would take gigabytes. */
  readonly payload: () => Readonly<Record<string, unknown>>;
}

/** GitHub keeps deliveries for about three days. */
const retentionMillis = 3 * 86_400_000;

/** What was sent to one webhook, and how that went. */
export class DeliveryLog {
  private entries: Delivery[] = [];
  private lastId = 0;

  constructor(private readonly clock: Clock) {}

  add(delivery: Omit<Delivery, "id">): void {
    this.lastId += 1;
    this.entries.push({ ...delivery, id: this.lastId });
    const oldest = this.clock.now() - retentionMillis;
    if ((this.entries[0]?.deliveredAt ?? oldest) < oldest) {
      this.entries = this.entries.filter(({ deliveredAt }) => deliveredAt >= oldest);
    }
  }

  /** Newest first, those older than the cursor; `next` when there are more. */
  list(size: number, cursor?: number): { items: Delivery[]; next?: number } {
    const older = cursor === undefined ? this.entries : this.entries.filter(({ id }) => id < cursor);
    const items = older.slice(-size).reverse();
    const last = items.at(-1);
    return { items, ...(last && older.length > items.length && { next: last.id }) };
  }

  /** How many there are, and how many of them nobody took. */
  counts(): { total: number; failed: number } {
    const failed = this.entries.filter(({ statusCode }) => statusCode >= 300).length;
    return { total: this.entries.length, failed };
  }

  get(id: number): Delivery | undefined {
    return this.entries.find((entry) => entry.id === id);
  }
}

/** As lists show it. */
export function deliveryItemView(delivery: Delivery) {
  const { id, guid, deliveredAt, redelivery, duration, status, statusCode, event, action, repositoryId } = delivery;
  return {
    ...{
      id,
      guid,
      delivered_at: time(deliveredAt),
      redelivery,
      duration,
      status,
      status_code: statusCode,
      event,
      action,
    },
    ...{ installation_id: null, repository_id: repositoryId, throttled_at: null },
  };
}

/** All of it, as it is shown when asked for by id. */
export function deliveryView(delivery: Delivery) {
  return {
    ...deliveryItemView(delivery),
    url: delivery.url,
    request: { headers: delivery.headers, payload: delivery.payload() },
    response: { headers: {}, payload: "" },
  };
}

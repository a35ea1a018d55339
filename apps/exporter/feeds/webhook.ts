import { createHmac, timingSafeEqual } from "node:crypto";

import * as z from "zod/mini";

import type { Fact } from "../core/facts";
import { jobFact, jobSchema, repositoryFact, repositorySchema, runFact, runSchema } from "./payloads";

/** What came with a delivery. */
export interface Delivery {
  /** `X-GitHub-Event` */
  readonly event: string | undefined;
  /** `X-GitHub-Delivery` */
  readonly id: string | undefined;
  /** `X-Hub-Signature-256` */
  readonly signature: string | undefined;
  /** As it came: the signature is over its bytes. */
  readonly body: Buffer;
}

/** What becomes of a delivery. `ignored`: an event that is not of interest, or a repository that is not watched. */
export type DeliveryResult = "accepted" | "duplicate" | "ignored" | "unsigned" | "malformed";

export interface Received {
  readonly result: DeliveryResult;
  readonly facts: readonly Fact[];
}

const envelope = z.object({ repository: repositorySchema });
const runEvent = z.object({ workflow_run: runSchema });
const jobEvent = z.object({ workflow_job: jobSchema });

/** As many ids as GitHub sends in minutes of a busy organisation. */
const mostIds = 10_000;

/**
 * Takes deliveries of webhooks. A copy that somebody sends again under another id does no harm either, because facts that come twice count
 * once; so the signature, which covers neither time nor id, is enough.
 */
export class WebhookReceiver {
  private readonly seen = new Set<string>();

  /**
   * @param secrets any of which may have signed, so that a secret can be exchanged without loss.
   * @param watches whether a repository is of interest.
   */
  public constructor(
    private readonly secrets: () => readonly string[],
    private readonly watches: (repository: string) => boolean,
  ) {}

  public receive({ event, id, signature, body }: Delivery): Received {
    if (!this.isSigned(body, signature)) return { result: "unsigned", facts: [] };
    if (id === undefined || event === undefined) return { result: "malformed", facts: [] };
    if (this.seen.has(id)) return { result: "duplicate", facts: [] };
    const received = this.read(event, body);
    if (received.result !== "malformed") this.remember(id);
    return received;
  }

  private read(event: string, body: Buffer): Received {
    if (event !== "workflow_run" && event !== "workflow_job") return { result: "ignored", facts: [] };
    const payload = parsed(body);
    const about = envelope.safeParse(payload);
    if (!about.success) return { result: "malformed", facts: [] };
    const { repository } = about.data;
    if (!this.watches(repository.full_name)) return { result: "ignored", facts: [] };
    const facts = factsOf(event, repository.full_name, payload);
    return facts === undefined
      ? { result: "malformed", facts: [] }
      : { result: "accepted", facts: [...repositoryFact(repository), ...facts] };
  }

  private isSigned(body: Buffer, signature: string | undefined): boolean {
    if (signature === undefined) return false;
    return this.secrets().some((secret) => equal(signature, signatureOf(secret, body)));
  }

  private remember(id: string): void {
    this.seen.add(id);
    for (const oldest of this.seen) {
      if (this.seen.size <= mostIds) break;
      this.seen.delete(oldest);
    }
  }
}

function factsOf(event: "workflow_run" | "workflow_job", repository: string, payload: unknown): Fact[] | undefined {
  if (event === "workflow_run") {
    const read = runEvent.safeParse(payload);
    return read.success ? [runFact(repository, read.data.workflow_run)] : undefined;
  }
  const read = jobEvent.safeParse(payload);
  if (!read.success) return undefined;
  const fact = jobFact(repository, read.data.workflow_job);
  return fact === undefined ? [] : [fact];
}

function signatureOf(secret: string, body: Buffer): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** Takes the same time wherever the two differ. */
function equal(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

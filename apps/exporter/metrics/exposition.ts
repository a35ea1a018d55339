import { gzip } from "node:zlib";
import { promisify } from "node:util";

import { Registry } from "prom-client";

const zip = promisify(gzip);

/** A text in one of the formats of Prometheus. */
export interface Exposed {
  readonly contentType: string;
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

type Format = "text" | "openMetrics";

/** Scrapers that come within this time get the same text. */
const freshMs = 1_000;

/** Texts of registries, made when somebody asks and kept for a moment. */
export class Exposition {
  private readonly kept = new Map<Format, { at: number; exposed: Promise<Exposed> }>();

  /** @param prepare called before a text is made, so that it is of this moment. */
  public constructor(
    private readonly registries: Readonly<Record<Format, Registry>>,
    private readonly prepare: () => void,
    private readonly now: () => number,
  ) {}

  /** @param accept header of the request. */
  public expose(accept: string | undefined): Promise<Exposed> {
    const format = /application\/openmetrics-text/.test(accept ?? "") ? "openMetrics" : "text";
    const kept = this.kept.get(format);
    if (kept && this.now() - kept.at < freshMs) return kept.exposed;
    this.prepare();
    const exposed = render(this.registries[format]);
    this.kept.set(format, { at: this.now(), exposed });
    return exposed;
  }
}

async function render(registry: Registry): Promise<Exposed> {
  const plain = Buffer.from(await registry.metrics());
  return { contentType: registry.contentType, plain, zipped: await zip(plain, { level: 1 }) };
}

/** Both registries, for whatever fills them. */
export function registries(): Readonly<Record<Format, Registry>> {
  const openMetrics = new Registry();
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
  return { text: new Registry(), openMetrics };
}

import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";

/** What only some endpoints have to say of a request. */
export interface RequestNote {
  /** Whether it counts against the hourly limit of its credential. */
  readonly charged?: boolean;
  /** The limit by which it was refused. */
  readonly limited?: "primary" | "points" | "concurrency";
  /** It came although its sender had been told to wait. */
  readonly early?: boolean;
  /** What was broken on purpose. */
  readonly fault?: string;
}

export interface LoggedRequest extends RequestNote {
  readonly time: string;
  readonly method: string;
  /** Path and query. Tokens travel in headers and bodies only, so none can be in it. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly who: string;
  /** Length of the body as it went out. */
  readonly bytes?: number;
}

/** One JSON line per request in `requests.ndjson`. */
export class RequestLog {
  private readonly stream: WriteStream;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.stream = createWriteStream(join(folder, "requests.ndjson"), { flags: "a" });
  }

  write(request: LoggedRequest): void {
    this.stream.write(`${JSON.stringify(request)}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.stream.end(() => resolve()));
  }
}

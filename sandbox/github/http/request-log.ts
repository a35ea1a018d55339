import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { join } from "node:path";

export interface LoggedRequest {
  readonly time: string;
  readonly method: string;
  /** Path and query. Tokens travel in headers and bodies only, so none can be in it. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  readonly who: string;
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

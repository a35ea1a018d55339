export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receipt {
  readonly seconds: number;
  readonly status: string;
  readonly statusCode: number;
}

/** GitHub waits so long for an answer. */
const timeoutMillis = 10_000;
/** More would only wait at the receiver. */
const atOnce = 10;

/** Posts to webhooks, a few at a time; nothing is ever sent again. */
export class Sender {
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly idle: (() => void)[] = [];
  private running = 0;

  send(letter: Letter, done: (receipt: Receipt) => void): void {
    this.waiting.push(async () => done(await post(letter)));
    this.pump();
  }

  /** Resolves once nothing is waiting or on its way. */
  settled(): Promise<void> {
    return this.running + this.waiting.length === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.idle.push(resolve));
  }

  private pump(): void {
    while (this.running < atOnce) {
      const next = this.waiting.shift();
      if (!next) break;
      this.running += 1;
      void next().finally(() => {
        this.running -= 1;
        this.pump();
      });
    }
    if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}

async function post({ url, headers, body }: Letter): Promise<Receipt> {
  const began = performance.now();
  const seconds = () => Math.round(performance.now() - began) / 1000;
  try {
    const signal = AbortSignal.timeout(timeoutMillis);
    const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
    // Unread bodies keep their connections busy.
    await response.arrayBuffer();
    return { seconds: seconds(), status: response.statusText || String(response.status), statusCode: response.status };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    return timedOut
      ? { seconds: seconds(), status: "timed out", statusCode: 504 }
      : { seconds: seconds(), status: "failed to connect to host", statusCode: 502 };
  }
}

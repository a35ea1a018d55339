/** More than this between two clocks, and ages cannot be trusted. */
export const mostSkewMs = 5 * 60 * 1000;

/** The store's clock, as the `Date` of its answers shows it. */
export class StoreClock {
  private seen: { readonly date: number; readonly at: number } | undefined;

  /** Notes the header `Date` of an answer. A proxy's cache may give an old one, hence the latest counts. */
  public note(header: string | undefined): void {
    const date = header === undefined ? Number.NaN : Date.parse(header);
    if (Number.isNaN(date)) return;
    const at = performance.now();
    if (this.seen === undefined || date - at >= this.seen.date - this.seen.at - 1000) this.seen = { date, at };
  }

  /** How far local time is ahead of the store's, in milliseconds, to about a second; undefined before any answer with a `Date`. */
  public skewMs(now: Date): number | undefined {
    if (this.seen === undefined) return undefined;
    return now.getTime() - (this.seen.date + performance.now() - this.seen.at);
  }
}

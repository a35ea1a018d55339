import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Webhooks, WebhookSpec } from "./webhooks";

interface Entry {
  readonly id: number;
  readonly spec: WebhookSpec;
}

/** Webhooks on disk, so that they outlive a restart. Only the owner may read the file: their secrets are in it. */
export class WebhookFile {
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, "webhooks.json");
  }

  restore(webhooks: Webhooks): void {
    if (!existsSync(this.file)) return;
    for (const { id, spec } of JSON.parse(readFileSync(this.file, "utf8")) as Entry[]) webhooks.add(spec, id);
  }

  save(webhooks: Webhooks): void {
    const entries: Entry[] = webhooks.list().map(({ id, spec }) => ({ id, spec }));
    writeFileSync(`${this.file}.next`, JSON.stringify(entries), { mode: 0o600 });
    renameSync(`${this.file}.next`, this.file);
  }
}

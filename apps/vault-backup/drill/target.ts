import { createReadStream, readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

import { BackupError } from "../errors";
import { type Answer, ask, transportError } from "../https";
import { messageOf } from "../log";

/** What `sys/health` and `sys/seal-status` say of a server. */
export interface State {
  readonly status: number;
  readonly initialized: boolean;
  readonly sealed: boolean;
  readonly clusterId: string | undefined;
  readonly version: string | undefined;
}

/** The throw-away server that a drill restores into. */
export interface Target {
  readonly state: () => Promise<State>;
  readonly ask: (
    method: "GET" | "LIST" | "PUT" | "POST",
    path: string,
    request?: { token?: string; body?: unknown; client?: { readonly cert: Buffer; readonly key: Buffer } },
  ) => Promise<Answer>;
  /** Force-restores a file. Takes as long as it takes. */
  readonly restore: (token: string, file: string) => Promise<void>;
  /** Asks until the state is as wanted. @throws BackupError `drillFailed` */
  readonly until: (what: string, wanted: (state: State) => boolean, seconds: number) => Promise<State>;
}

/** The server unpacks and checks the whole snapshot before it answers. */
const restoreSeconds = 3600;

export function targetAt(address: string, caFile: string, signal: AbortSignal): Target {
  const send: Target["ask"] = (method, path, { token, body, client } = {}) =>
    ask({
      url: new URL(`/v1/${path}`, address),
      method,
      headers: token === undefined ? {} : { "x-vault-token": token },
      ca: readFileSync(caFile),
      ...(body !== undefined && { body }),
      ...(client && { client }),
      idleSeconds: 60,
      signal,
    });
  const state = async (): Promise<State> => {
    const { status, body } = await send("GET", "sys/health");
    const { initialized, sealed, cluster_id: id, version } = Object(body) as Record<string, unknown>;
    if (typeof initialized !== "boolean")
      throw failed(`GET ${address}/v1/sys/health`, `answered ${status}, without saying how it is`);
    const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
    return { status, initialized, sealed: sealed === true, clusterId: text(id), version: text(version) };
  };
  return {
    state,
    ask: send,
    restore: (token, file) =>
      upload(new URL("/v1/sys/storage/raft/snapshot-force", address), { token, file, caFile, signal }),
    until: async (what, wanted, seconds) => {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const now = await state().catch((error: unknown) => messageOf(error));
        if (typeof now !== "string" && wanted(now)) return now;
        signal.throwIfAborted();
        const last = typeof now === "string" ? now : `it answers ${now.status}`;
        if (Date.now() > end) throw failed(address, `waited ${seconds} s until ${what}: ${last}`);
        await pause(250, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

export function failed(path: string, what: string, fix?: string): BackupError {
  return new BackupError("drillFailed", { path, what, ...(fix !== undefined && { fix }) });
}

interface Upload {
  readonly token: string;
  readonly file: string;
  readonly caFile: string;
  readonly signal: AbortSignal;
}

function upload(url: URL, { token, file, caFile, signal }: Upload): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(transportError(`POST ${url.href}`, error, signal));
    const headers = { "x-vault-token": token, "content-length": statSync(file).size };
    const call = request(url, {
      method: "POST",
      ca: readFileSync(caFile),
      agent: false,
      signal,
      headers,
      timeout: restoreSeconds * 1000,
    });
    call.once("timeout", () => call.destroy(new Error(`nothing heard for ${restoreSeconds} s`)));
    call.on("error", fail);
    call.once("response", (response) => {
      const { statusCode: status = 0 } = response;
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text = `${text}${part}`.slice(0, 500)));
      response.once("error", fail);
      response.once("end", () =>
        status < 300 ? resolve() : reject(failed(`POST ${url.href}`, `answered ${status}: ${text.trim()}`)),
      );
    });
    const source = createReadStream(file, { highWaterMark: 256 * 1024 });
    source.once("error", (error) => call.destroy(error));
    source.pipe(call);
  });
}

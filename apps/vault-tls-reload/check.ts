import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";

import { serverProcesses } from "../shared/server-processes";

export interface Check {
  /** Folder with `tls.crt`, as the kubelet mounts it. */
  readonly folder: string;
  /** Port of the server on this pod's loopback address. */
  readonly port: number;
  /** Name of the server's program. */
  readonly program: string;
}

/** Everything that reaches beyond this program, for tests. */
export interface Surroundings {
  readonly shown: (port: number) => Promise<X509Certificate>;
  readonly processes: (program: string) => readonly number[];
  readonly signal: (pid: number) => void;
}

export type Outcome =
  | { readonly kind: "same" }
  | { readonly kind: "no process" }
  | { readonly kind: "signalled"; readonly pids: readonly number[]; readonly validTo: string };

const real: Surroundings = {
  shown: shownCertificate,
  processes: serverProcesses,
  signal: (pid) => void process.kill(pid, "SIGHUP"),
};

/**
 * Compares what the server shows with what is mounted, and tells it where they differ.
 *
 * @throws when the server does not answer, or the mounted certificate cannot be read
 */
export async function check({ folder, port, program }: Check, surroundings: Surroundings = real): Promise<Outcome> {
  const mounted = new X509Certificate(readFileSync(join(folder, "tls.crt")));
  const shown = await surroundings.shown(port);
  if (mounted.fingerprint256 === shown.fingerprint256) return { kind: "same" };
  const pids = surroundings.processes(program);
  if (pids.length === 0) return { kind: "no process" };
  pids.forEach(surroundings.signal);
  return { kind: "signalled", pids, validTo: mounted.validTo };
}

const timeoutMs = 10_000;

/** The certificate of whatever listens on this pod's loopback address. */
function shownCertificate(port: number): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      // It is compared, not trusted, and nothing is sent: one that has run out must be seen too, or it would never be replaced.
      rejectUnauthorized: false,
    });
    const end = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(timeoutMs, () => end(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.once("error", end);
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate) resolve(certificate);
      else reject(new Error("the server shows no certificate"));
    });
  });
}

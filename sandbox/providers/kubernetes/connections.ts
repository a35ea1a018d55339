import type { Session } from "./configure.js";
import { ProviderError } from "./errors.js";

/** One provider resource of a program, as seen from here: an engine's connection with its own configuration. */
export interface Connection {
  engineAddress: string;
  /** Where the program lives: relative paths of charts and manifests start there. */
  programDirectory: string;
  session?: Session;
  cancellation: AbortController;
}

/** Connections of runs long ended are forgotten beyond this number. */
const KEPT = 256;

/**
 * The engine attaches to one running server for every provider resource and for every run; what tells the requests apart is the
 * connection they arrive on (the engine keeps one per provider).
 */
export class Connections {
  private readonly byPeer = new Map<string, Connection>();

  /** A new connection announces itself with Handshake or Attach. */
  open(peer: string): Connection {
    const known = this.byPeer.get(peer);
    if (known !== undefined) return known;
    const connection: Connection = {
      engineAddress: "",
      programDirectory: process.cwd(),
      cancellation: new AbortController(),
    };
    this.byPeer.set(peer, connection);
    for (const oldest of this.byPeer.keys()) {
      if (this.byPeer.size <= KEPT) break;
      this.byPeer.delete(oldest);
    }
    return connection;
  }

  /** The connection's configuration, or an error: guessing could change the wrong cluster. */
  session(peer: string): Session {
    const session = this.byPeer.get(peer)?.session;
    if (session === undefined) {
      throw new ProviderError("the kubernetes provider is not configured on this connection; run the command again");
    }
    return session;
  }

  /** Ends what is under way for one engine; later requests start afresh. */
  cancel(peer: string): void {
    const connection = this.byPeer.get(peer);
    if (connection === undefined) return;
    connection.cancellation.abort();
    connection.cancellation = new AbortController();
  }
}

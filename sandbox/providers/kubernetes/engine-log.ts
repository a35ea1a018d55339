import { CHANNEL_OPTIONS, call, engine, engineGrpc, grpc } from "../shared/proto.js";
import { log } from "./log.js";

type Severity = "status" | "warning";

/** Shows lines beside resources in the engine's output. Failing to do so never fails an operation. */
export class EngineLog {
  private readonly clients = new Map<string, engineGrpc.EngineClient>();
  private readonly last = new Map<string, string>();

  write(engineAddress: string, urn: string, severity: Severity, text: string): void {
    const key = `${urn} ${severity}`;
    if (engineAddress === "" || this.last.get(key) === text) return;
    this.last.set(key, text);
    const request = new engine.LogRequest();
    request.setSeverity(severity === "warning" ? engine.LogSeverity.WARNING : engine.LogSeverity.INFO);
    request.setMessage(text);
    request.setUrn(urn);
    request.setEphemeral(severity === "status");
    const client = this.clientFor(engineAddress);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- `call` binds it to the client again
    call(client.log, client, request).catch(() => log(`the engine at ${engineAddress} takes no log lines`));
  }

  /** Forgets the last lines, so that a status may be shown again in a later operation. */
  forget(urn: string): void {
    this.last.delete(`${urn} status`);
    this.last.delete(`${urn} warning`);
  }

  private clientFor(address: string): engineGrpc.EngineClient {
    let client = this.clients.get(address);
    if (client === undefined) {
      client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure(), CHANNEL_OPTIONS);
      this.clients.set(address, client);
      if (this.clients.size > 16) this.drop([...this.clients.keys()][0] ?? address);
    }
    return client;
  }

  private drop(address: string): void {
    this.clients.get(address)?.close();
    this.clients.delete(address);
  }
}

import { CHANNEL_OPTIONS, grpc, type providerGrpc } from "./proto.js";
import { withStructFields } from "./struct-fields.js";
import { nameOfUrn } from "./urn.js";

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves a provider on a free port of 127.0.0.1. */
export async function listen(
  service: typeof providerGrpc.ResourceProviderService,
  handlers: grpc.UntypedServiceImplementation,
): Promise<RunningServer> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  server.addService(withStructFields(service), handlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.forceShutdown(), 2000);
        server.tryShutdown(() => {
          clearTimeout(force);
          resolve();
        });
      }),
  };
}

/** How a provider tells of exceptions and of slow calls. */
export interface Manner {
  readonly toServiceError: (error: unknown) => Partial<grpc.StatusObject>;
  readonly log: (message: string) => void;
}

/** A unary handler: exceptions become answers, and a caller that goes away aborts the work. */
export type Unary = <Request, Response>(
  name: string,
  work: (request: Request, peer: string, signal: AbortSignal) => Response | Promise<Response>,
) => grpc.handleUnaryCall<Request, Response>;

export function unaryHandlers({ toServiceError, log }: Manner): Unary {
  return (name, work) => (call, callback) => {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort());
    const started = Date.now();
    Promise.resolve()
      .then(() => work(call.request, call.getPeer(), gone.signal))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(toServiceError(error)),
      )
      .finally(() => {
        const subject = (call.request as { getUrn?(): string }).getUrn?.();
        const took = Date.now() - started;
        if (took > 1000)
          log(`${name} ${subject === undefined || subject === "" ? "" : nameOfUrn(subject)} took ${took} ms`);
      })
      .catch(() => undefined);
  };
}

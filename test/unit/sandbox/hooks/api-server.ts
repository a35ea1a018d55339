import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { ensureCertificates } from "../../../../sandbox/cluster/certificates";
import { paths } from "../../../../sandbox/cluster/paths";
import type { HookEnvironment } from "../../../../sandbox/hooks/environment";

export interface Call {
  readonly what: string;
  readonly body: unknown;
  readonly authorization?: string;
}

export type Answer = readonly [status: number, body: unknown];

/** Plays the API server: it answers each call as the test says, and notes what it was asked. */
export class FakeApiServer {
  readonly calls: Call[] = [];
  readonly answers = new Map<string, (count: number, body: unknown) => Answer>();

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    private readonly authority: string,
  ) {
    server.on("request", (request, response) => {
      void text(request).then((content) => {
        const what = `${request.method ?? ""} ${decodeURIComponent(request.url ?? "")}`;
        const body: unknown = content === "" ? undefined : JSON.parse(content);
        const count = this.calls.filter((call) => call.what === what).length;
        this.calls.push({ what, body, authorization: request.headers.authorization });
        const [status, reply] = this.answers.get(what)?.(count, body) ?? [404, { message: `no ${what}` }];
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
      });
    });
  }

  static async start(): Promise<FakeApiServer> {
    const folder = mkdtempSync(join(tmpdir(), "runner-platform-hooks-"));
    const { apiServer, authority } = await ensureCertificates(paths(folder));
    const server = createServer({ cert: readFileSync(apiServer.certificate), key: readFileSync(apiServer.key) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FakeApiServer(server, folder, readFileSync(authority.certificate, "utf8"));
  }

  /** What was asked, without the questions for rights. */
  asked(): string[] {
    return this.calls.map(({ what }) => what).filter((what) => !what.includes("selfsubjectaccessreviews"));
  }

  environment(over: Partial<HookEnvironment> = {}): HookEnvironment {
    return {
      podName: "r7",
      namespace: "ns",
      apiServer: { host: "127.0.0.1", port: (this.server.address() as AddressInfo).port },
      token: "the-token",
      certificateAuthority: this.authority,
      useKubeScheduler: true,
      runnerImage: "runner:1",
      prepareTimeoutSeconds: 5,
      ...over,
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
    rmSync(this.folder, { recursive: true });
  }
}

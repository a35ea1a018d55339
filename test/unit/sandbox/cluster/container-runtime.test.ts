import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as grpc from "@grpc/grpc-js";

import { servesKubelet } from "../../../../sandbox/cluster/components/container-runtime";

const bytes = (message: Buffer): Buffer => message;
const method = "/runtime.v1.RuntimeService/Version";
const definition: grpc.ServiceDefinition = {
  version: {
    path: method,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};

describe("the question whether containerd serves the kubelet", () => {
  const folder = mkdtempSync(join(tmpdir(), "containerd-"));
  const servers: grpc.Server[] = [];

  after(() => {
    servers.forEach((server) => server.forceShutdown());
    rmSync(folder, { recursive: true, force: true });
  });

  function serve(name: string, version: grpc.handleUnaryCall<Buffer, Buffer>): Promise<string> {
    const server = new grpc.Server();
    servers.push(server);
    server.addService(definition, { version });
    const socket = join(folder, name);
    return new Promise((resolve, reject) => {
      server.bindAsync(`unix://${socket}`, grpc.ServerCredentials.createInsecure(), (error) =>
        error ? reject(error) : resolve(socket),
      );
    });
  }

  it("is answered with no while its runtime interface starts, which ends a kubelet", async () => {
    const socket = await serve("starting", (_, answer) =>
      answer({ code: grpc.status.UNKNOWN, details: "server is not initialized yet" }),
    );
    assert.equal(await servesKubelet(socket), false);
  });

  it("is answered with yes once it tells its version", async () => {
    const socket = await serve("ready", (_, answer) => answer(null, Buffer.from([0x0a, 0x01, 0x31])));
    assert.equal(await servesKubelet(socket), true);
  });

  it("is answered with no when nobody listens", async () => {
    assert.equal(await servesKubelet(join(folder, "nobody")), false);
  });
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { BackupError } from "../../../../apps/vault-backup/errors";
import { takeLease } from "../../../../apps/vault-backup/lease";
import { temporaryFolder } from "../../../support/temporary";
import { makeIdentity } from "./identity";
import { json } from "./stub-vault";

interface Lease {
  metadata: { resourceVersion?: string };
  spec: { holderIdentity: string };
}

describe("the Lease of a run", () => {
  const folder = temporaryFolder();
  let server: Server;
  let lease: Lease | undefined;
  let version = 0;

  beforeEach(async () => {
    const identity = await makeIdentity();
    lease = undefined;
    server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        assert.equal(request.headers.authorization, "Bearer pod-token");
        if (request.method === "GET") {
          json(response, lease ? 200 : 404, lease ?? {});
          return;
        }
        const given = JSON.parse(text) as Lease;
        const conflict = request.method === "POST" ? lease : given.metadata.resourceVersion !== String(version);
        if (conflict) {
          json(response, 409, {});
          return;
        }
        version += 1;
        lease = { ...given, metadata: { ...given.metadata, resourceVersion: String(version) } };
        json(response, request.method === "POST" ? 201 : 200, lease);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    writeFileSync(join(folder(), "ca.crt"), identity.authority);
    writeFileSync(join(folder(), "token"), "pod-token\n");
  });
  afterEach(() => void server.close());

  const take = (seconds = 1, onLost: (error: BackupError) => void = () => undefined) =>
    takeLease({
      api: { host: "127.0.0.1", port: String((server.address() as AddressInfo).port), serviceAccount: folder() },
      namespace: "vault",
      name: "vault-backup",
      signal: AbortSignal.timeout(20_000),
      log: () => undefined,
      seconds,
      onLost,
    });

  it("is made, held, and given back", async () => {
    const held = await take();
    assert.notEqual(lease?.spec.holderIdentity, "");
    await held.release();
    assert.equal(lease?.spec.holderIdentity, "");
    await (await take()).release();
  });

  it("keeps a second run out while the first is alive (18)", async () => {
    const held = await take(1);
    await assert.rejects(take(1), (error) => error instanceof BackupError && error.exitCode === 32);
    await held.release();
  });

  it("is taken from a run that is not heard of any more (19)", async () => {
    lease = { metadata: { resourceVersion: "0" }, spec: { holderIdentity: "dead" } };
    version = 0;
    await (await take(1)).release();
  });

  it("tells a run that has lost it", async () => {
    const lost = new Promise<BackupError>((resolve) => void take(0.3, resolve));
    while (!lease) await new Promise((resolve) => setTimeout(resolve, 10));
    version += 1;
    assert.equal((await lost).exitClass, "anotherRun");
  });
});

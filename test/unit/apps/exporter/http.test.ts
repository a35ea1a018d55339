import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

import { Http } from "../../../../apps/exporter/github/http";

describe("the exporter's requests", () => {
  const http = new Http({ timeoutMs: 500, mostConnections: 2 });
  const connects: string[] = [];
  let server: Server;
  let address = "";
  before(async () => {
    server = createServer((request, response) => {
      if (request.url === "/zipped") response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("[1]"));
      if (request.url === "/cut") {
        response.writeHead(200, { "content-length": "100" }).write("[");
        setImmediate(() => response.destroy());
      }
      // anything else is never answered
    });
    server.on("connect", (request, socket) => {
      connects.push(request.url ?? "");
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    http.close();
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => {
    delete process.env["HTTPS_PROXY"];
    delete process.env["NO_PROXY"];
  });
  const get = (url: string) => http.send({ url: new URL(url), headers: { authorization: "Bearer secret" } });

  it("unpack what comes packed", async () => {
    const { status, text } = await get(`${address}/zipped`);
    assert.deepEqual([status, text], [200, "[1]"]);
  });

  const failures = [
    ["/slow?page=2", "GET /slow: no answer within 0.5 s"],
    ["/cut", "GET /cut: the connection broke off"],
  ] as const;
  for (const [path, message] of failures) {
    it(`fail with "${message}", and tell no secret`, () => assert.rejects(get(`${address}${path}`), { message }));
  }

  it("go through the proxy of the environment, or past it", async () => {
    process.env["HTTPS_PROXY"] = address;
    process.env["NO_PROXY"] = "github.local.invalid";
    assert.equal((await get("https://api.github.invalid/rate_limit")).status, 407, "as the proxy said");
    assert.deepEqual(connects, ["api.github.invalid:443"]);
    await assert.rejects(get("https://github.local.invalid/rate_limit"), /ENOTFOUND|EAI_AGAIN|no answer/);
    assert.equal(connects.length, 1);
  });
});

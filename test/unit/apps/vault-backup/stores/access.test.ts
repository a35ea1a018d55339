import "reflect-metadata";

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";

import { backUp, openStore } from "../../../../../apps/vault-backup/stores";
import { S3Server } from "../../../../support/s3/server";
import { dayMs, options, snapshotIn, stage, storeAt } from "./support";

async function keyPair(validUntil: Date): Promise<{ cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: "CN=store",
      notBefore: new Date("2020-01-01"),
      notAfter: validUntil,
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
    },
    webcrypto,
  );
  const key = PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { cert: PemConverter.encode(made.rawData, "CERTIFICATE"), key };
}

describe("access to a store", () => {
  const on = stage();
  const run = (config = {}) => backUp(storeAt(on, config, "md5", 1), snapshotIn(on.folder, 10), options(on.log));

  /** A run against a TLS server with the given certificate, trusting what is in `trusted`. */
  async function overTls(pair: { cert: string; key: string }, trusted?: string) {
    const server = await S3Server.start(pair);
    const caFile = join(on.folder, "ca.crt");
    if (trusted !== undefined) writeFileSync(caFile, trusted);
    try {
      return { outcome: await run({ endpoint: server.endpoint, ...(trusted !== undefined && { caFile }) }), server };
    } finally {
      await server.close();
    }
  }

  it("is over TLS with the authority from a file", async () => {
    const pair = await keyPair(new Date(Date.now() + dayMs));
    assert.equal((await overTls(pair, pair.cert)).outcome.status, "complete");
  });

  it("is refused with an expired certificate, and nothing is sent (row 22)", async () => {
    const pair = await keyPair(new Date(Date.now() - dayMs));
    const { outcome, server } = await overTls(pair, pair.cert);
    assert.equal(outcome.error?.class, "tls");
    assert.match(outcome.error.message, /expired.*renew it/);
    assert.equal(server.requests.length, 0);
  });

  it("is refused with another authority, or with none (row 22)", async () => {
    const [pair, another] = [await keyPair(new Date(Date.now() + dayMs)), await keyPair(new Date(Date.now() + dayMs))];
    for (const trusted of [another.cert, undefined]) {
      const { outcome, server } = await overTls(pair, trusted);
      assert.deepEqual([outcome.error?.class, server.requests.length], ["tls", 0]);
    }
  });

  it("is refused before any request when the authority's file is missing", () => {
    assert.throws(
      () => openStore({ ...storeAt(on).config, caFile: "/nowhere/ca.crt" }, on.log),
      /cannot read \/nowhere/,
    );
  });

  it("needs the files with the access key, and names the one that is missing", async () => {
    rmSync(join(on.folder, "secret"));
    const { error } = await run();
    assert.equal(error?.class, "credentials");
    assert.match(error.message, /first: cannot read .*secret; fix: mount the Secret/);
  });

  it("names the class of refused credentials, missing buckets and clocks that are too far off (row 15)", async () => {
    const codes = { InvalidAccessKeyId: "credentials", NoSuchBucket: "no-bucket", RequestTimeTooSkewed: "clock-skew" };
    for (const [code, expected] of Object.entries(codes)) {
      on.server.fault = () => ({ kind: "error", status: 403, code });
      assert.equal((await run()).error?.class, expected);
    }
  });

  describe("by web identity", () => {
    let sts: Server;
    let tokens: string[] = [];
    let refuse = false;

    beforeEach(async () => {
      [tokens, refuse] = [[], false];
      sts = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          tokens.push(new URLSearchParams(body).get("WebIdentityToken") ?? "");
          // What is about to expire is asked for anew at every request.
          const expires = new Date(Date.now() + 1000).toISOString();
          const credentials = `<AccessKeyId>AKIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expires}</Expiration>`;
          const answer = `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>${credentials}</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;
          const refusal =
            "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>no such issuer</Message></Error></ErrorResponse>";
          response.writeHead(refuse ? 400 : 200, { "content-type": "text/xml" }).end(refuse ? refusal : answer);
        });
      });
      sts.listen(0, "127.0.0.1");
      await once(sts, "listening");
    });
    afterEach(() => {
      sts.closeAllConnections();
      sts.close();
    });

    const identity = () => ({
      credentials: {
        kind: "webIdentity",
        roleArn: "arn:aws:iam::111122223333:role/backup",
        tokenFile: join(on.folder, "token"),
        stsEndpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      } as const,
    });

    it("reads the token again when it has rotated during an upload (row 29)", async () => {
      writeFileSync(join(on.folder, "token"), "token-of-before");
      on.server.fault = ({ operation }) => {
        if (operation === "UploadPart") writeFileSync(join(on.folder, "token"), "token-of-after");
        return undefined;
      };
      const snapshot = snapshotIn(on.folder, 20 * 1024 * 1024);
      const outcome = await backUp(storeAt(on, identity()), snapshot, options(on.log));
      assert.equal(outcome.status, "complete", outcome.error?.message);
      assert.deepEqual([...new Set(tokens)], ["token-of-before", "token-of-after"]);
      assert.ok(!`${JSON.stringify(outcome)}${on.lines.join()}`.includes("token-of"));
    });

    it("says what is refused", async () => {
      writeFileSync(join(on.folder, "token"), "token-of-before");
      refuse = true;
      const { error } = await run(identity());
      assert.equal(error?.class, "credentials");
      assert.match(error.message, /InvalidIdentityTokenException: no such issuer.*check the key or role/);
    });
  });
});

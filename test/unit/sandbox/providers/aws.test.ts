import assert from "node:assert/strict";

import { serve } from "../../../../sandbox/providers/aws/server.js";
import type { RunningServer } from "../../../../sandbox/providers/shared/frame.js";
import { call, grpc, provider, providerGrpc, Struct } from "../../../../sandbox/providers/shared/proto.js";
import {
  decode,
  encode,
  isSecret,
  secret,
  UNKNOWN,
  type PropertyMap,
} from "../../../../sandbox/providers/shared/values.js";

const urn = "urn:pulumi:eks::p::aws:iam/role:Role::role";
const advice = "Use the real plugin (pulumi plugin install resource aws) with credentials of the account";

/* eslint-disable @typescript-eslint/unbound-method -- `call` binds the methods to the client again */
describe("the aws provider of previews", () => {
  let server: RunningServer;
  let client: providerGrpc.ResourceProviderClient;
  before(async () => {
    server = await serve(() => undefined);
    client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  async function created(inputs: PropertyMap, preview: boolean): Promise<PropertyMap> {
    const request = new provider.CreateRequest();
    request.setUrn(urn);
    request.setPreview(preview);
    request.setProperties(encode(inputs));
    return decode((await call(client.create, client, request)).getProperties());
  }

  it("echoes inputs, with id and ARN unknown and secrets kept", async () => {
    const { password, ...others } = await created({ name: "ci", password: secret("x") }, true);
    assert.deepEqual(others, { name: "ci", id: UNKNOWN, arn: UNKNOWN });
    assert.ok(isSecret(password));
  });

  it("checks nothing", async () => {
    const request = new provider.CheckRequest();
    request.setUrn(urn);
    request.setNews(encode({ name: 5 }));
    const answer = await call(client.check, client, request);
    assert.deepEqual(answer.getFailuresList(), []);
    assert.deepEqual(decode(answer.getInputs()), { name: 5 });
  });

  const refused = (what: string) => (error: grpc.ServiceError) => {
    assert.equal(
      error.details,
      `the offline aws provider only echoes what a preview would create: it cannot ${what}. ${advice}`,
    );
    return true;
  };

  it("refuses to create", () => assert.rejects(created({}, false), refused("create aws:iam/role:Role")));

  it("refuses to look anything up", async () => {
    const request = new provider.InvokeRequest();
    request.setTok("aws:index/getCallerIdentity:getCallerIdentity");
    request.setArgs(new Struct());
    await assert.rejects(
      call(client.invoke, client, request),
      refused("call aws:index/getCallerIdentity:getCallerIdentity"),
    );
  });

  it("refuses to read, compare, update and delete", async () => {
    const named = <T extends { setUrn(value: string): void }>(request: T): T => {
      request.setUrn(urn);
      return request;
    };
    await assert.rejects(
      call(client.read, client, named(new provider.ReadRequest())),
      refused("read aws:iam/role:Role"),
    );
    await assert.rejects(
      call(client.diff, client, named(new provider.DiffRequest())),
      refused("compare aws:iam/role:Role with an earlier deployment"),
    );
    await assert.rejects(
      call(client.update, client, named(new provider.UpdateRequest())),
      refused("update aws:iam/role:Role"),
    );
    await assert.rejects(
      call(client.delete, client, named(new provider.DeleteRequest())),
      refused("delete aws:iam/role:Role"),
    );
  });
});

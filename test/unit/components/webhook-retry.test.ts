import assert from "node:assert/strict";

import { webhookIsStarting } from "../../../components/webhook-retry";

describe("webhookIsStarting", () => {
  const starting = [
    [
      "of the older kinds does not listen",
      'Internal error occurred: failed calling webhook "mutate.runnerdeployment.actions.summerwind.dev": failed to call webhook: connection refused',
    ],
    [
      "of cert-manager has no pod that is ready",
      'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": no endpoints available for service "cert-manager-webhook"',
    ],
    [
      "of cert-manager is not trusted yet",
      'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ],
  ] as const;

  for (const [what, message] of starting) {
    it(`repeats while the webhook ${what}, for 80 attempts`, () => {
      assert.equal(webhookIsStarting({ errors: [message] }), true);
      assert.equal(webhookIsStarting({ errors: Array.from({ length: 79 }, () => message) }), true);
      assert.equal(webhookIsStarting({ errors: Array.from({ length: 80 }, () => message) }), false);
    });
  }

  it("repeats nothing that the webhook itself refused, nor what another webhook did", () => {
    const denied = 'admission webhook "webhook.cert-manager.io" denied the request: spec.dnsNames: Required value';
    assert.equal(webhookIsStarting({ errors: [denied, starting[1][1]] }), false);
    assert.equal(webhookIsStarting({ errors: ['failed calling webhook "policy.example.com"'] }), false);
    assert.equal(
      webhookIsStarting({ errors: ['failed calling webhook "webhook.cert-manager.io.example.com"'] }),
      false,
    );
    assert.equal(webhookIsStarting({ errors: [] }), false);
  });
});

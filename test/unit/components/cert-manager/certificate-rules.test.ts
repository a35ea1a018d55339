import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { certificateRules } from "../../../../components/cert-manager/certificate-rules";
import { promqlErrors } from "../observability/promql";

const runbooks = join(__dirname, "../../../../docs/runbooks");

function rules(runbookBaseUrl?: string) {
  const { groups } = certificateRules({ namespace: "cert-manager", monitor: "cert-manager-metrics", runbookBaseUrl });
  return groups.flatMap((group) => group.rules);
}

describe("certificateRules", () => {
  const job = 'job="cert-manager/cert-manager-metrics"';
  const end = `certmanager_certificate_expiration_timestamp_seconds{${job}}`;
  const renewal = `certmanager_certificate_renewal_timestamp_seconds{${job}}`;

  it("speak of metrics that are missing, certificates that are not ready, and such as end soon", () => {
    assert.deepEqual(
      rules().map(({ alert, labels, expr, for: wait }) => `${alert} ${labels.severity} ${wait}: ${expr}`),
      [
        `CertManagerMetricsMissing warning 15m: absent(up{${job}} == 1)`,
        `CertificateNotReady warning 15m: max by (namespace, name) (certmanager_certificate_ready_status{${job},condition!="True"}) == 1`,
        `CertificateExpiresSoon critical 5m: max by (namespace, name) (time() - ${renewal} > (${end} - ${renewal}) / 2 and ${renewal} > 0)`,
      ],
    );
  });

  it("are expressions that Prometheus can read", () => {
    for (const { alert, expr } of rules()) assert.deepEqual(promqlErrors(expr), [], alert);
  });

  it("point at runbooks that exist, where there is an address", () => {
    for (const { alert, annotations } of rules("https://git.example.com/runbooks/")) {
      assert.equal(annotations.runbook_url, `https://git.example.com/runbooks/${alert}.md`);
      const text = readFileSync(join(runbooks, `${alert}.md`), "utf8");
      assert.match(text, new RegExp(`^# ${alert}\\n\\n## What it means\\n[^]+\\n## What to do\\n`));
    }
    assert.ok(rules().every(({ annotations }) => annotations.runbook_url === undefined));
  });
});

import { certificateRules } from "../../components/cert-manager/certificate-rules";
import { type AlertCase, type Series, testAlerts } from "./support/alert-cases";

const rules = certificateRules({
  namespace: "cert-manager",
  monitor: "cert-manager-metrics",
  runbookBaseUrl: "https://git.example.com/runbooks",
});

const labels = 'job="cert-manager/cert-manager-metrics",namespace="vault",name="vault-tls"';
const up = 'up{job="cert-manager/cert-manager-metrics",namespace="cert-manager",pod="c-1"}';
const ready = (condition: string): string => `certmanager_certificate_ready_status{${labels},condition="${condition}"}`;
const time = (of: "expiration" | "renewal"): string => `certmanager_certificate_${of}_timestamp_seconds{${labels}}`;

/** One certificate. The clock of these tests begins at 0, so it is to be renewed after 60 minutes and ends after 120. */
const healthy: Series = {
  [up]: "1x180",
  [ready("True")]: "1x180",
  [ready("False")]: "0x180",
  [ready("Unknown")]: "0x180",
  [time("renewal")]: "3600x180",
  [time("expiration")]: "7200x180",
};

const cases: readonly AlertCase[] = [
  { name: "nothing while all is well", series: {}, at: 59, fires: [] },
  { name: "nothing for a renewal that is a little late", series: {}, at: 85, fires: [] },
  {
    name: "a certificate that was not renewed in half of the time left for it",
    series: {},
    at: 96,
    fires: ["CertificateExpiresSoon critical"],
  },
  {
    name: "nothing about the end of one that was renewed in time",
    series: { [time("renewal")]: "3600x60 10800x120", [time("expiration")]: "7200x60 14400x120" },
    at: 120,
    fires: [],
  },
  {
    name: "a certificate that was never issued as not ready, and no end of it",
    series: {
      [ready("True")]: "0x180",
      [ready("False")]: "1x180",
      [time("renewal")]: "0x180",
      [time("expiration")]: "0x180",
    },
    at: 120,
    fires: ["CertificateNotReady warning"],
  },
  {
    name: "silence of cert-manager",
    series: { [up]: "0x180" },
    at: 16,
    fires: ["CertManagerMetricsMissing warning"],
  },
];

describe("the alerts about certificates, as Prometheus evaluates them,", () => {
  testAlerts({ rules, count: 3, healthy, cases, fault: { series: { [up]: "0x180" }, at: 20 } });
});

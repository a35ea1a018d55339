import { type Alert, type AlertRule, renderAlert } from "../observability/runner-rules";

export interface CertificateRulesArgs {
  /** Namespace of cert-manager, where it is scraped. */
  readonly namespace: string;
  /** Name of the PodMonitor. */
  readonly monitor: string;
  /** Address of the folder with the runbooks. @default alerts name no runbook */
  readonly runbookBaseUrl?: string;
}

/**
 * Alerts about certificates, all of the cluster's: cert-manager exports them together. When a certificate "expires soon" follows from its own
 * times and not from a number of days, since some live for an hour and some for years: half of the time between planned renewal and end is gone.
 * Both times are 0 until a certificate is issued for the first time.
 */
export function certificateRules(args: CertificateRulesArgs): {
  readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[];
} {
  const job = `job="${args.namespace}/${args.monitor}"`;
  const certificate = "{{ $labels.namespace }}/{{ $labels.name }}";
  const end = `certmanager_certificate_expiration_timestamp_seconds{${job}}`;
  const renewal = `certmanager_certificate_renewal_timestamp_seconds{${job}}`;
  const alerts: readonly Alert[] = [
    {
      alert: "CertManagerMetricsMissing",
      expr: `absent(up{${job}} == 1)`,
      for: "15m",
      severity: "warning",
      summary: "No metrics from cert-manager",
      description: `Prometheus has reached no controller of cert-manager in ${args.namespace} for 15 minutes. Certificates may not be renewed, and the alerts about them are blind.`,
    },
    {
      alert: "CertificateNotReady",
      expr: `max by (namespace, name) (certmanager_certificate_ready_status{${job},condition!="True"}) == 1`,
      for: "15m",
      severity: "warning",
      summary: `Certificate ${certificate} is not ready`,
      description: `cert-manager has not been able to issue certificate ${certificate} for 15 minutes, or what its Secret holds does not fit.`,
    },
    {
      alert: "CertificateExpiresSoon",
      expr: `max by (namespace, name) (time() - ${renewal} > (${end} - ${renewal}) / 2 and ${renewal} > 0)`,
      for: "5m",
      severity: "critical",
      summary: `Certificate ${certificate} expires soon`,
      description: `Certificate ${certificate} should have been renewed, and half of the time from then to its end is gone: whoever serves it stops being trusted at that end.`,
    },
  ];
  return {
    groups: [
      { name: "runner-platform-certificates", rules: alerts.map((alert) => renderAlert(alert, args.runbookBaseUrl)) },
    ],
  };
}

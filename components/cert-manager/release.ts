/** What one line of cert-manager's releases can do, as far as this platform uses it. Each was looked up in the chart and definitions named. */
export interface CertManagerRelease {
  readonly version: string;
  /** How the chart is told to bring its definitions: `crds.enabled` with `crds.keep`, or `installCRDs`. */
  readonly definitions: "crds" | "installCRDs";
  /** The chart narrows what cert-manager approves by itself (`approveSignerNames`). */
  readonly approver: boolean;
  /** Issuers log in to Vault and Route 53 by a ServiceAccount's short-lived token (`serviceAccountRef`). */
  readonly serviceAccountLogin: boolean;
  /** The HTTP-01 solver takes `ingressClassName`. */
  readonly ingressClassName: boolean;
}

/** For messages. */
export const supportedCertManagers = "1.21.x or 1.11.x: charts and definitions of other lines have not been looked at";

const lines: Readonly<Record<string, Omit<CertManagerRelease, "version">>> = {
  // deploy/charts/cert-manager and deploy/crds of 1.21.2.
  "1.21": { definitions: "crds", approver: true, serviceAccountLogin: true, ingressClassName: true },
  // The same folders of 1.11.5, the newest release whose programs the sandbox can build.
  "1.11": { definitions: "installCRDs", approver: false, serviceAccountLogin: false, ingressClassName: false },
};

/** The release with this number; `undefined` when its line is not served. */
export function certManagerRelease(version: string): CertManagerRelease | undefined {
  const line = /^(\d+\.\d+)\.\d+$/.exec(version)?.[1];
  const known = line !== undefined && Object.hasOwn(lines, line) ? lines[line] : undefined;
  return known && { version, ...known };
}

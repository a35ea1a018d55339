import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { certManagerGroup, type IssuerRef, leafCertificateSpec } from "../cert-manager/issuer-specs";
import { certificateNames, serverNames } from "./server-names";
import type { VaultCluster, VaultClusterArgs } from "./vault-cluster";

/** By whom a certificate is issued, and for how long. */
export interface CertificateTls {
  readonly issuer: IssuerRef;
  readonly duration: string;
  readonly renewBefore: string;
  /** Repeats operations while cert-manager's webhook starts. @default none */
  readonly retry?: pulumi.ErrorHook;
}

export interface TlsCertificateArgs {
  /** Of the certificate, too. */
  readonly secretName: string;
  readonly namespace: string;
  readonly dnsNames: readonly string[];
  /** At most 64 characters. A login by certificate calls its holder so, and refuses one without. @default none */
  readonly commonName?: string;
  readonly tls: CertificateTls;
}

/**
 * One certificate for all servers. They are clients of each other too, when they join and when a standby hands a request on.
 *
 * The port between servers does not use it: Vault has certificates of its own there.
 */
export function createCertificate(
  parent: VaultCluster,
  name: string,
  { serverName, namespace, tls }: VaultClusterArgs,
): k8s.apiextensions.CustomResource {
  const dnsNames = certificateNames({ name: serverName, namespace }, tls.names);
  const { tlsSecret: secretName } = serverNames(serverName);
  return createTlsCertificate(`${name}-certificate`, { secretName, namespace, dnsNames, tls }, parent);
}

/** A certificate for servers and clients, for 127.0.0.1 as well. Pulumi waits until it is issued. */
export function createTlsCertificate(
  name: string,
  { secretName, namespace, dnsNames, commonName, tls }: TlsCertificateArgs,
  parent: pulumi.Resource,
): k8s.apiextensions.CustomResource {
  const { issuer, duration, renewBefore, retry } = tls;
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: `${certManagerGroup}/v1`,
      kind: "Certificate",
      metadata: {
        name: secretName,
        namespace,
        annotations: { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "300" },
      },
      spec: {
        ...leafCertificateSpec({
          secretName,
          issuer,
          dnsNames,
          duration,
          renewBefore,
          usages: ["server auth", "client auth"],
        }),
        ...(commonName !== undefined && { commonName }),
        ipAddresses: ["127.0.0.1"],
      },
    },
    { parent, ...(retry && { hooks: { onError: [retry] } }) },
  );
}

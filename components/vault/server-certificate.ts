import * as k8s from "@pulumi/kubernetes";

import { certManagerGroup, leafCertificateSpec } from "../cert-manager/issuer-specs";
import { certificateNames, serverNames } from "./server-names";
import type { VaultCluster, VaultClusterArgs } from "./vault-cluster";

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
  const { tlsSecret } = serverNames(serverName);
  return new k8s.apiextensions.CustomResource(
    `${name}-certificate`,
    {
      apiVersion: `${certManagerGroup}/v1`,
      kind: "Certificate",
      metadata: {
        name: tlsSecret,
        namespace,
        annotations: { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "300" },
      },
      spec: {
        ...leafCertificateSpec({
          secretName: tlsSecret,
          issuer: tls.issuer,
          dnsNames: certificateNames({ name: serverName, namespace }, tls.names),
          duration: tls.duration,
          renewBefore: tls.renewBefore,
          usages: ["server auth", "client auth"],
        }),
        ipAddresses: ["127.0.0.1"],
      },
    },
    { parent, ...(tls.retry && { hooks: { onError: [tls.retry] } }) },
  );
}

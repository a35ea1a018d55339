import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { createCephObject } from "./ceph-object";
import { externalClusterSpec } from "./ceph-specs";
import { csiSecretNames, type ExternalCeph as Handover, parseExternalCeph } from "./external-ceph-input";

export interface ExternalCephArgs {
  /** Namespace of the operator. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the cluster in Rook's records; the namespace's own, as Rook's import script has it. */
  readonly clusterName: string;
  /** What `create-external-cluster-resources.py --format json` printed on the Ceph side. A secret. */
  readonly handover: pulumi.Output<string>;
  /** Where the cluster's manager serves metrics. @default not scraped */
  readonly metrics?: { readonly address: string; readonly port: number };
  readonly protect: boolean;
}

/**
 * A Ceph cluster that runs elsewhere: the Secrets and the ConfigMap that Rook's script `import-external-cluster.sh` would make, and the
 * CephCluster that stands for it. Pools and file system are the other side's.
 *
 * ```ts
 * new ExternalCeph("ceph", { namespace: "rook-ceph", clusterName: "rook-ceph", handover: secrets.externalCeph, protect: true });
 * ```
 */
export class ExternalCeph extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly monitorSecret: k8s.core.v1.Secret;
    readonly csiSecrets: readonly k8s.core.v1.Secret[];
    readonly monitorEndpoints: k8s.core.v1.ConfigMap;
    readonly cluster: k8s.apiextensions.CustomResource;
  };

  public constructor(name: string, args: ExternalCephArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:ExternalCeph", name, { clusterName: args.clusterName }, opts);

    const handover = pulumi.secret(args.handover).apply(parseExternalCeph);
    const csiSecrets = csiSecretNames.map((secret) =>
      createSecret(
        this,
        name,
        args,
        secret,
        handover.apply(({ csi }): Record<string, string> => ({ ...csi[secret] })),
      ),
    );
    const monitorSecret = createSecret(this, name, args, "rook-ceph-mon", monitorData(handover, args.clusterName));
    // Rook looks for the drivers' secrets as soon as it knows monitors.
    const monitorEndpoints = createMonitorEndpoints(this, name, args, handover, [...csiSecrets, monitorSecret]);
    const cluster = createCephObject(
      `${name}-cluster`,
      {
        kind: "CephCluster",
        name: "rook-ceph-external",
        namespace: args.namespace,
        spec: externalClusterSpec(args.metrics),
        phase: "Connected",
        protect: args.protect,
      },
      { parent: this, dependsOn: [monitorEndpoints] },
    );

    this.nodes = { monitorSecret, csiSecrets, monitorEndpoints, cluster };
    this.registerOutputs({});
  }
}

/** Rook writes to these objects too: newly found monitors, rotated keys. What is given here has the last word. */
const annotations = { "pulumi.com/patchForce": "true" };

function createSecret(
  parent: ExternalCeph,
  name: string,
  { namespace }: ExternalCephArgs,
  secret: string,
  stringData: pulumi.Output<Record<string, string>>,
): k8s.core.v1.Secret {
  return new k8s.core.v1.Secret(
    `${name}-${secret}`,
    { metadata: { name: secret, namespace, annotations }, type: "kubernetes.io/rook", stringData },
    { parent },
  );
}

/** `admin-secret` and `mon-secret` are words, not keys: they tell Rook that it has neither, and uses the user below. */
function monitorData(handover: pulumi.Output<Handover>, clusterName: string): pulumi.Output<Record<string, string>> {
  return handover.apply(({ fsid, operator }): Record<string, string> => ({
    "cluster-name": clusterName,
    fsid,
    "admin-secret": "admin-secret",
    "mon-secret": "mon-secret",
    "ceph-username": operator.userID,
    "ceph-secret": operator.userKey,
  }));
}

function createMonitorEndpoints(
  parent: ExternalCeph,
  name: string,
  { namespace }: ExternalCephArgs,
  handover: pulumi.Output<Handover>,
  dependsOn: pulumi.Resource[],
): k8s.core.v1.ConfigMap {
  // Addresses are no secrets, and a ConfigMap must not hold any.
  const data = pulumi.unsecret(
    handover.apply(({ monitors, maxMonitorId }) => ({ data: monitors, mapping: "{}", maxMonId: maxMonitorId })),
  );
  return new k8s.core.v1.ConfigMap(
    `${name}-monitor-endpoints`,
    { metadata: { name: "rook-ceph-mon-endpoints", namespace, annotations }, data },
    { parent, dependsOn },
  );
}

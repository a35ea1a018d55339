import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { serverLabels, serverNames } from "./server-names";
import { skipAwait } from "./server-objects";
import { serverPodTemplate, type ServerPodArgs } from "./server-pod";
import { unsealConfig } from "./unseal-config";
import type { VaultCluster, VaultClusterArgs } from "./vault-cluster";

/**
 * How long a server has to be ready before the next one is replaced: autopilot makes it a voter after 10 seconds, and without its vote the
 * next one that stops could leave no majority.
 */
const stableSeconds = 20;

/**
 * The servers. All start at once: a lone first one has no majority, hence is never ready, and the others would wait for it for ever after a
 * power cut. Volumes outlive everything here, by policy of the set and by their class.
 *
 * @param contents what the pods' ConfigMaps hold: another content makes another revision.
 */
export function createStatefulSet(
  parent: VaultCluster,
  name: string,
  args: VaultClusterArgs,
  contents: readonly string[],
  dependsOn: pulumi.Resource[],
): k8s.apps.v1.StatefulSet {
  const { serverName, namespace, replicas, updates, protect = false } = args;
  const labels = serverLabels(serverName);
  return new k8s.apps.v1.StatefulSet(
    `${name}-servers`,
    {
      metadata: { name: serverName, namespace, labels, annotations: { ...skipAwait } },
      spec: {
        replicas,
        serviceName: serverNames(serverName).internal,
        podManagementPolicy: "Parallel",
        updateStrategy: { type: updates === "rolling" ? "RollingUpdate" : "OnDelete" },
        minReadySeconds: stableSeconds,
        revisionHistoryLimit: 5,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: labels },
        template: podTemplate(args, contents),
        volumeClaimTemplates: [claim("data", args), claim("audit", args)],
      },
    },
    { parent, dependsOn, ...(protect && { protect: true }) },
  );
}

function podTemplate(
  args: VaultClusterArgs,
  contents: readonly string[],
): pulumi.Output<k8s.types.input.core.v1.PodTemplateSpec> {
  const { unsealer, ...own } = args;
  const { serverName, nodeImage, imagePullPolicy, release, unseal, auditRotation } = args;
  const program = (codeConfigMap: string) => ({ image: nodeImage, imagePullPolicy, codeConfigMap });
  const plain: ServerPodArgs = {
    ...own,
    name: serverName,
    contents,
    unseal: unsealConfig(unseal, release),
    toolVariables: unseal.method !== "transit",
    ...(!release.reloadsCertificates && { reloader: program(serverNames(serverName).reloader) }),
    ...(auditRotation && { rotator: { ...program(serverNames(serverName).rotator), ...auditRotation } }),
  };
  const template = pulumi
    .output(unsealer?.codeConfigMap)
    .apply((code) => serverPodTemplate({ ...plain, ...(code !== undefined && { unsealer: program(code) }) }));
  // Plain data of our own types; the SDK's types are mutable and wrap every field in Input.
  return template as pulumi.Output<unknown> as pulumi.Output<k8s.types.input.core.v1.PodTemplateSpec>;
}

function claim(name: "data" | "audit", { storage, serverName }: VaultClusterArgs) {
  return {
    metadata: { name, labels: serverLabels(serverName) },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(storage.className !== undefined && { storageClassName: storage.className }),
      resources: { requests: { storage: storage[name] } },
    },
  };
}

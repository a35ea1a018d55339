import { createHash } from "node:crypto";

import type { EnvVar, PodSecurityContext, Resources, Toleration } from "../pod";
import { restrictedSecurityContext } from "../pod";
import { serverConfigFile, serverFolders } from "./server-config";
import { podHost, serverLabels, serverNames, type ServerPlace, vaultPorts } from "./server-names";
import type { ServerRelease } from "./server-release";
import {
  type AuditRotation,
  reloaderContainer,
  rotatorContainer,
  type SideCarImage,
  unsealerContainer,
} from "./server-side-cars";
import type { SecretVariable, UnsealConfig } from "./unseal-config";

export interface ServerPodArgs extends ServerPlace {
  readonly release: ServerRelease;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  /** Configuration and programs in ConfigMaps: their checksum makes a change of them a new revision of the pods. */
  readonly contents: readonly string[];
  readonly unseal: UnsealConfig;
  /** Whether variables for the command line tool may be set: the transit seal reads the same ones. */
  readonly toolVariables: boolean;
  readonly antiAffinity: "required" | "preferred";
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly pullSecret?: string;
  /** Kubernetes `major.minor`; since 1.30 it can sleep by itself before it ends a container. */
  readonly kubernetesVersion: string;
  /** Side-car that lets servers load a renewed certificate. @default none: they look by themselves */
  readonly reloader?: SideCarImage;
  /** Side-car that keeps the audit log small. @default none: there is no such file */
  readonly rotator?: SideCarImage & AuditRotation;
  /** Side-car that unseals from shares in a Secret. @default none */
  readonly unsealer?: SideCarImage;
}

/** User and group of the servers' images. */
export const serverUser = { runAsUser: 100, runAsGroup: 1000 } as const;

/** All containers of the pod have them: a signal reaches only processes of the same user. */
const podSecurityContext: PodSecurityContext & { readonly fsGroupChangePolicy: string } = {
  runAsNonRoot: true,
  ...serverUser,
  fsGroup: serverUser.runAsGroup,
  // Volumes with years of data must not be walked through at every start.
  fsGroupChangePolicy: "OnRootMismatch",
  seccompProfile: { type: "RuntimeDefault" },
};

/** Annotation by which a changed configuration becomes visible in the pod template. */
export const configChecksumAnnotation = "runner-platform/config-checksum";

/** Seconds for which a pod that is to end is kept out of Services before its server hears of it. */
const drainSeconds = 5;

const folders = {
  config: "/vault/config",
  temporary: "/tmp",
  account: "/var/run/secrets/kubernetes.io/serviceaccount",
};

/** A server that waits for its key is ready for nothing, and all the same alive. */
export const healthPaths = {
  ready: "/v1/sys/health?standbyok=true&perfstandbyok=true",
  alive:
    "/v1/sys/health?standbyok=true&perfstandbyok=true&sealedcode=204&uninitcode=204&haunhealthycode=204&removedcode=204",
} as const;

/** The pod template of the servers. */
export function serverPodTemplate(args: ServerPodArgs) {
  const { name, contents, reloader, rotator, unsealer, antiAffinity } = args;
  const labels = serverLabels(name);
  return {
    metadata: {
      labels,
      annotations: {
        [configChecksumAnnotation]: createHash("sha256").update(JSON.stringify(contents)).digest("hex"),
        // The role in AWS is the server's alone.
        ...((reloader ?? rotator ?? unsealer) && {
          "eks.amazonaws.com/skip-containers": "tls-reload,audit-rotate,unseal",
        }),
      },
    },
    spec: {
      serviceAccountName: serverNames(name).serviceAccount,
      // The token is a volume of the server's, not of every container.
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...((reloader ?? rotator) && { shareProcessNamespace: true }),
      securityContext: podSecurityContext,
      terminationGracePeriodSeconds: 60,
      ...(args.pullSecret !== undefined && { imagePullSecrets: [{ name: args.pullSecret }] }),
      ...(args.nodeSelector && { nodeSelector: args.nodeSelector }),
      ...(args.tolerations && { tolerations: args.tolerations }),
      affinity: { podAntiAffinity: apart(antiAffinity, labels) },
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          // A zone that is down must not keep the others from taking over.
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: labels },
        },
      ],
      containers: [
        serverContainer(args),
        ...(reloader ? [reloaderContainer(reloader, args.release.program)] : []),
        ...(rotator ? [rotatorContainer(rotator, args.release.program)] : []),
        ...(unsealer ? [unsealerContainer(unsealer)] : []),
      ],
      volumes: volumes(args),
    },
  };
}

function apart(antiAffinity: ServerPodArgs["antiAffinity"], matchLabels: Readonly<Record<string, string>>) {
  const term = { labelSelector: { matchLabels }, topologyKey: "kubernetes.io/hostname" };
  return antiAffinity === "required"
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
}

function serverContainer(args: ServerPodArgs) {
  const { release, unseal } = args;
  const probe = (path: string) => ({ httpGet: { path, port: "https", scheme: "HTTPS" }, timeoutSeconds: 5 });
  return {
    name: "vault",
    image: args.image,
    imagePullPolicy: args.imagePullPolicy,
    // The program itself: the images' start scripts change owners and capabilities, which nobody may here.
    command: [release.program, "server", `-config=${folders.config}/${serverConfigFile}`],
    env: [...serverVariables(args), ...unseal.env],
    ports: [
      { name: "https", containerPort: vaultPorts.api },
      { name: "cluster", containerPort: vaultPorts.cluster },
      { name: "metrics", containerPort: vaultPorts.metrics },
    ],
    readinessProbe: { ...probe(healthPaths.ready), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...probe(healthPaths.alive), initialDelaySeconds: 60, periodSeconds: 10, failureThreshold: 6 },
    lifecycle: { preStop: drain(args.kubernetesVersion) },
    resources: args.resources,
    securityContext: restrictedSecurityContext,
    volumeMounts: [
      { name: "config", mountPath: folders.config, readOnly: true },
      { name: "tls", mountPath: serverFolders.tls, readOnly: true },
      { name: "data", mountPath: serverFolders.data },
      { name: "audit", mountPath: serverFolders.audit },
      { name: "temporary", mountPath: folders.temporary },
      { name: "account", mountPath: folders.account, readOnly: true },
      ...unseal.mounts.map(({ volume, folder }) => ({ name: volume, mountPath: folder, readOnly: true })),
    ],
  };
}

/**
 * What differs from server to server. The address that clients are sent to is the name of the pod: addresses of pods are in no certificate, and
 * both snapshots and clients of standbys are redirected there.
 */
export function serverVariables(
  args: Pick<ServerPodArgs, "name" | "namespace" | "release" | "toolVariables">,
): EnvVar[] {
  const { variablePrefix: prefix } = args.release;
  const field = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  const host = podHost(args, "$(POD_NAME)");
  return [
    field("POD_NAME", "metadata.name"),
    field(`${prefix}_K8S_POD_NAME`, "metadata.name"),
    field(`${prefix}_K8S_NAMESPACE`, "metadata.namespace"),
    { name: `${prefix}_RAFT_NODE_ID`, value: "$(POD_NAME)" },
    { name: `${prefix}_API_ADDR`, value: `https://${host}:${vaultPorts.api}` },
    { name: `${prefix}_CLUSTER_ADDR`, value: `https://${host}:${vaultPorts.cluster}` },
    ...(args.toolVariables
      ? [
          { name: `${prefix}_ADDR`, value: `https://127.0.0.1:${vaultPorts.api}` },
          { name: `${prefix}_CACERT`, value: `${serverFolders.tls}/ca.crt` },
        ]
      : []),
  ];
}

export type ServerVariable = EnvVar | SecretVariable;

function drain(kubernetesVersion: string) {
  const minor = Number(kubernetesVersion.split(".")[1]);
  return minor >= 30 ? { sleep: { seconds: drainSeconds } } : { exec: { command: ["sleep", String(drainSeconds)] } };
}

/** Readable for the group alone, which is that of the servers. */
const groupReads = 0o440;

function volumes({ name, unseal, reloader, rotator, unsealer }: ServerPodArgs) {
  const { config, tlsSecret, recoverySecret } = serverNames(name);
  return [
    { name: "config", configMap: { name: config } },
    { name: "tls", secret: { secretName: tlsSecret, defaultMode: groupReads } },
    { name: "temporary", emptyDir: { sizeLimit: "64Mi" } },
    { name: "account", projected: { defaultMode: groupReads, sources: accountSources } },
    ...unseal.mounts.map((mount) => ({
      name: mount.volume,
      secret: { secretName: mount.name, defaultMode: groupReads, items: [{ key: mount.key, path: mount.key }] },
    })),
    ...(reloader ? [{ name: "reload-code", configMap: { name: reloader.codeConfigMap } }] : []),
    ...(rotator ? [{ name: "rotate-code", configMap: { name: rotator.codeConfigMap } }] : []),
    ...(unsealer
      ? [
          { name: "unseal-code", configMap: { name: unsealer.codeConfigMap } },
          // There is none before the first initialisation.
          { name: "recovery", secret: { secretName: recoverySecret, defaultMode: groupReads, optional: true } },
        ]
      : []),
  ];
}

/** What the kubelet would mount by itself, for one container. */
const accountSources = [
  { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
  { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
];

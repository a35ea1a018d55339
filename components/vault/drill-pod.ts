import type { JobVolume, SideCar } from "../apps/job-pod";
import { type Resources, restrictedSecurityContext } from "../pod";
import { drillTlsVolume } from "./drill-config";
import { serverConfigFile, serverFolders } from "./server-config";
import { vaultPorts } from "./server-names";
import { serverUser } from "./server-pod";
import type { ServerRelease } from "./server-release";
import type { UnsealConfig } from "./unseal-config";

export interface DrillServerArgs {
  readonly release: ServerRelease;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  /** Room for its data. */
  readonly dataSize: string;
  /** What opens the seal of the source. */
  readonly unseal: UnsealConfig;
}

const configFolder = "/vault/config";

/**
 * The throw-away server beside the program: it starts before the program and ends after it. Its data go with the pod.
 */
export function drillServer(args: DrillServerArgs): SideCar {
  const { release, unseal } = args;
  const { variablePrefix: prefix } = release;
  return {
    name: "vault",
    image: args.image,
    imagePullPolicy: args.imagePullPolicy,
    command: [release.program, "server", `-config=${configFolder}/${serverConfigFile}`],
    env: [
      { name: `${prefix}_RAFT_NODE_ID`, value: "drill" },
      { name: `${prefix}_API_ADDR`, value: `https://127.0.0.1:${vaultPorts.api}` },
      { name: `${prefix}_CLUSTER_ADDR`, value: `https://127.0.0.1:${vaultPorts.cluster}` },
      ...unseal.env,
    ],
    resources: args.resources,
    securityContext: { ...restrictedSecurityContext, ...serverUser },
    volumeMounts: [
      { name: "config", mountPath: configFolder, readOnly: true },
      { name: drillTlsVolume, mountPath: serverFolders.tls, readOnly: true },
      { name: "server-data", mountPath: serverFolders.data },
      { name: "server-audit", mountPath: serverFolders.audit },
      { name: "server-temporary", mountPath: "/tmp" },
      ...unseal.mounts.map(({ volume, folder }) => ({ name: volume, mountPath: folder, readOnly: true })),
    ],
  };
}

/** Volumes of the server alone: the program sees neither data nor seal. */
export function drillServerVolumes({ dataSize, unseal }: Pick<DrillServerArgs, "dataSize" | "unseal">): JobVolume[] {
  return [
    { name: "server-data", emptyDir: { sizeLimit: dataSize } },
    { name: "server-audit", emptyDir: { sizeLimit: "64Mi" } },
    { name: "server-temporary", emptyDir: { sizeLimit: "64Mi" } },
    ...unseal.mounts.map(({ volume, name, key }) => ({
      name: volume,
      secret: { secretName: name, defaultMode: 0o440, items: [{ key, path: key }] },
    })),
  ];
}

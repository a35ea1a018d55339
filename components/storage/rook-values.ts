import { parseReference } from "../images/reference";
import type { Resources } from "../pod";
import { cephDriver } from "./storage-class";

/** Images of Rook and of the CSI drivers, each with a tag. */
export interface RookImages {
  readonly operator: string;
  readonly cephCsi: string;
  readonly registrar: string;
  readonly provisioner: string;
  readonly attacher: string;
  readonly resizer: string;
  readonly snapshotter: string;
}

export interface OperatorValuesArgs {
  readonly images: RookImages;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  /** Whether Rook may make ServiceMonitors; needs the CRDs of the Prometheus operator. */
  readonly monitoring: boolean;
  /** Secret with registry credentials, in the namespace. @default none */
  readonly pullSecret?: string;
}

/** Values of the chart `rook-ceph`: operator, its CRDs, and the operator of the CSI drivers with the images these get. */
export function operatorValues(args: OperatorValuesArgs): Readonly<Record<string, unknown>> {
  const { images, imagePullPolicy, resources, monitoring, pullSecret } = args;
  const { operator, ...csi } = images;
  return {
    image: { ...nameAndTag(operator), pullPolicy: imagePullPolicy },
    // Kept when the chart goes: deleted CRDs take every pool with them.
    crds: { enabled: true },
    resources,
    monitoring: { enabled: monitoring },
    csi: {
      installCsiOperator: true,
      cephcsi: nameAndTag(csi.cephCsi),
      registrar: nameAndTag(csi.registrar),
      provisioner: nameAndTag(csi.provisioner),
      attacher: nameAndTag(csi.attacher),
      resizer: nameAndTag(csi.resizer),
      snapshotter: nameAndTag(csi.snapshotter),
    },
    ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
  };
}

/** The chart writes `repository:tag`, so a digest goes with the tag. */
function nameAndTag(image: string): { readonly repository: string; readonly tag: string } {
  const parts = parseReference(image);
  const tag = parts?.tag;
  if (tag === undefined) throw new Error(`image "${image}" passed the checks of settings but has no tag`);
  const end = image.lastIndexOf(`:${tag}`);
  return { repository: image.slice(0, end), tag: image.slice(end + 1) };
}

export interface DriverValuesArgs {
  /** Namespace of the operator, and prefix of the drivers' names. */
  readonly namespace: string;
  /** Pods that make and delete volumes; all but one wait for it to fail. */
  readonly replicas: number;
  /** Requests a second that each side-car may send to the Kubernetes API. Their own default of 5 is under two volumes a second. */
  readonly qps: number;
  readonly burst: number;
  readonly pluginResources: Resources;
  readonly sidecarResources: Resources;
  readonly imagePullPolicy: string;
  /** @default none */
  readonly pullSecret?: string;
}

/** Side-cars of the controller pods that speak to the Kubernetes API for each volume. */
const sidecars = ["csi-provisioner", "csi-attacher", "csi-resizer"] as const;

/**
 * Values of the chart `ceph-csi-drivers`: those that Rook supplies for it (`deploy/charts/ceph-csi-drivers/values.yaml` of Rook 1.20.6;
 * with the chart's own the drivers fail), and what many short-lived claims need. What is set for all drivers together is taken only where
 * the chart does not write a value for each, so numbers of pods and arguments stand with each driver.
 */
export function driverValues(args: DriverValuesArgs): Readonly<Record<string, unknown>> {
  const { namespace, imagePullPolicy, pullSecret } = args;
  const off = (kind: string) => ({ enabled: false, name: `${namespace}.${kind}.csi.ceph.com` });
  return {
    operatorConfig: {
      namespace,
      driverSpecDefaults: {
        imageSet: { name: "rook-csi-operator-image-set-configmap" },
        nodePlugin: { priorityClassName: "system-node-critical", imagePullPolicy },
        controllerPlugin: { priorityClassName: "system-cluster-critical", imagePullPolicy },
      },
    },
    drivers: {
      rbd: { enabled: true, name: cephDriver(namespace, "rbd"), controllerPlugin: controllerPlugin(args) },
      cephfs: { enabled: true, name: cephDriver(namespace, "cephfs"), controllerPlugin: controllerPlugin(args) },
      nfs: off("nfs"),
      nvmeof: off("nvmeof"),
    },
    ...(pullSecret !== undefined && { imagePullSecrets: [{ name: pullSecret }] }),
  };
}

function controllerPlugin(args: DriverValuesArgs): Readonly<Record<string, unknown>> {
  const { replicas, qps, burst, pluginResources: plugin, sidecarResources: sidecar, imagePullPolicy } = args;
  return {
    replicas,
    imagePullPolicy,
    resources: { plugin, provisioner: sidecar, attacher: sidecar, resizer: sidecar, snapshotter: sidecar },
    containerExtraArgs: Object.fromEntries(
      sidecars.map((name) => [name, [`--kube-api-qps=${qps}`, `--kube-api-burst=${burst}`]]),
    ),
  };
}

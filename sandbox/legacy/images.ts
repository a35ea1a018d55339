import { base, prefix, type SandboxImage, toolbox } from "../images/catalog";
import { program } from "../tools/ensure";

/** One image for both variants of the real one, with and without Docker inside: the environment tells them apart. */
export const legacyRunnerImage = `${prefix}/legacy-runner:sandbox`;

const runnerUser = 1001;

/** What only runners of the older kinds need; their controller is the image that everybody has. */
export const legacyImages: readonly SandboxImage[] = [
  {
    name: legacyRunnerImage,
    standsFor: "docker.io/summerwind/actions-runner and actions-runner-dind",
    note: "plays actions/runner: registers itself with the token of its pod, takes a job and sleeps as long as the job says",
    entries: (programs) => [
      ...base,
      ...toolbox(programs),
      { path: "home/runner", folder: true, owner: runnerUser },
      { path: "runner", folder: true, owner: runnerUser },
      // The daemon beside the runner puts its socket here, and has no sudo to do so.
      { path: "run", folder: true, mode: 0o1777 },
      { path: "var/run", linkTo: "/run" },
      { path: "usr/bin/entrypoint", from: program(programs, "runner") },
      { path: "usr/bin/docker", from: program(programs, "docker") },
      { path: "usr/bin/dockerd", linkTo: "docker" },
    ],
    entrypoint: ["/usr/bin/entrypoint"],
    user: "1001:1001",
    workingFolder: "/runner",
  },
];

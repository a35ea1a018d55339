import { certManagerParts } from "../../components/cert-manager/values";
import { base, prefix, type SandboxImage } from "../images/catalog";
import { builtTools } from "../tools/catalog";
import { program } from "../tools/ensure";

/** cert-manager's programs. There is none for ACME's HTTP-01: nothing outside of this machine could reach it. */
export const certManagerImages: readonly SandboxImage[] = certManagerParts.map((part) => {
  const name = `cert-manager-${part}`;
  return {
    name: `${prefix}/${name}:v${builtTools.certManager.version}`,
    standsFor: `quay.io/jetstack/${name}`,
    note: "real cert-manager, the newest release whose Go module holds its programs",
    entries: (programs) => [...base, { path: name, from: program(programs, name) }],
    entrypoint: [`/${name}`],
    user: "1000:1000",
  };
});
